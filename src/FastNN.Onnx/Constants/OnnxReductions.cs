namespace FastNN.Onnx;

/// <summary>Sums of constants.</summary>
internal static class OnnxReductions
{
    /// <summary>The sum over some axes of a function of the values; then a function of the sum and of the number of values in it.</summary>
    internal static OnnxTensor Reduce(
        OnnxOperation operation, OnnxMemoryBudget budget, Func<double, double> each, Func<double, int, double> end) =>
        Reduce(operation, budget, 0, (sum, value) => sum + each(value), end);

    internal static OnnxTensor Product(OnnxOperation operation, OnnxMemoryBudget budget) =>
        Reduce(operation, budget, 1, (product, value) => product * value, (product, _) => product);

    /// <summary>A·B for constants.</summary>
    internal static OnnxTensor MatMul(OnnxOperation operation, OnnxMemoryBudget budget)
    {
        operation.Expect(2, 2);
        OnnxTensor a = operation.Constant(0), b = operation.Constant(1);
        if (a.Shape.Length != 2 || b.Shape.Length != 2 || a.Shape[1] != b.Shape[0] || a.HasOpen || b.HasOpen)
            throw operation.Fault($"it must multiply fitting matrices, but multiplies {a} by {b}");
        long[] shape = OnnxArrays.Checked(operation, [a.Shape[0], b.Shape[1]]);
        (int rows, int inner, int columns) = ((int)shape[0], (int)a.Shape[1], (int)shape[1]);
        budget.BookValues((long)rows * columns);
        budget.BookWork((a.Cost + b.Cost) * Math.Min((double)rows * columns * inner, 1e15) is var work ? (long)work : 0);
        double[] values = new double[rows * columns];
        for (int k = 0; k < values.Length; k++)
        {
            for (int i = 0; i < inner; i++)
                values[k] += a.Real(k / columns * inner + i) * b.Real(i * columns + k % columns);
        }

        return new OnnxReals(a.Type, shape, values);
    }

    private static OnnxTensor Reduce(
        OnnxOperation operation, OnnxMemoryBudget budget, double start, Func<double, double, double> join, Func<double, int, double> end)
    {
        operation.Expect(1, 2, "axes", "keepdims", "noop_with_empty_axes");
        OnnxTensor a = operation.Constant(0);
        bool[] isReduced = AxesOf(operation, a);
        bool keeps = operation.Integer("keepdims", 1) != 0;
        long[] kept = [.. a.Shape.Select((length, k) => isReduced[k] ? 1 : length)], strides = OnnxTensor.StridesOf(kept);
        budget.BookValues(OnnxTensor.CountOf(kept));
        double[] values = new double[OnnxTensor.CountOf(kept)];
        budget.BookWork((long)a.Count * (a.Cost + a.Shape.Length));
        Array.Fill(values, start);
        for (int k = 0; k < a.Count; k++)
        {
            long rest = k, at = 0;
            for (int axis = a.Shape.Length - 1; axis >= 0; axis--)
            {
                if (!isReduced[axis]) at += rest % a.Shape[axis] * strides[axis];
                rest /= a.Shape[axis];
            }

            values[at] = join(values[at], a.Real(k));
        }

        for (int k = 0; k < values.Length; k++) values[k] = end(values[k], a.Count / Math.Max(values.Length, 1));
        long[] shape = keeps ? kept : [.. a.Shape.Where((_, k) => !isReduced[k])];
        return a.IsReal
            ? new OnnxReals(a.Type, shape, values, a.HasOpen)
            : new OnnxIntegers(a.Type, shape, [.. values.Select(value => double.IsNaN(value) ? OnnxTensor.Open : (long)value)]);
    }

    private static bool[] AxesOf(OnnxOperation operation, OnnxTensor a)
    {
        bool[] isReduced = new bool[a.Shape.Length];
        if (OnnxShaping.AxesOf(operation) is { Count: > 0 } axes)
        {
            foreach (long axis in axes) isReduced[OnnxArrays.Axis(operation, axis, isReduced.Length)] = true;
        }
        else
        {
            Array.Fill(isReduced, operation.Integer("noop_with_empty_axes", 0) == 0);
        }

        return isReduced;
    }
}
