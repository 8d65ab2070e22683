namespace FastNN.Onnx;

/// <summary>Operators that arrange the values of constants. Most results are views.</summary>
internal static class OnnxArrays
{
    private const int MostAxes = 8;

    /// <summary>The shape that two shapes make together.</summary>
    internal static long[] Broadcast(OnnxOperation operation, long[] a, long[] b)
    {
        long[] shape = new long[Math.Max(a.Length, b.Length)];
        for (int k = 1; k <= shape.Length; k++)
        {
            long x = k <= a.Length ? a[^k] : 1, y = k <= b.Length ? b[^k] : 1;
            if (x != y && x != 1 && y != 1) throw operation.Fault($"its shapes {OnnxFault.Shape(a)} and {OnnxFault.Shape(b)} do not fit");
            shape[^k] = x == 1 ? y : x;
        }

        return Checked(operation, shape);
    }

    /// <summary>A tensor that is repeated along axes of length 1, to a shape that it fits.</summary>
    internal static OnnxTensor Spread(OnnxTensor a, long[] shape)
    {
        if (a.Shape.AsSpan().SequenceEqual(shape)) return a;
        long[] strides = OnnxTensor.StridesOf(a.Shape), all = new long[shape.Length];
        for (int k = 1; k <= a.Shape.Length; k++) all[^k] = a.Shape[^k] == 1 ? 0 : strides[^k];
        return new OnnxView(a, shape, 0, all);
    }

    internal static OnnxTensor Expand(OnnxOperation operation, OnnxMemoryBudget budget)
    {
        operation.Expect(2, 2);
        OnnxTensor a = operation.Constant(0);
        return Spread(a, Broadcast(operation, a.Shape, Integers(operation, 1)));
    }

    internal static OnnxTensor Concat(OnnxOperation operation, OnnxMemoryBudget budget)
    {
        operation.Expect(1, int.MaxValue, "axis");
        OnnxTensor first = operation.Constant(0);
        int axis = Axis(operation, operation.Integer("axis", 0), first.Shape.Length);
        long[] shape = [.. first.Shape];
        shape[axis] = 0;
        int parts = operation.InputCount;
        for (int i = 0; i < parts; i++)
        {
            OnnxTensor part = operation.Constant(i);
            bool fits = part.Shape.Length == shape.Length && part.IsReal == first.IsReal && part.IsInteger == first.IsInteger;
            for (int k = 0; k < shape.Length && fits; k++) fits = k == axis || part.Shape[k] == shape[k];
            if (!fits) throw operation.Fault($"it must join tensors of fitting shapes, but joins {first} and {part}");
            shape[axis] += part.Shape[axis];
        }

        long inner = OnnxTensor.CountOf(shape.AsSpan(axis + 1)), start = 0, total = Checked(operation, shape)[axis] * inner;
        bool isReal = first.IsReal, hasOpen = false;
        budget.BookValues(OnnxTensor.CountOf(shape));
        double[] reals = isReal ? new double[OnnxTensor.CountOf(shape)] : [];
        long[] integers = isReal ? [] : new long[OnnxTensor.CountOf(shape)];
        for (int i = 0; i < parts; i++)
        {
            OnnxTensor part = operation.Constant(i);
            long length = part.Shape[axis] * inner;
            budget.BookWork((long)part.Count * part.Cost);
            for (int k = 0; k < part.Count; k++)
            {
                long place = k / length * total + start + k % length;
                if (isReal) reals[place] = part.Real(k);
                else integers[place] = part.Integer(k);
            }

            start += length;
            hasOpen |= part.HasOpen;
        }

        return isReal ? new OnnxReals(first.Type, shape, reals, hasOpen) : new OnnxIntegers(first.Type, shape, integers);
    }

    internal static OnnxTensor ConstantOfShape(OnnxOperation operation, OnnxMemoryBudget budget)
    {
        operation.Expect(1, 1, "value");
        long[] shape = Checked(operation, Integers(operation, 0));
        OnnxTensor value = operation.Tensor("value") is { } tensor
            ? OnnxStoredTensor.Read(tensor, budget, operation, "value")
            : new OnnxReals(OnnxTensorTypes.Float, [1], [0]);
        return value.Count == 1
            ? new OnnxView(value, shape, 0, new long[shape.Length])
            : throw operation.Fault($"its value must be one number, but is {value}");
    }

