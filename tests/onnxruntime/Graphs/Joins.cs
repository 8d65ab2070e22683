namespace FastNN.Tests.Graphs;

/// <summary>Values of two ways that come together again.</summary>
internal static class Joins
{
    internal static Action<GraphDraft>[] All { get; } =
    [
        g => Skip(g, (before, after) => Join(g, "Add", before, after)),
        g => Skip(g, (before, after) => Join(g, "Mul", before, after)),
        g => Skip(g, (before, after) => Join(g, "Sub", before, after)),
        g => Skip(g, (before, after) => Join(g, "Max", before, after)),
        g => Skip(g, (before, after) =>
        {
            g.Value = g.Node("Concat", before, after);
            g.With("axis", 1).Plant("a skip connection by Concat");
            g.Width *= 2;
            g.Shape = [g.Shape[0], g.Width];
        }),
        Gate,
        OtherInput,
        Attention,
    ];

    /// <summary>
    /// A vector [n] becomes [1, m] by an Add. So the product with another matrix from the left has one row for each row of that matrix.
    /// </summary>
    internal static void OuterProduct(GraphDraft g)
    {
        int m = g.Draw.Between(1, 3), rows = g.Draw.Between(2, 3);
        string vector = g.Node("MatMul", g.Constants.Plain(g.Type, g.Draw.Reals(m * g.Width, -1, 1), m, g.Width), g.Value);
        string matrix = g.Either("Add", vector, g.Constants.Plain(g.Type, g.Draw.Reals(m, -1, 1), 1, m));
        string raised = g.Last.Name = g.Name("raise");
        g.Value = g.Node("MatMul", g.Constants.Plain(g.Type, g.Draw.Reals(rows, -1, 1), rows, 1), matrix);
        g.Plant("a vector that becomes a matrix", raised);
        (g.Width, g.Shape) = (m, [rows, m]);
    }

    /// <summary>A layer as wide as its input, and something that joins both.</summary>
    private static void Skip(GraphDraft g, Action<string, string> join)
    {
        string before = g.Value;
        AddLayer(g, "Tanh");
        join(before, g.Value);
    }

    private static void Join(GraphDraft g, string type, string before, string after)
    {
        g.Value = g.Either(type, before, after);
        g.Plant($"a skip connection by {type}");
    }

    /// <summary>The product of two layers that read the same.</summary>
    private static void Gate(GraphDraft g)
    {
        string start = g.Value;
        AddLayer(g, g.Draw.Of("Sigmoid", "Tanh", ""));
        string gate = g.Value;
        g.Value = start;
        AddLayer(g, "");
        g.OpEither("Mul", gate);
        g.Plant("a gate");
    }

    /// <summary>The sum of a layer and another input.</summary>
    private static void OtherInput(GraphDraft g)
    {
        string other = g.AddInput(g.Name("other"), g.Type, g.Shape);
        AddLayer(g, "");
        g.OpEither("Add", other);
        g.Plant("a second input");
    }

    /// <summary>The samples of the batch meet each other.</summary>
    private static void Attention(GraphDraft g)
    {
        string before = g.Value, turned = g.Node("Transpose", before);
        g.With("perm", new long[] { 1, 0 });
        string scores = g.Node("MatMul", before, turned);
        string first = g.Last.Name = g.Name("scores");
        g.Value = g.Node("MatMul", scores, before);
        string turn = g.Graph.Node[^3].Name = g.Name("turn");
        g.Plant("a product of the data with itself", first, turn);
    }

    private static void AddLayer(GraphDraft g, string activation)
    {
        int n = g.Width;
        g.Op("Gemm", g.Constants.Plain(g.Type, g.Draw.Reals(n * n, -1, 1), n, n), g.Constants.Plain(g.Type, g.Draw.Reals(n, -1, 1), n));
        if (activation.Length > 0) g.Op(activation);
    }
}
