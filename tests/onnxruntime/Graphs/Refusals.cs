namespace FastNN.Tests.Graphs;

/// <summary>What FastNN refuses, by name and reason. Each piece plants one such thing.</summary>
internal static class Refusals
{
    private static readonly Action<GraphDraft>[] s_anywhere = [.. Joins.All, .. RefusedOperators.All, .. RefusedNorms.All];

    private static readonly Action<GraphDraft>[] s_amongLayers = [RefusedOperators.SoftmaxInTheMiddle];

    private static readonly Action<GraphDraft>[] s_behindLayers =
        [RefusedOperators.AffineBehindSoftmax, .. Heads.All];

    /// <summary>Plants something at this place.</summary>
    /// <param name="g">The graph.</param>
    /// <param name="isLast">Whether no layer follows.</param>
    internal static void Plant(GraphDraft g, bool isLast)
    {
        if (g.Shape.Length == 1 && g.Draw.Chance(0.7))
        {
            Joins.OuterProduct(g);
            return;
        }

        if (!g.IsRow) ShapePieces.ToMatrix(g);
        if (g.Width == 1) LinearPieces.Add(g, 3);
        ShapePieces.ToMatrix(g);
        Action<GraphDraft> piece = g.Draw.Of<Action<GraphDraft>>([.. s_anywhere, .. isLast ? s_behindLayers : s_amongLayers]);
        piece(g);
    }
}
