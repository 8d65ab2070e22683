using FastNN.Onnx.Schema;

namespace FastNN.Tests.Graphs;

/// <summary>Outputs that name the most probable class, as classifiers have them.</summary>
internal static class Labels
{
    private const string Learning = "ai.onnx.ml";

    /// <summary>Adds nodes that compute labels from scores. Returns the output.</summary>
    internal static ValueInfoProto Add(GraphDraft g, string scores, int rank)
    {
        if (g.Type == TensorTypes.Float && rank == 2 && g.Draw.Chance(0.3)) return ZipMap(g, scores);

        string label = g.Node("ArgMax", scores);
        g.With("axis", g.AnyAxis(rank - 1, rank)).With("keepdims", g.Draw.Of(0, 1));
        switch (g.Draw.Between(0, 3))
        {
            case 0:
                label = g.Node("Cast", label);
                g.With("to", TensorTypes.Float);
                return GraphInput.Describe(g, label, TensorTypes.Float, null);
            case 1 when rank > 1:
                return Named(g, label);
            default:
                return GraphInput.Describe(g, label, TensorTypes.Integer64, null);
        }
    }

    /// <summary>The names of the classes, as skl2onnx looks them up.</summary>
    private static ValueInfoProto Named(GraphDraft g, string index)
    {
        double[] names = [.. Enumerable.Range(5, g.Width).Select(name => (double)name)];
        string label = g.Node("ArrayFeatureExtractor", g.Constants.Plain(TensorTypes.Integer64, names, g.Width), index);
        g.InDomain(Learning);
        label = g.Node("Reshape", label, g.Constants.Integers(-1));
        return GraphInput.Describe(g, label, TensorTypes.Integer64, null);
    }

    /// <summary>A map from classes to scores for each sample.</summary>
    private static ValueInfoProto ZipMap(GraphDraft g, string scores)
    {
        string map = g.Node("ZipMap", scores);
        g.InDomain(Learning).With("classlabels_int64s", Enumerable.Range(0, g.Width).Select(name => (long)name).ToArray());
        return new ValueInfoProto { Name = map };
    }
}
