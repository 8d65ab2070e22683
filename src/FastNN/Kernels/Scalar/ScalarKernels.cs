namespace FastNN.Scalar;

/// <summary>The reference: the specification of every kernel, operation by operation.</summary>
internal readonly unsafe struct ScalarKernels : IKernels
{
    public static void Sigmoid(float* x, float* y, nint count) => SigmoidSpan.Run(x, y, count);

    public static void Forward(float* x, int inputs, float* w, float* b, float* y, int outputs, int room) =>
        DenseForward.Run(x, inputs, w, b, y, outputs);

    public static float OutputDelta(float* a, float* y, float* delta, int count) => Scalar.OutputDelta.Run(a, y, delta, count);

    public static void Descend(float* w, float* b, float* a, int inputs, float* delta, int outputs, float* inputDelta, float rate) =>
        DenseBackward.Descend(w, b, a, inputs, delta, outputs, inputDelta, rate);

    public static void Accumulate(float* w, float* gw, float* gb, float* a, int inputs, float* delta, int outputs, float* inputDelta) =>
        DenseBackward.Accumulate(w, gw, gb, a, inputs, delta, outputs, inputDelta);

    public static void GradientDescent(float* w, float* g, nint count, float scale, float rate) => Scalar.GradientDescent.Run(w, g, count, scale, rate);

    public static void Update<TRule>(float* w, float* g, float* first, float* second, nint count, in UpdateTerms terms)
        where TRule : struct, IUpdateRule => ParameterUpdate.Run<TRule>(w, g, first, second, count, in terms);

    public static double SumOfSquares(float* g, nint count, float clip) => Scalar.SumOfSquares.Run(g, count, clip);
}
