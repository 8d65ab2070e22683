namespace FastNN.Onnx;

/// <summary>Parts of constants. They are views.</summary>
internal static class OnnxCuts
{
    internal static OnnxTensor Slice(OnnxOperation operation, OnnxMemoryBudget budget)
    {
        OnnxSlice[] cuts = OnnxSlice.Of(operation);
        OnnxTensor a = operation.Constant(0);
        foreach (OnnxSlice cut in cuts)
        {
            int axis = OnnxArrays.Axis(operation, cut.Axis, a.Shape.Length);
            a = OnnxConstants.Settle(Part(a, axis, cut.Start, cut.End, cut.Step, operation), budget);
        }

        return a;
    }

    internal static void Split(OnnxOperation operation, OnnxMemoryBudget budget)
    {
        IReadOnlyList<long>? lengths = OnnxSlice.LengthsOf(operation);
        OnnxTensor a = operation.Constant(0);
        int axis = OnnxArrays.Axis(operation, operation.Integer("axis", 0), a.Shape.Length), parts = operation.Outputs.Length;
        long start = 0, even = (a.Shape[axis] + parts - 1) / Math.Max(parts, 1);
        for (int k = 0; k < parts; k++)
        {
            long end = lengths is null ? Math.Min(start + even, a.Shape[axis]) : start + Math.Clamp(lengths[k], 0, int.MaxValue);
            if (end > a.Shape[axis]) throw operation.Fault($"its split must sum up to {a.Shape[axis]}, but sums up to more");
            budget.Book(256, "constants that are computed");
            if (operation.Outputs[k] is { } output) output.Result = OnnxConstants.Settle(Part(a, axis, start, end, 1, operation), budget);
            start = end;
        }
    }

    private static OnnxView Part(OnnxTensor a, int axis, long start, long end, long step, OnnxOperation operation)
    {
        long length = a.Shape[axis];
        if (step is 0 or < -int.MaxValue or > int.MaxValue) throw operation.Fault($"its step must not be {step}");
        if (length == 0) (start, end) = (0, 0);
        start = start < 0 ? start + length : start;
        end = end < 0 ? end + length : end;
        (start, end) = step > 0 || length == 0
            ? (Math.Clamp(start, 0, length), Math.Clamp(end, 0, length))
            : (Math.Clamp(start, 0, length - 1), Math.Clamp(end, -1, length - 1));
        long[] shape = [.. a.Shape], strides = OnnxTensor.StridesOf(a.Shape);
        shape[axis] = Math.Max(0, (end - start + step - Math.Sign(step)) / step);
        long first = start * strides[axis];
        strides[axis] *= step;
        return new OnnxView(a, shape, first, strides);
    }
}
