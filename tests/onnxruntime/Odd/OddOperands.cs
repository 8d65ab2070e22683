namespace FastNN.Tests.Odd;

/// <summary>Elementwise steps with operands of any shape that fits.</summary>
internal static class OddOperands
{
    internal static Action<OddGraph>[] All { get; } = [Constant, Constant, Constant, Data, Slopes, BatchNormalization, Choice];

    private static void Constant(OddGraph g)
    {
        string type = g.Draw.Of("Add", "Add", "Sub", "Mul", "Mul", "Div", "Max", "Min", "Pow", "Sum", "Mean");
        long[] shape = Fitting(g), result = Broadcast(g.Shape, shape)!;
        if (type == "Pow")
            g.Op("Pow", g.Scalar(g.Draw.Of(1, 2, 3)));
        else if (type == "Div")
            g.Set(g.Node("Div", g.Value, g.Constant(shape)), result);
        else
            g.Set(g.Either(type, g.Value, g.Constant(shape)), result);
    }

    /// <summary>Two values that depend on the input.</summary>
    private static void Data(OddGraph g)
    {
        (string other, long[] shape) = g.Earlier();
        if (Broadcast(g.Shape, shape) is { } result) g.Set(g.Either(g.Draw.Of("Add", "Mul", "Sub", "Max"), g.Value, other), result);
    }

    private static void Slopes(OddGraph g)
    {
        long[] shape = Fitting(g);
        if (Broadcast(g.Shape, shape)!.SequenceEqual(g.Shape)) g.Op("PRelu", g.Constant(shape));
    }

    private static void BatchNormalization(OddGraph g)
    {
        if (g.Rank < 2) return;

        long n = g.Shape[1];
        string variance = g.Builder.Raw(Array.ConvertAll(g.Draw.Reals((int)n, 0.25, 4), value => (float)value), n);
        g.Op("BatchNormalization", g.Constant(n), g.Constant(n), g.Constant(n), variance);
    }

    private static void Choice(OddGraph g)
    {
        byte[] mask = [.. Enumerable.Range(0, g.Rank == 0 ? 1 : (int)g.Shape[^1]).Select(_ => (byte)g.Draw.Between(0, 1))];
        string condition = g.Rank == 0 ? g.Builder.Typed<byte>(9, mask) : g.Builder.Typed<byte>(9, mask, mask.Length);
        string other = g.Constant();
        g.Set(g.Draw.Chance(0.5) ? g.Node("Where", condition, g.Value, other) : g.Node("Where", condition, other, g.Value), g.Shape);
    }

    /// <summary>A shape that fits the value: some of its last axes, each as long or of 1, sometimes one axis more.</summary>
    private static long[] Fitting(OddGraph g)
    {
        int rank = g.Draw.Chance(0.4) ? Math.Min(1, g.Rank) : g.Draw.Between(0, g.Rank);
        long[] shape = [.. g.Shape[(g.Rank - rank)..].Select(length => g.Draw.Chance(0.3) ? 1 : length)];
        if (g.Draw.Chance(0.1) && g.Rank < 4) shape = [.. Enumerable.Repeat(1L, g.Rank + 1 - rank), .. shape];
        return g.Draw.Chance(0.05) && shape is [.., 1] && g.Rank > 0 && g.Shape[^1] == 1 ? [.. shape[..^1], 3] : shape;
    }

    private static long[]? Broadcast(long[] a, long[] b)
    {
        int rank = Math.Max(a.Length, b.Length);
        var shape = new long[rank];
        for (int axis = 0; axis < rank; axis++)
        {
            long p = axis < rank - a.Length ? 1 : a[axis - (rank - a.Length)], q = axis < rank - b.Length ? 1 : b[axis - (rank - b.Length)];
            if (p != q && p != 1 && q != 1) return null;

            shape[axis] = p == 1 ? q : p;
        }

        return shape;
    }
}
