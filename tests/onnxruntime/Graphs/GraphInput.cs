using FastNN.Onnx.Schema;

namespace FastNN.Tests.Graphs;

/// <summary>An input of a graph.</summary>
/// <param name="Name">The name.</param>
/// <param name="Type">The type of its elements.</param>
/// <param name="Shape">The shape, with <see cref="GraphDraft.Batch"/> for the samples.</param>
internal sealed record GraphInput(string Name, int Type, long[] Shape)
{
    /// <summary>Describes an input or output. Dimensions of unknown length have a name, or none, or are −1.</summary>
    internal static ValueInfoProto Describe(GraphDraft g, string name, int type, long[]? shape)
    {
        var tensor = new TypeProto.Types.Tensor { ElemType = type, Shape = shape == null ? null : new TensorShapeProto() };
        foreach (long length in shape ?? []) tensor.Shape!.Dim.Add(length == GraphDraft.Batch ? Unknown(g) : Known(length));
        return new ValueInfoProto { Name = name, Type = new TypeProto { TensorType = tensor } };
    }

    private static TensorShapeProto.Types.Dimension Known(long length) => new() { DimValue = length };

    private static TensorShapeProto.Types.Dimension Unknown(GraphDraft g) => g.Draw.Between(0, 3) switch
    {
        0 => new TensorShapeProto.Types.Dimension(),
        1 => Known(-1),
        _ => new TensorShapeProto.Types.Dimension { DimParam = "batch" },
    };
}
