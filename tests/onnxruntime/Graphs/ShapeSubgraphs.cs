namespace FastNN.Tests.Graphs;

/// <summary>Shapes that are computed from the shape of the data, as exporters write view(size(0), −1).</summary>
internal static class ShapeSubgraphs
{
    /// <summary>The shape, with the number of samples from the data. The last length may be −1.</summary>
    internal static string Write(GraphDraft g, long[] shape)
    {
        if (g.Draw.Chance(0.2)) return WriteInIntegers32(g, shape);

        string[] parts = [Samples(g), .. Rest(g, shape)];
        string result = g.Node("Concat", parts);
        g.With("axis", 0);
        return result;
    }

    private static IEnumerable<string> Rest(GraphDraft g, long[] shape)
    {
        long[] rest = shape[1..];
        if (g.Draw.Chance(0.5)) rest[^1] = -1;
        if (g.Draw.Chance(0.5)) return [g.Constants.Integers(rest)];

        return rest.Select(length => g.Draw.Chance(0.3)
            ? OpsetForms.Unsqueeze(g, g.Constants.Integer(length), 0)
            : g.Constants.Integers(length));
    }

    /// <summary>The number of samples, as [1].</summary>
    private static string Samples(GraphDraft g)
    {
        switch (g.Draw.Between(0, 4))
        {
            case 0 when g.Opset >= 15:
                string part = g.Node("Shape", g.Value);
                g.WithDefault("start", 0).With("end", 1);
                return part;
            case 1:
                return OpsetForms.Slice(g, g.Node("Shape", g.Value), 0, 1, 0, g.Shape.Length);
            case 2:
                return Gathered(g, g.Constants.Integers(0));
            case 3:
                return g.Node("Reshape", Gathered(g, g.Constants.Integer(0)), g.Constants.Integers(g.Draw.Of(-1, 1)));
            default:
                string samples = Gathered(g, g.Constants.Integer(0));
                if (g.Draw.Chance(0.2)) samples = g.Either("Mul", samples, g.Constants.Integer(1));
                return OpsetForms.Unsqueeze(g, samples, 0);
        }
    }

    private static string Gathered(GraphDraft g, string index)
    {
        string result = g.Node("Gather", g.Node("Shape", g.Value), index);
        g.WithDefault("axis", 0);
        return result;
    }

    /// <summary>As tf2onnx writes it: with casts to INT32 and back.</summary>
    private static string WriteInIntegers32(GraphDraft g, long[] shape)
    {
        string lengths = g.Node("Cast", g.Node("Shape", g.Value));
        g.With("to", TensorTypes.Integer32);
        string samples = OpsetForms.Slice(g, lengths, 0, 1, 0, g.Shape.Length);
        double[] rest = Array.ConvertAll(shape[1..], length => (double)length);
        string whole = g.Node("Concat", samples, g.Constants.Plain(TensorTypes.Integer32, rest, rest.Length));
        g.With("axis", 0);
        string result = g.Node("Cast", whole);
        g.With("to", TensorTypes.Integer64);
        return result;
    }
}
