namespace FastNN.Tests.Odd;

/// <summary>Steps that move values, on any axis.</summary>
internal static class OddShapes
{
    internal static Action<OddGraph>[] All { get; } =
        [Reshape, Flatten, Transpose, Unsqueeze, Squeeze, Slice, Gather, Split, Concat, Expand, Softmax, Reduce];

    private static void Reshape(OddGraph g)
    {
        long count = g.Shape.Aggregate(1L, (product, length) => product * length);
        long samples = g.Samples, width = count / samples;
        long[] shape =
            g.Draw.Of<long[]>([count], [1, count], [count, 1], [samples, width], [width, samples], [samples, 1, width]);
        if (shape.Aggregate((a, b) => a * b) != count) return;

        long[] target = [.. shape];
        if (g.Draw.Chance(0.5)) target[g.Draw.Between(0, target.Length - 1)] = -1;
        if (g.Draw.Chance(0.3) && g.Rank > 0 && target[0] == g.Shape[0]) target[0] = 0;
        g.Set(g.Node("Reshape", g.Value, g.Builder.Integers(target)), shape);
    }

    private static void Flatten(OddGraph g)
    {
        int axis = g.Draw.Between(0, g.Rank);
        long rows = g.Shape[..axis].Aggregate(1L, (a, b) => a * b), columns = g.Shape[axis..].Aggregate(1L, (a, b) => a * b);
        g.Set(g.Node("Flatten", g.Value), [rows, columns]);
        g.Builder.With("axis", axis);
    }

    private static void Transpose(OddGraph g)
    {
        long[] perm = [.. Enumerable.Range(0, g.Rank).Select(axis => (long)axis)];
        g.Draw.Shuffle<long>(perm);
        long[] shape = [.. perm.Select(axis => g.Shape[axis])];
        g.Set(g.Node("Transpose", g.Value), shape);
        if (perm.Length > 0) g.Builder.With("perm", perm);
    }

    private static void Unsqueeze(OddGraph g)
    {
        int axis = g.Draw.Between(0, g.Rank);
        if (g.Rank < 4) g.Set(g.Node("Unsqueeze", g.Value, g.Builder.Integers(axis)), [.. g.Shape[..axis], 1, .. g.Shape[axis..]]);
    }

    private static void Squeeze(OddGraph g)
    {
        int[] ones = [.. Enumerable.Range(0, g.Rank).Where(axis => g.Shape[axis] == 1)];
        if (ones.Length == 0) return;

        int axis = g.Draw.Of(ones);
        long[] shape = [.. g.Shape[..axis], .. g.Shape[(axis + 1)..]];
        g.Set(g.Node("Squeeze", g.Value, g.Builder.Integers(g.Draw.Of(axis, axis - g.Rank))), shape);
    }

    private static void Slice(OddGraph g)
    {
        if (Axis(g) is not { } axis) return;

        long length = g.Shape[axis], first = g.Draw.Between(0, (int)length - 1), end = g.Draw.Between((int)first + 1, (int)length);
        string[] ends = [g.Builder.Integers(first), g.Builder.Integers(end), g.Builder.Integers(axis)];
        g.Set(g.Node("Slice", [g.Value, .. ends]), With(g.Shape, axis, end - first));
    }

    private static void Gather(OddGraph g)
    {
        if (Axis(g) is not { } axis) return;

        int last = (int)g.Shape[axis] - 1, count = g.Draw.Between(1, 3);
        bool isOne = g.Draw.Chance(0.4);
        string indices = isOne ? g.Builder.Typed<long>(7, [g.Draw.Between(0, last)]) : Indices(g, last, count);
        long[] shape = isOne ? [.. g.Shape[..axis], .. g.Shape[(axis + 1)..]] : With(g.Shape, axis, count);
        g.Set(g.Node("Gather", g.Value, indices), shape);
        g.Builder.With("axis", axis);
    }

    private static string Indices(OddGraph g, int last, int count) =>
        g.Builder.Integers([.. Enumerable.Range(0, count).Select(_ => (long)g.Draw.Between(0, last))]);

    private static void Split(OddGraph g)
    {
        if (Axis(g) is not { } axis || g.Shape[axis] < 2) return;

        long first = g.Draw.Between(1, (int)g.Shape[axis] - 1), second = g.Shape[axis] - first;
        string a = g.Node("Split", g.Value, g.Builder.Integers(first, second)), b = $"{a}_rest";
        g.Builder.With("axis", axis);
        g.Builder.Graph.Node[^1].Output.Add(b);
        (long[] shapeOfA, long[] shapeOfB) = (With(g.Shape, axis, first), With(g.Shape, axis, second));
        bool takesFirst = g.Draw.Chance(0.5);
        g.Set(takesFirst ? b : a, takesFirst ? shapeOfB : shapeOfA);
        g.Set(takesFirst ? a : b, takesFirst ? shapeOfA : shapeOfB);
    }

    private static void Concat(OddGraph g)
    {
        if (Axis(g) is not { } axis) return;

        string other = g.Draw.Chance(0.5) ? g.Value : g.Constant(g.Shape);
        g.Set(g.Either("Concat", g.Value, other), With(g.Shape, axis, 2 * g.Shape[axis]));
        g.Builder.With("axis", axis);
    }

    private static void Expand(OddGraph g)
    {
        if (g.Rank == 0 || g.Draw.Chance(0.5)) return;

        long[] shape = [.. g.Shape.Select(length => length == 1 && g.Draw.Chance(0.3) ? 2 : length)];
        if (g.Draw.Chance(0.3)) shape = [g.Draw.Between(1, 2), .. shape];
        g.Set(g.Node("Expand", g.Value, g.Builder.Integers(shape)), shape);
    }

    private static void Softmax(OddGraph g)
    {
        if (Axis(g) is not { } axis) return;

        g.Op("Softmax");
        g.Builder.With("axis", g.Draw.Of(axis, axis - g.Rank));
    }

    private static void Reduce(OddGraph g)
    {
        if (Axis(g) is not { } axis || g.Draw.Chance(0.7)) return;

        long[] shape = With(g.Shape, axis, 1);
        g.Set(g.Node("ReduceMax", g.Value), shape);
        g.Builder.With("axes", new long[] { axis });
    }

    private static int? Axis(OddGraph g) => g.Rank == 0 ? null : g.Draw.Between(0, g.Rank - 1);

    private static long[] With(long[] shape, int axis, long length) => [.. shape[..axis], length, .. shape[(axis + 1)..]];
}