    internal static OnnxTensor Flatten(OnnxOperation operation, OnnxMemoryBudget budget)
    {
        operation.Expect(1, 1, "axis");
        OnnxTensor a = operation.Constant(0);
        long axis = operation.Integer("axis", 1);
        int from = axis == a.Shape.Length ? a.Shape.Length : Axis(operation, axis, a.Shape.Length);
        return new OnnxView(a, [OnnxTensor.CountOf(a.Shape.AsSpan(0, from)), OnnxTensor.CountOf(a.Shape.AsSpan(from))]);
    }

    internal static OnnxTensor Gather(OnnxOperation operation, OnnxMemoryBudget budget)
    {
        operation.Expect(2, 2, "axis");
        OnnxTensor a = operation.Constant(0), indices = operation.Constant(1);
        int axis = Axis(operation, operation.Integer("axis", 0), a.Shape.Length);
        if (!indices.IsInteger) throw operation.Fault($"its indices must be integers, but are {indices}");
        long[] shape = Checked(operation, [.. a.Shape[..axis], .. indices.Shape, .. a.Shape[(axis + 1)..]]);
        long length = a.Shape[axis], inner = OnnxTensor.CountOf(a.Shape.AsSpan(axis + 1));
        budget.BookWork((long)indices.Count * indices.Cost);
        for (int k = 0; k < indices.Count; k++)
        {
            if (indices.Integer(k) is var index && (index < -length || index >= length))
                throw operation.Fault($"its index {index} is not in its {length} places");
        }

        return Pick(budget, shape, OnnxTensor.CountOf(shape), a, k =>
        {
            long index = indices.Integer((int)(k / inner % indices.Count)), outer = k / (inner * indices.Count);
            return (a, (int)((outer * length + (index < 0 ? index + length : index)) * inner + k % inner));
        });
    }

    internal static OnnxTensor Range(OnnxOperation operation, OnnxMemoryBudget budget)
    {
        operation.Expect(3, 3);
        OnnxTensor[] inputs = [operation.Constant(0), operation.Constant(1), operation.Constant(2)];
        if (inputs.Any(input => !input.IsInteger || input.HasOpen || input.Count != 1))
            throw operation.Fault("its start, limit and delta must be known integers");
        long start = inputs[0].Integer(0), limit = inputs[1].Integer(0), delta = inputs[2].Integer(0);
        double steps = delta == 0 ? double.NaN : Math.Ceiling(((double)limit - start) / delta);
        if (!(steps <= 1 << 24)) throw operation.Fault($"its delta must lead from {start} to {limit}, but is {delta}");
        int count = Math.Max(0, (int)steps);
        budget.BookValues(count);
        long[] values = new long[count];
        for (int k = 0; k < values.Length; k++) values[k] = start + k * delta;
        return new OnnxIntegers(inputs[0].Type, [values.Length], values);
    }

    internal static OnnxTensor Reshape(OnnxOperation operation, OnnxMemoryBudget budget)
    {
        operation.Expect(2, 2, "allowzero");
        OnnxTensor a = operation.Constant(0);
        long[] shape = Integers(operation, 1), wanted = [.. shape];
        bool zeroCopies = !operation.Flag("allowzero");
        long known = 1;
        for (int k = 0; k < shape.Length; k++)
        {
            if (shape[k] == 0 && zeroCopies && k < a.Shape.Length) shape[k] = a.Shape[k];
            if (shape[k] != -1) known = shape[k] < 0 || shape[k] > int.MaxValue ? 0 : Math.Min(known * shape[k], int.MaxValue);
        }

        int open = Array.IndexOf(shape, -1);
        if (open >= 0 && known > 0) shape[open] = a.Count / known;
        bool fits = shape.All(length => length >= 0) && (open < 0 ? known : known * shape[open]) == a.Count;
        return fits
            ? new OnnxView(a, Checked(operation, shape))
            : throw operation.Fault($"it must not make {OnnxFault.Shape(wanted)} of {a}");
    }

    internal static OnnxTensor Shape(OnnxOperation operation, OnnxMemoryBudget budget)
    {
        operation.Expect(1, 1, "start", "end");
        long[] lengths = operation.Constant(0).Shape;
        int start = At(operation.Integer("start", 0)), end = At(operation.Integer("end", lengths.Length));
        long[] part = lengths[start..Math.Max(start, end)];
        return new OnnxIntegers(OnnxTensorTypes.Integer64, [part.Length], part);

        int At(long place) => (int)Math.Clamp(place < 0 ? place + lengths.Length : place, 0, lengths.Length);
    }

