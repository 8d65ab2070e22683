namespace FastNN.Onnx;

/// <summary>Operators that change the shape of the data, but no value and no order of the values of a sample.</summary>
internal static class OnnxShaping
{
    /// <summary>From [batch, …] to [batch, n].</summary>
    internal static OnnxShape Flatten(OnnxOperation operation, OnnxShape shape)
    {
        operation.Expect(1, 1, "axis");
        long axis = operation.Integer("axis", 1);
        if (shape.Lengths is null && axis == 1) return new OnnxShape([OnnxShape.Open, OnnxShape.Open], 0);
        long from = axis < 0 ? axis + (shape.Rank ?? 0) : axis;
        bool isKept = shape.Lengths is { } lengths && from >= 0 && from <= lengths.Length && (shape.Batch >= 0 && lengths[shape.Batch] != 1
            ? from > shape.Batch && !lengths[..(int)from].Where((length, k) => k != shape.Batch && length != 1).Any()
            : lengths[..(int)from].All(length => length == 1));
        if (!isKept) throw operation.Fault($"it must flatten [batch, …] from axis 1 on, but flattens {shape} from axis {axis} on");
        return new OnnxShape([shape.Batch < 0 ? 1 : shape.Lengths![shape.Batch], WidthAt(operation, shape) ?? OnnxShape.Open], 0);
    }

    /// <summary>To another shape with the same samples, and with the values of a sample in the same order.</summary>
    internal static OnnxShape Reshape(OnnxOperation operation, OnnxShape shape)
    {
        operation.Expect(2, 2, "allowzero");
        OnnxTensor target = operation.Constant(1);
        if (!target.IsInteger || target.Shape.Length != 1 || target.Count > 8)
            throw operation.Fault($"its shape must be at most 8 integers in one dimension, but is {target}");

        long[] wanted = target.Integers();
        long? width = WidthAt(operation, shape);
        if (!operation.Flag("allowzero")) CopyLengths(wanted, shape);
        OnnxShape? result = null;
        for (int axis = 0; axis < wanted.Length && result is null; axis++)
        {
            if (MayBeBatch(wanted[axis], shape)) result = WithBatchAt(wanted, axis, shape, width);
            if (wanted[axis] != 1) break; // only lengths of 1 may come before the samples
        }

        return result ?? OfOneSample(wanted, shape, width)
            ?? throw operation.Fault($"it must keep samples as rows, but makes {OnnxFault.Shape(target.Integers())} of {shape}");
    }

    /// <summary>Without axes of length 1.</summary>
    internal static OnnxShape Squeeze(OnnxOperation operation, OnnxShape shape)
    {
        operation.Expect(1, 2, "axes");
        if (shape.Lengths is null) throw operation.Fault("the shape of its data must be known");
        bool[] isGone = new bool[shape.Lengths.Length];
        if (AxesOf(operation) is { } axes)
        {
            foreach (long axis in axes) isGone[shape.Axis(operation, axis)] = true;
        }
        else
        {
            for (int k = 0; k < isGone.Length; k++) isGone[k] = shape.Lengths[k] == 1;
        }

        for (int axis = isGone.Length - 1; axis >= 0; axis--)
        {
            if (!isGone[axis]) continue;
            if (shape.Lengths![axis] is not (1 or OnnxShape.Open))
                throw operation.Fault($"it must remove axes of length 1, but removes axis {axis} of {shape}");
            shape = shape.Without(axis);
        }

        return shape;
    }

    /// <summary>With more axes of length 1.</summary>
    internal static OnnxShape Unsqueeze(OnnxOperation operation, OnnxShape shape)
    {
        operation.Expect(1, 2, "axes");
        IReadOnlyList<long> axes = AxesOf(operation) ?? throw operation.Fault("it has no axes");
        int rank = (shape.Rank ?? throw operation.Fault("the shape of its data must be known")) + axes.Count;
        foreach (long axis in axes.Select(axis => axis < 0 ? axis + rank : axis).Order())
        {
            if (axis < 0 || axis > shape.Rank)
                throw operation.Fault($"its axes must be in the {rank} axes of its result, but one is {axis}");
            shape = shape.WithAxis(operation, (int)axis);
        }

        return shape;
    }

    /// <summary>Axes in another order. The values of a sample must stay in theirs.</summary>
    internal static OnnxShape Transpose(OnnxOperation operation, OnnxShape shape)
    {
        operation.Expect(1, 1, "perm");
        long[] lengths = shape.Lengths ?? throw operation.Fault("the shape of its data must be known");
        long[] perm = operation.OptionalIntegers("perm")?.ToArray() ?? [.. Enumerable.Range(0, lengths.Length).Reverse()];
        if (!perm.Order().SequenceEqual(Enumerable.Range(0, lengths.Length).Select(k => (long)k)))
            throw operation.Fault($"its perm must have the {lengths.Length} axes of {shape}, but is {OnnxFault.Shape(perm)}");

        long last = -1;
        foreach (long axis in perm)
        {
            if (axis == shape.Batch || lengths[axis] == 1) continue;
            if (axis < last) throw operation.Fault($"it must keep the order of the values of a sample of {shape}");
            last = axis;
        }

        return new OnnxShape([.. perm.Select(axis => lengths[axis])], Array.IndexOf(perm, shape.Batch));
    }

