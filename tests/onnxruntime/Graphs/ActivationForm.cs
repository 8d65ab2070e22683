namespace FastNN.Tests.Graphs;

/// <summary>One way to write an activation.</summary>
/// <param name="Name">What it is, for messages.</param>
/// <param name="Write">Adds its nodes behind the value of the graph, and returns what they compute.</param>
internal sealed record ActivationForm(string Name, Func<GraphDraft, Func<double, double>> Write)
{
    /// <summary>The opset that has its operators first.</summary>
    internal int Since { get; init; } = 7;

    /// <summary>The opset in which ONNX Runtime has its operators for DOUBLE first, if it has them.</summary>
    internal int? DoubleSince { get; init; }

    /// <summary>Whether FLOAT16 holds its constants and what it computes between.</summary>
    internal bool HasHalf { get; init; }

    /// <summary>Whether the last axis must hold the values of a sample.</summary>
    internal bool NeedsRow { get; init; }

    internal bool Suits(GraphDraft g) => g.Opset >= Since && (!NeedsRow || g.IsRow) && g.Type switch
    {
        TensorTypes.Double => g.Opset >= DoubleSince,
        TensorTypes.Half => HasHalf,
        _ => true,
    };
}
