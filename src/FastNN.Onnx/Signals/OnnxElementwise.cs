namespace FastNN.Onnx;

/// <summary>Operators that join values place by place. At least one operand is the data.</summary>
internal static class OnnxElementwise
{
    internal static OnnxSignal Add(OnnxTracer tracer, OnnxOperation operation)
    {
        operation.Expect(2, 2);
        return Sum(tracer, operation, 0, 1);
    }

    internal static OnnxSignal Subtract(OnnxTracer tracer, OnnxOperation operation)
    {
        operation.Expect(2, 2);
        OnnxAlgebra algebra = tracer.Algebra;
        if (operation.Signal(0) is not { } a)
            return tracer.Shift(operation, algebra.Scale(operation, operation.Signal(1)!, -1), operation.Constant(0));
        if (operation.Signal(1) is { } b) return algebra.Add(operation, a, algebra.Scale(operation, b, -1));
        (OnnxCoefficient k, OnnxShape shape) = OnnxBroadcast.To(operation, a.Shape, operation.Constant(1), tracer.Budget);
        return algebra.Shift(operation, OnnxTracer.Shaped(a, shape), algebra.Map(k, k, (x, _) => -x));
    }

    internal static OnnxSignal Multiply(OnnxTracer tracer, OnnxOperation operation)
    {
        operation.Expect(2, 2);
        return operation.Signal(0) is { } a && operation.Signal(1) is { } b
            ? tracer.Algebra.Multiply(operation, a, b)
            : Scale(tracer, operation, operation.Signal(0) is null ? 1 : 0, isDivision: false);
    }

    internal static OnnxSignal Divide(OnnxTracer tracer, OnnxOperation operation)
    {
        operation.Expect(2, 2);
        if (operation.Signal(1) is not { } divisor) return Scale(tracer, operation, 0, isDivision: true);
        if (operation.Signal(0) is { } a) return tracer.Algebra.Divide(operation, a, divisor);
        OnnxSignal inverse = tracer.Algebra.Invert(operation, divisor);
        (OnnxCoefficient k, OnnxShape shape) = OnnxBroadcast.To(operation, inverse.Shape, operation.Constant(0), tracer.Budget);
        return tracer.Algebra.Scale(operation, OnnxTracer.Shaped(inverse, shape), k);
    }

    internal static OnnxSignal Sum(OnnxTracer tracer, OnnxOperation operation)
    {
        operation.Expect(1, OnnxOperation.MostInputs);
        return Sum(tracer, operation, 0, operation.InputCount - 1);
    }

    internal static OnnxSignal Mean(OnnxTracer tracer, OnnxOperation operation) =>
        tracer.Algebra.Scale(operation, Sum(tracer, operation), 1.0 / operation.InputCount);

    /// <summary>The powers 1, 2 and 3, and −1.</summary>
    internal static OnnxSignal Power(OnnxTracer tracer, OnnxOperation operation)
    {
        operation.Expect(2, 2);
        OnnxTensor exponents = operation.Constant(1);
        OnnxSignal s = operation.Signal(0)!;
        if (exponents.Count != 1 || exponents.HasOpen) throw operation.Fault($"its exponent must be one number, but is {exponents}");
        OnnxAlgebra algebra = tracer.Algebra;
        return exponents.Real(0) switch
        {
            1 => s,
            2 => algebra.Multiply(operation, s, s),
            3 => algebra.Multiply(operation, s, algebra.Multiply(operation, s, s)),
            -1 => algebra.Invert(operation, s),
            double other => throw operation.Fault($"its exponent must be 1, 2, 3 or −1, but is {other}"),
        };
    }

    /// <summary>The largest or smallest of a signal, constants, and a multiple of the signal.</summary>
    internal static OnnxSignal Extreme(OnnxTracer tracer, OnnxOperation operation, bool isMax)
    {
        operation.Expect(1, OnnxOperation.MostInputs);
        OnnxSignal? result = null;
        for (int k = 0; k < operation.InputCount; k++)
        {
            if (operation.Signal(k) is not { } s) continue;
            result = result is null ? s : OnnxClips.Extreme(tracer.Algebra, operation, result, s, isMax);
        }

        for (int k = 0; k < operation.InputCount; k++)
        {
            if (operation.Signal(k) is not null) continue;
            (OnnxCoefficient limit, OnnxShape shape) = OnnxBroadcast.To(operation, result!.Shape, operation.Constant(k), tracer.Budget);
            double single = limit.Single ?? throw operation.Fault("its constant must have the same value everywhere");
            result = OnnxClips.Limit(tracer.Algebra, operation, OnnxTracer.Shaped(result, shape), single, isMax);
        }

        return result!;
    }

    /// <summary>The sum of the operands from one to another, constants last.</summary>
    private static OnnxSignal Sum(OnnxTracer tracer, OnnxOperation operation, int first, int last)
    {
        OnnxSignal? sum = null;
        for (int k = first; k <= last; k++)
        {
            if (operation.Signal(k) is { } s) sum = sum is null ? s : tracer.Algebra.Add(operation, sum, s);
        }

        for (int k = first; k <= last; k++)
        {
            if (operation.Signal(k) is null) sum = tracer.Shift(operation, sum!, operation.Constant(k));
        }

        return sum!;
    }

    private static OnnxSignal Scale(OnnxTracer tracer, OnnxOperation operation, int data, bool isDivision)
    {
        OnnxSignal s = operation.Signal(data)!;
        (OnnxCoefficient k, OnnxShape shape) = OnnxBroadcast.To(operation, s.Shape, operation.Constant(1 - data), tracer.Budget);
        return tracer.Algebra.Scale(operation, OnnxTracer.Shaped(s, shape), isDivision ? tracer.Algebra.Inverse(k) : k);
    }
}