    /// <summary>To a shape that repeats nothing.</summary>
    internal static OnnxShape Expand(OnnxOperation operation, OnnxShape shape)
    {
        operation.Expect(2, 2);
        OnnxTensor target = operation.Constant(1);
        if (shape.Lengths is null) throw operation.Fault("the shape of its data must be known");
        if (!target.IsInteger || target.Shape.Length != 1 || target.Count > 16)
            throw operation.Fault($"its shape must be at most 16 integers in one dimension, but is {target}");
        long[] wanted = target.Integers();
        OnnxShape result = shape;
        while (result.Lengths!.Length < wanted.Length) result = result.WithAxis(operation, 0);
        int added = result.Lengths.Length - wanted.Length;
        for (int axis = 0; axis < wanted.Length; axis++)
        {
            long own = result.Lengths[axis + added];
            bool isSame = wanted[axis] == 1 || wanted[axis] == own || (axis + added == result.Batch && wanted[axis] == OnnxTensor.Open);
            if (!isSame) throw operation.Fault($"it must not repeat values, but makes {OnnxFault.Shape(wanted)} of {shape}");
        }

        return result;
    }

    /// <summary>The axes of Squeeze and Unsqueeze: an attribute, or an input from opset 13 on; null if there are none.</summary>
    internal static IReadOnlyList<long>? AxesOf(OnnxOperation operation, int input = 1)
    {
        if (operation.OptionalConstant(input) is not { } tensor) return operation.OptionalIntegers("axes");
        return tensor.IsInteger && tensor.Shape.Length <= 1 && !tensor.HasOpen && tensor.Count <= 16
            ? tensor.Integers()
            : throw operation.Fault($"its axes must be integers, but are {tensor}");
    }

    /// <summary>A length of 0 stands for the length at the same place before.</summary>
    private static void CopyLengths(long[] wanted, OnnxShape shape)
    {
        for (int k = 0; k < wanted.Length; k++)
        {
            if (wanted[k] != 0) continue;
            if (k == shape.Batch || (shape.Lengths is null && k == 0)) wanted[k] = OnnxTensor.Open;
            else if (k < shape.Rank && shape.Lengths![k] > 0) wanted[k] = shape.Lengths[k];
        }
    }

    private static bool MayBeBatch(long length, OnnxShape shape) =>
        (shape.Batch >= 0 || shape.Lengths is null)
        && (length == OnnxTensor.Open || length == -1 || (length > 0 && shape.Lengths is { } lengths && lengths[shape.Batch] == length));

    /// <summary>The target with the samples along an axis; null if the other lengths are not those of a sample.</summary>
    private static OnnxShape? WithBatchAt(long[] wanted, int axis, OnnxShape shape, long? width)
    {
        if (shape.Lengths is { } before && shape.Batch > 0 && before[..shape.Batch].Any(length => length != 1)) return null;
        long[] lengths = [.. wanted];
        lengths[axis] = shape.Lengths?[shape.Batch] ?? OnnxShape.Open;
        return Complete(lengths, axis, width, wanted[axis] == -1);
    }

    /// <summary>The target without an axis for the batch, of a single sample; null if the lengths are not those of the sample.</summary>
    private static OnnxShape? OfOneSample(long[] wanted, OnnxShape shape, long? width)
    {
        if (shape.Lengths is not { } lengths || (shape.Batch >= 0 && lengths[shape.Batch] != 1)) return null;
        return Complete([.. wanted], wanted.Length > 1 && wanted[0] is 1 ? 0 : -1, width, false)
            ?? (wanted is [-1, ..] && wanted.Length > 1 ? Complete([1, .. wanted[1..]], 0, width, true) : null);
    }

    /// <summary>Finds the length that is −1, and checks the number of values of a sample.</summary>
    private static OnnxShape? Complete(long[] lengths, int batch, long? width, bool isInferred)
    {
        long product = 1;
        int open = -1;
        for (int axis = 0; axis < lengths.Length; axis++)
        {
            if (axis == batch) continue;
            if (lengths[axis] == -1 && open < 0 && !isInferred) open = axis;
            else if (lengths[axis] < 1 || lengths[axis] > int.MaxValue / product) return null;
            else product *= lengths[axis];
        }

        if (open >= 0)
        {
            if (width % product > 0) return null;
            lengths[open] = width / product ?? OnnxShape.Open;
        }
        else if (width is { } known && known != product)
        {
            return null;
        }

        return new OnnxShape(lengths, batch);
    }

    /// <summary>The number of values in a sample; null if it is not known.</summary>
    /// <exception cref="ModelFormatException">The known lengths make more values than a network can have.</exception>
    private static long? WidthAt(OnnxOperation operation, OnnxShape shape)
    {
        long width = 1;
        for (int axis = 0; axis < shape.Rank; axis++)
        {
            if (axis == shape.Batch || shape.Lengths![axis] == OnnxShape.Open) continue;
            if (shape.Lengths[axis] > int.MaxValue / width)
                throw operation.Fault($"it gets samples of more than {int.MaxValue} values, {shape}");
            width *= shape.Lengths[axis];
        }

        return shape.Width;
    }
}
