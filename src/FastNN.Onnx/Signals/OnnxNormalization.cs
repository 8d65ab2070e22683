namespace FastNN.Onnx;

/// <summary>Operators that have a factor and an offset for each value of a sample.</summary>
internal static class OnnxNormalization
{
    /// <summary>(x − mean)/√(variance + ε)·scale + B, with constants. Axis 1 has the features.</summary>
    internal static OnnxSignal BatchNormalization(OnnxTracer tracer, OnnxOperation operation)
    {
        operation.ExpectInputs(5, 5);
        operation.ExpectAttributes("epsilon", "momentum", "spatial", "training_mode", "consumed_inputs", "is_test");
        if (operation.Flag("training_mode")) throw operation.Fault("its training_mode must be 0, but is 1");
        OnnxSignal x = operation.Signal(0) ?? throw operation.Fault("its first input must be the data");
        double epsilon = operation.FiniteReal("epsilon", 1e-5f);
        OnnxCoefficient scale = Feature(1), offset = Feature(2), mean = Feature(3), variance = Feature(4);
        OnnxAlgebra algebra = tracer.Algebra;
        OnnxCoefficient factor = algebra.Map(scale, variance, (s, v) => s / Math.Sqrt(v + epsilon));
        OnnxCoefficient shift = algebra.Map(offset, algebra.Times(mean, factor), (b, part) => b - part);
        return algebra.Shift(operation, algebra.Scale(operation, x, factor), shift);

        OnnxCoefficient Feature(int input)
        {
            OnnxTensor values = operation.Constant(input);
            if (values.Shape.Length != 1 || x.Shape.Rank < 2)
                throw operation.Fault($"it must have [n] values for data of [batch, n, …], but has {values} for {x.Shape}");
            if (values.Count != operation.Constant(1).Count) throw operation.Fault($"its inputs must be equally long, but one is {values}");
            long[] shape = [values.Count, .. Enumerable.Repeat(1L, Math.Max(0, (x.Shape.Rank ?? 2) - 2))];
            return OnnxBroadcast.To(operation, x.Shape, new OnnxView(values, shape), tracer.Budget).Values;
        }
    }

    /// <summary>(x − offset)·scale</summary>
    internal static OnnxSignal Scaler(OnnxTracer tracer, OnnxOperation operation)
    {
        operation.Expect(1, 1, "offset", "scale");
        OnnxSignal x = operation.Signal(0)!;
        OnnxAlgebra algebra = tracer.Algebra;
        if (Values("offset") is { } offset) x = algebra.Shift(operation, x, algebra.Map(offset, offset, (value, _) => -value));
        return Values("scale") is { } scale ? algebra.Scale(operation, x, scale) : x;

        OnnxCoefficient? Values(string name)
        {
            if (operation.OptionalReals(name) is not { Count: > 0 } reals) return null;
            tracer.Budget.BookValues(reals.Count);
            double[] values = [.. reals.Select(value => (double)value)];
            return OnnxBroadcast.To(
                operation, x.Shape, new OnnxReals(OnnxTensorTypes.Float, [values.Length], values), tracer.Budget).Values;
        }
    }
}
