namespace FastNN.Onnx;

/// <summary>What of an ONNX model is the network, if the model has several inputs or outputs, and how it is loaded. Immutable.</summary>
public sealed record OnnxLoadOptions
{
    /// <summary>
    /// The name of the graph's input that the network reads. Null: the input that the output depends on.
    /// </summary>
    public string? Input { get; init; }

    /// <summary>
    /// The name of the graph's output that the network gives. Null: the only one that layers compute. Outputs that pass an input on, that
    /// are constant, or that are labels of classes are left aside.
    /// </summary>
    public string? Output { get; init; }

    /// <summary>The kernels that the network uses. All give the same bits.</summary>
    public KernelVariant Kernels { get; init; } = KernelVariant.Auto;
}
