namespace FastNN.Tests.Odd;

/// <summary>Products with matrices on both sides, of any rank that fits.</summary>
internal static class OddProducts
{
    internal static Action<OddGraph>[] All { get; } = [Right, Left, Gemm, GemmOfWeights, Right];

    /// <summary>The data on the left of a matrix or a vector, with or without biases.</summary>
    internal static void Right(OddGraph g)
    {
        if (g.Rank == 0) return;

        long k = g.Shape[^1], m = g.Draw.Between(1, 4);
        if (g.Draw.Chance(0.1))
            g.Set(g.Node("MatMul", g.Value, g.Constant(k)), g.Shape[..^1]);
        else if (g.Draw.Chance(0.1) && g.Rank == 2)
            g.Set(g.Node("MatMul", g.Value, g.Constant(1, k, m)), [1, g.Shape[0], m]);
        else
            g.Set(g.Node("MatMul", g.Value, g.Constant(k, m)), [.. g.Shape[..^1], m]);
        if (g.Draw.Chance(0.5)) g.Set(g.Either("Add", g.Value, g.Constant(m)), g.Rank == 0 ? [m] : [.. g.Shape[..^1], m]);
    }

    private static void Left(OddGraph g)
    {
        if (g.Rank == 0) return;

        int m = g.Draw.Between(1, 4);
        if (g.Rank == 1)
            g.Set(g.Node("MatMul", g.Constant(m, g.Shape[0]), g.Value), [m]);
        else
            g.Set(g.Node("MatMul", g.Constant(m, g.Shape[^2]), g.Value), [.. g.Shape[..^2], m, g.Shape[^1]]);
    }

    /// <summary>The data on the left, with any transposition and any biases.</summary>
    private static void Gemm(OddGraph g)
    {
        if (g.Rank != 2) return;

        bool transA = g.Draw.Chance(0.15), transB = g.Draw.Chance(0.5);
        long rows = g.Shape[transA ? 1 : 0], k = g.Shape[transA ? 0 : 1], m = g.Draw.Between(1, 4);
        string w = transB ? g.Constant(m, k) : g.Constant(k, m);
        g.Set(g.Node("Gemm", g.Value, w, Biases(g, rows, m)), [rows, m]);
        Attributes(g, transA, transB);
    }

    /// <summary>The data on the right.</summary>
    private static void GemmOfWeights(OddGraph g)
    {
        if (g.Rank != 2 || g.Draw.Chance(0.5)) return;

        bool transA = g.Draw.Chance(0.5), transB = g.Draw.Chance(0.5);
        long k = g.Shape[transB ? 1 : 0], columns = g.Shape[transB ? 0 : 1], m = g.Draw.Between(1, 4);
        string w = transA ? g.Constant(k, m) : g.Constant(m, k);
        g.Set(g.Node("Gemm", w, g.Value, Biases(g, m, columns)), [m, columns]);
        Attributes(g, transA, transB);
    }

    private static string Biases(OddGraph g, long rows, long columns) => g.Draw.Between(0, 6) switch
    {
        0 => g.Constant(),
        1 => g.Constant(1),
        2 => g.Constant(1, columns),
        3 => g.Constant(rows, 1),
        4 => g.Constant(rows, columns),
        _ => g.Constant(columns),
    };

    private static void Attributes(OddGraph g, bool transA, bool transB)
    {
        if (transA) g.Builder.With("transA", 1);
        if (transB) g.Builder.With("transB", 1);
        if (g.Draw.Chance(0.2)) g.Builder.With("alpha", (float)g.Draw.Of(0, -1, 0.5, 3));
        if (g.Draw.Chance(0.2)) g.Builder.With("beta", (float)g.Draw.Of(0, -1, 0.5, 3));
    }
}
