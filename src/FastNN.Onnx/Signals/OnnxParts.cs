namespace FastNN.Onnx;

/// <summary>Operators that take parts of the data, or join them.</summary>
internal static class OnnxParts
{
    /// <summary>
    /// Some operands, behind one another. One operand is itself. Several must be functions of the same term: they are a layer, and its
    /// weights are their factors.
    /// </summary>
    internal static OnnxSignal Concat(OnnxTracer tracer, OnnxOperation operation)
    {
        operation.ExpectInputs(1, OnnxOperation.MostInputs);
        operation.Expect(1, OnnxOperation.MostInputs, "axis");
        OnnxSignal first = operation.Signal(0) ?? throw operation.Fault("it joins the data with constants, which is not supported");
        if (operation.InputCount == 1) return first;

        int axis = first.Shape.Axis(operation, operation.Integer("axis", 1));
        int width = WidthOf(operation, first, axis), count = operation.InputCount;
        if ((long)width * width > (int.MaxValue >> 1) / count)
            throw operation.Fault($"it joins {count} operands of {width} values, which make more weights than are supported");
        tracer.Budget.BookValues(width * width * count + width * count);
        double[] weights = new double[width * width * count], biases = new double[width * count];
        for (int k = 0; k < count; k++)
        {
            OnnxSignal part = operation.Signal(k) ?? throw operation.Fault("it joins the data with constants, which is not supported");
            if (part.Term.IsSoftmax) throw part.Term.MustBeLast(operation);
            if (!part.Term.IsSame(first.Term) || part.Degree != 1 || WidthOf(operation, part, axis) != width)
                throw OnnxAlgebra.Joined(operation, first.Term, part.Term);
            for (int i = 0; i < width; i++)
            {
                weights[i * biases.Length + k * width + i] = part.C[1][i];
                biases[k * width + i] = part.C[0][i];
            }
        }

        return OnnxLinear.Of(operation, new OnnxSignal(first.Term, first.Shape), weights, biases, first.Shape.With(axis, biases.Length));
    }

    /// <summary>Values from one place to another along an axis.</summary>
    internal static OnnxSignal Slice(OnnxTracer tracer, OnnxOperation operation)
    {
        OnnxSlice[] cuts = OnnxSlice.Of(operation);
        OnnxSignal data = operation.Signal(0) ?? throw operation.Fault("its first input must be the data");
        foreach (OnnxSlice cut in cuts)
        {
            if (cut.Step != 1) throw operation.Fault($"its steps must be 1, but one is {cut.Step}");
            data = Part(tracer, operation, data, data.Shape.Axis(operation, cut.Axis), cut.Start, cut.End);
        }

        return data;
    }

    /// <summary>Values at some places along an axis. They must follow one another.</summary>
    internal static OnnxSignal Gather(OnnxTracer tracer, OnnxOperation operation)
    {
        operation.Expect(2, 2, "axis");
        OnnxSignal data = operation.Signal(0) ?? throw operation.Fault("it must gather the data by constant indices");
        OnnxTensor indices = operation.Constant(1);
        if (!indices.IsInteger || indices.HasOpen || indices.Shape.Length > 1 || indices.Count == 0)
            throw operation.Fault($"its indices must be integers, but are {indices}");
        int axis = data.Shape.Axis(operation, operation.Integer("axis", 0));
        long length = data.Shape.Lengths![axis], first = FromStart(indices.Integer(0));
        tracer.Budget.BookWork(indices.Count);
        for (int k = 1; k < indices.Count; k++)
        {
            if (FromStart(indices.Integer(k)) != first + k) throw operation.Fault("its indices must follow one another");
        }

        if (length != OnnxShape.Open && (first < 0 || first > length - indices.Count))
            throw operation.Fault($"its indices must be places of axis {axis} of {data.Shape}, but the first is {indices.Integer(0)}");
        data = Part(tracer, operation, data, axis, first, first + indices.Count);
        return indices.Shape.Length == 0 ? data.With(data.Shape.Without(axis)) : data;

        long FromStart(long index) => index < 0 && length != OnnxShape.Open ? index + length : index;
    }

    /// <summary>Parts of the data, one for each output.</summary>
    internal static object? Split(OnnxTracer tracer, OnnxOperation operation)
    {
        IReadOnlyList<long>? lengths = OnnxSlice.LengthsOf(operation);
        OnnxSignal data = operation.Signal(0) ?? throw operation.Fault("its first input must be the data");
        int axis = data.Shape.Axis(operation, operation.Integer("axis", 0)), parts = operation.Outputs.Length;
        long total = data.Shape.Lengths![axis], start = 0, even = (total + parts - 1) / Math.Max(parts, 1);
        for (int k = 0; k < parts; k++)
        {
            long end = lengths is null ? Math.Min(start + even, total) : start + lengths[k];
            if (end <= start) throw operation.Fault($"it must split axis {axis} of {data.Shape} into {parts} parts, which is not possible");
            if (operation.Outputs[k] is { } output) output.Result = Part(tracer, operation, data, axis, start, end);
            start = end;
        }

        return start == total ? null : throw operation.Fault($"its split must sum up to {total}, but sums up to {start}");
    }

    /// <summary>The values from a place to another, where places may count from the end, and may be out of range.</summary>
    private static OnnxSignal Part(OnnxTracer tracer, OnnxOperation operation, OnnxSignal data, int axis, long start, long end)
    {
        long length = data.Shape.Lengths![axis];
        if (start == 0 && end >= int.MaxValue) return data;
        if (length == OnnxShape.Open) throw operation.Fault($"it takes a part of axis {axis} of {data.Shape}, whose length is not known");
        start = Math.Clamp(start < 0 ? start + length : start, 0, length);
        end = Math.Clamp(end < 0 ? end + length : end, 0, length);
        if (start == 0 && end == length) return data;
        if (end <= start) throw operation.Fault($"it takes nothing of axis {axis} of {data.Shape}");
        if (!data.Shape.HoldsAll(axis))
            throw operation.Fault($"it takes a part of axis {axis} of {data.Shape}, which does not hold all values of a sample");
        if (data.Term.IsSoftmax) throw data.Term.MustBeLast(operation);
        return data.Slice((int)start, (int)(end - start), tracer.Budget).With(data.Shape.With(axis, end - start));
    }

    private static int WidthOf(OnnxOperation operation, OnnxSignal part, int axis) =>
        part.Shape.HoldsAll(axis) && part.Shape.Width is > 0 and < int.MaxValue and var width
            ? (int)width
            : throw operation.Fault($"it must join along the axis of all values of a sample, but joins {part.Shape} along axis {axis}");
}
