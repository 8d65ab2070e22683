namespace FastNN.Tests.Graphs;

/// <summary>Steps that need statistics of the data.</summary>
internal static class RefusedNorms
{
    internal static Action<GraphDraft>[] All { get; } =
    [
        LayerNormalization,
        DecomposedLayerNormalization,
        g =>
        {
            g.Op("LpNormalization").With("axis", -1).WithDefault("p", 2);
            g.Plant("LpNormalization");
        },
        g =>
        {
            g.Op("Normalizer").InDomain("ai.onnx.ml").With("norm", "L2");
            g.Plant("Normalizer");
        },
        g =>
        {
            g.Value = OpsetForms.Reduce(g, g.Draw.Of("ReduceMean", "ReduceSum", "ReduceMax"), g.Value, 1, keep: true);
            g.Plant("a reduction");
            (g.Width, g.Shape) = (1, [g.Shape[0], 1]);
        },
    ];

    private static void LayerNormalization(GraphDraft g)
    {
        if (g.Opset < 17)
        {
            DecomposedLayerNormalization(g);
            return;
        }

        int n = g.Width;
        g.Op("LayerNormalization", g.Constants.Vector(g.Draw.Reals(n, 0.5, 2)), g.Constants.Vector(g.Draw.Reals(n, -1, 1)));
        g.WithDefault("axis", -1);
        g.Plant("LayerNormalization");
    }

    /// <summary>(x − mean)/√(variance + ε) in operators. The message may blame the reduction, or what joins it with the data.</summary>
    private static void DecomposedLayerNormalization(GraphDraft g)
    {
        string x = g.Value, mean = OpsetForms.Reduce(g, "ReduceMean", x, -1 + 2, keep: true);
        string first = g.Last.Name = g.Name("mean");
        string centred = g.Node("Sub", x, mean), square = g.Node("Pow", centred, g.Constants.Number(2));
        string variance = OpsetForms.Reduce(g, "ReduceMean", square, 1, keep: true);
        string root = g.Node("Sqrt", g.Node("Add", variance, g.Constants.Scalar(1e-5f)));
        g.Value = g.Node("Div", centred, root);
        g.Plant("LayerNormalization in operators", first);
    }
}