    internal static OnnxTensor Squeeze(OnnxOperation operation, OnnxMemoryBudget budget)
    {
        operation.Expect(1, 2, "axes");
        OnnxTensor a = operation.Constant(0);
        IReadOnlyList<long>? axes = OnnxShaping.AxesOf(operation);
        List<long> shape = [];
        for (int k = 0; k < a.Shape.Length; k++)
        {
            bool isGone = axes is null ? a.Shape[k] == 1 : axes.Contains(k) || axes.Contains(k - a.Shape.Length);
            if (!isGone) shape.Add(a.Shape[k]);
            else if (a.Shape[k] != 1) throw operation.Fault($"it must remove axes of length 1, but removes axis {k} of {a}");
        }

        return new OnnxView(a, [.. shape]);
    }

    internal static OnnxTensor Unsqueeze(OnnxOperation operation, OnnxMemoryBudget budget)
    {
        operation.Expect(1, 2, "axes");
        OnnxTensor a = operation.Constant(0);
        IReadOnlyList<long> axes = OnnxShaping.AxesOf(operation) ?? throw operation.Fault("it has no axes");
        int rank = a.Shape.Length + axes.Count;
        if (rank > MostAxes) throw operation.Fault($"its result must have at most {MostAxes} axes, but has {rank}");
        List<long> shape = [.. a.Shape];
        foreach (long axis in axes.Select(axis => axis < 0 ? axis + rank : axis).Order())
        {
            if (axis < 0 || axis > shape.Count)
                throw operation.Fault($"its axes must be in the {rank} axes of its result, but one is {axis}");
            shape.Insert((int)axis, 1);
        }

        return new OnnxView(a, [.. shape]);
    }

    internal static OnnxTensor Transpose(OnnxOperation operation, OnnxMemoryBudget budget)
    {
        operation.Expect(1, 1, "perm");
        OnnxTensor a = operation.Constant(0);
        int rank = a.Shape.Length;
        long[] perm = operation.OptionalIntegers("perm")?.ToArray() ?? [.. Enumerable.Range(0, rank).Reverse().Select(k => (long)k)];
        if (perm.Length != rank || !perm.Order().SequenceEqual(Enumerable.Range(0, rank).Select(k => (long)k)))
            throw operation.Fault($"its perm must have the axes of {a}, but is {OnnxFault.Shape(perm)}");
        long[] strides = OnnxTensor.StridesOf(a.Shape);
        return new OnnxView(a, [.. perm.Select(axis => a.Shape[axis])], 0, [.. perm.Select(axis => strides[axis])]);
    }

    /// <summary>An axis that may count from the end; checks that it is there.</summary>
    internal static int Axis(OnnxOperation operation, long axis, int rank)
    {
        long from0 = axis < 0 ? axis + rank : axis;
        return from0 >= 0 && from0 < rank ? (int)from0 : throw operation.Fault($"its axis must be one of {rank}, but is {axis}");
    }

    /// <summary>Known integers, at most as many as there may be axes.</summary>
    internal static long[] Integers(OnnxOperation operation, int input)
    {
        OnnxTensor tensor = operation.Constant(input);
        return tensor.IsInteger && tensor.Shape.Length <= 1 && tensor.Count <= MostAxes && !tensor.HasOpen
            ? tensor.Integers()
            : throw operation.Fault($"its input {operation.Inputs[input]} must be at most {MostAxes} known integers, but is {tensor}");
    }

    /// <summary>Checks that a shape has a number of values that fits, also without its lengths of 0.</summary>
    internal static long[] Checked(OnnxOperation operation, long[] shape)
    {
        long count = 1;
        bool fits = shape.Length <= MostAxes;
        foreach (long length in shape)
        {
            fits &= length >= 0 && length <= int.MaxValue && (count *= Math.Max(length, 1)) <= int.MaxValue;
            if (!fits) throw operation.Fault($"it makes the shape {OnnxFault.Shape(shape)}, which is not supported");
        }

        return shape;
    }

    /// <summary>Copies values from anywhere.</summary>
    private static OnnxTensor Pick(
        OnnxMemoryBudget budget, long[] shape, int count, OnnxTensor like, Func<int, (OnnxTensor Source, int Place)> at)
    {
        budget.BookValues(count);
        budget.BookWork((long)count * (like.Cost + 4));
        if (like.IsReal)
        {
            double[] reals = new double[count];
            for (int k = 0; k < count; k++) reals[k] = at(k) is var (source, place) ? source.Real(place) : 0;
            return new OnnxReals(like.Type, shape, reals, like.HasOpen);
        }

        long[] integers = new long[count];
        for (int k = 0; k < count; k++) integers[k] = at(k) is var (source, place) ? source.Integer(place) : 0;
        return new OnnxIntegers(like.Type, shape, integers);
    }
}
