namespace FastNN.Tests.Graphs;

/// <summary>Two outputs that are both computed from the data. The message must name both. Each may be chosen by its name.</summary>
internal static class Heads
{
    internal static Action<GraphDraft>[] All { get; } = [Two, Hidden, Halves];

    /// <summary>The output and what a hidden layer computes.</summary>
    private static void Hidden(GraphDraft g)
    {
        LinearPieces.Add(g, 3);
        ShapePieces.ToMatrix(g);
        g.SecondHead = g.Op("Tanh").Value;
        g.Meaning.Activation(Math.Tanh);
        LinearPieces.Add(g, 2);
        g.PlantEverywhere("a hidden output", GraphEnds.Output, g.SecondHead);
    }

    /// <summary>Both halves of a layer are outputs.</summary>
    private static void Halves(GraphDraft g)
    {
        LinearPieces.Add(g, 4);
        ShapePieces.ToMatrix(g);
        (g.Value, g.SecondHead) = OpsetForms.Split(g, g.Value, 2, 2, 1);
        (g.Width, g.Shape) = (2, [g.Shape[0], 2]);
        g.Meaning.Take(0, 2);
        g.Op("Tanh");
        g.Meaning.Activation(Math.Tanh);
        g.PlantEverywhere("two halves", GraphEnds.Output, g.SecondHead);
    }

    /// <summary>A second output that is computed, too.</summary>
    private static void Two(GraphDraft g)
    {
        string weights = g.Constants.Plain(g.Type, g.Draw.Reals(g.Width, -1, 1), g.Width, 1);
        g.SecondHead = g.Node("Gemm", g.Value, weights, g.Constants.Plain(g.Type, [0], 1));
        LinearPieces.Add(g, 2);
        g.PlantEverywhere("two heads", GraphEnds.Output, g.SecondHead);
    }
}
