namespace FastNN.Tests.Graphs;

/// <summary>Expressions of constants that have given values.</summary>
internal sealed class ConstantForms(GraphDraft g, double[] values, long[] shape, Func<double[], long[], string> write)
{
    private static readonly double[] s_exactFactors = [0.5, 2, 4];

    /// <summary>All forms that the values may have.</summary>
    /// <param name="g">The graph.</param>
    /// <param name="values">The values.</param>
    /// <param name="shape">Their shape.</param>
    /// <param name="write">Writes an operand.</param>
    internal static Func<string>[] Of(GraphDraft g, double[] values, long[] shape, Func<double[], long[], string> write)
    {
        var forms = new ConstantForms(g, values, shape, write);
        return [.. forms.Moves(), .. forms.Matrices(), .. forms.Fills(), .. forms.Arithmetic()];
    }

    /// <summary>Forms that move values, and change none.</summary>
    private IEnumerable<Func<string>> Moves()
    {
        yield return () => g.Node("Identity", write(values, shape));
        yield return () => OpsetForms.Squeeze(g, write(values, [1, .. shape]), 0);
        if (shape.Length == 0) yield break;

        yield return () => g.Node("Reshape", write(values, [values.Length]), g.Constants.Integers(shape));
        if (shape[0] == 1) yield return () => OpsetForms.Unsqueeze(g, write(values, shape[1..]), 0);
        if (shape[0] < 2) yield break;

        yield return Concat;
        yield return SliceOfMore;
        yield return GatherOfAnotherOrder;
    }

    private IEnumerable<Func<string>> Matrices()
    {
        if (shape.Length != 2) yield break;

        yield return () =>
        {
            string result = g.Node("Transpose", write(Transposed(values, shape), [shape[1], shape[0]]));
            g.WithDefault("perm", new long[] { 1, 0 });
            return result;
        };
        yield return () => g.Node("MatMul", write(Unit(shape[0]), [shape[0], shape[0]]), write(values, shape));
    }

    private IEnumerable<Func<string>> Fills()
    {
        if (g.Type == TensorTypes.Half || shape.Length == 0 || values.Distinct().Count() > 1) yield break;

        if (g.Opset < 9) yield break;

        yield return () => g.Node("Expand", write([values[0]], g.Draw.Of<long[]>([1], [])), g.Constants.Integers(shape));
        yield return () =>
        {
            string result = g.Node("ConstantOfShape", g.Constants.Integers(shape));
            g.With("value", TensorWriter.Create(g, g.Type, [values[0]], [1]));
            return result;
        };
    }

    /// <summary>Forms that round a few times. In FLOAT16 they are exact.</summary>
    private IEnumerable<Func<string>> Arithmetic()
    {
        double factor = g.Draw.IsCoarse ? g.Draw.Of(s_exactFactors) : g.Draw.Factor();
        yield return () => g.Either("Mul", write(Each(value => value / factor), shape), write([factor], []));
        yield return () => g.Node("Div", write(Each(value => value * factor), shape), write([factor], []));
        yield return () => g.Node("Neg", write(Each(value => -value), shape));
        if (g.Draw.IsCoarse) yield break;

        double small = values.Min(Math.Abs) * g.Draw.Of(1e-5, 0.25);
        yield return () => g.Either("Add", write(Each(value => value - small), shape), write([small], []));
        yield return () => g.Node("Sub", write(Each(value => value + small), shape), write([small], []));
        if (g.Opset >= 9)
            yield return () => g.Node("Where", Mask(out double[] mask), write(Picked(mask, 1), shape), write(Picked(mask, 0), shape));
        double[] halves = Each(value => value / 2);
        yield return () => OpsetForms.Reduce(g, "ReduceSum", write([.. halves, .. halves], [2, .. shape]), 0);
        yield return () => OpsetForms.Reduce(g, "ReduceMean", write([.. values, .. values], [2, .. shape]), 0);
        if (g.Opset >= 8)
        {
            yield return () => g.Node("Max", write(values, shape), write(Each(value => value - 1), shape));
            yield return () => g.Node("Min", write(Each(value => value + 1), shape), write(values, shape));
        }

        if (values.All(value => Math.Abs(value) > 0.01)) yield return () => g.Node("Reciprocal", write(Each(value => 1 / value), shape));
        if (values.Any(value => value < 0)) yield break;

        yield return () => g.Node("Abs", write(Each(value => g.Draw.Of(value, -value)), shape));
        yield return () => g.Node("Sqrt", write(Each(value => value * value), shape));
        yield return () => g.Node("Pow", write(Each(Math.Sqrt), shape), write([2], []));
    }

    /// <summary>A choice for each value.</summary>
    private string Mask(out double[] mask)
    {
        mask = Each(_ => g.Draw.Of(0, 1));
        return g.Constants.Plain(TensorTypes.Boolean, mask, shape);
    }

    /// <summary>The values where the mask has the choice, and others elsewhere.</summary>
    private double[] Picked(double[] mask, double choice) => [.. values.Zip(mask, (value, chosen) => chosen == choice ? value : 7)];

    private string Concat()
    {
        int row = values.Length / (int)shape[0], rows = g.Draw.Between(1, (int)shape[0] - 1);
        string first = write(values[..(rows * row)], [rows, .. shape[1..]]);
        string result = g.Node("Concat", first, write(values[(rows * row)..], [shape[0] - rows, .. shape[1..]]));
        g.With("axis", g.AnyAxis(0, shape.Length));
        return result;
    }

    private string SliceOfMore()
    {
        double[] row = g.Draw.Reals(values.Length / (int)shape[0], -1, 1);
        string more = write([.. row, .. values, .. row], [shape[0] + 2, .. shape[1..]]);
        return OpsetForms.Slice(g, more, 1, shape[0] + 1, 0, shape[0] + 2);
    }

    private string GatherOfAnotherOrder()
    {
        int row = values.Length / (int)shape[0];
        long[] order = new long[shape[0]];
        for (int k = 0; k < order.Length; k++) order[k] = k;
        g.Draw.Shuffle<long>(order);
        var moved = new double[values.Length];
        for (int k = 0; k < order.Length; k++) values.AsSpan(k * row, row).CopyTo(moved.AsSpan((int)order[k] * row));
        string result = g.Node("Gather", write(moved, shape), g.Constants.Integers(order));
        g.WithDefault("axis", 0);
        return result;
    }

    private double[] Each(Converter<double, double> convert) => Array.ConvertAll(values, convert);

    internal static double[] Transposed(double[] values, long[] shape)
    {
        var transposed = new double[values.Length];
        for (int k = 0; k < values.Length; k++) transposed[k % shape[1] * shape[0] + k / shape[1]] = values[k];
        return transposed;
    }

    private static double[] Unit(long size)
    {
        var unit = new double[size * size];
        for (long k = 0; k < size; k++) unit[k * size + k] = 1;
        return unit;
    }
}
