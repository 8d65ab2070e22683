using FastNN.Onnx.Schema;

namespace FastNN.Onnx;

/// <summary>What a name in a graph stands for: where its tensor comes from, and what is known of it.</summary>
internal sealed class OnnxValue(string name)
{
    internal string Name => name;

    internal TensorProto? Initializer { get; init; }

    /// <summary>The description of an input of the graph; null for all other values.</summary>
    internal ValueInfoProto? Input { get; init; }

    internal OnnxOperation? Producer { get; set; }

    /// <summary>An <see cref="OnnxTensor"/> or an <see cref="OnnxSignal"/>; null as long as it has not been computed.</summary>
    internal object? Result { get; set; }

    public override string ToString() => OnnxFault.Quote(name);
}
