using FastNN.Contract;

namespace FastNN.Reference;

/// <summary>The reference: the specification of every kernel of a sample, operation by operation.</summary>
internal readonly unsafe struct ScalarKernels : IKernels
{
    public static void Activate<A>(float* z, float* a, nint count)
        where A : struct, IActivation => ActivationSpan.Activate<A>(z, a, count);

    public static void ActivateKeepingSlope<A>(float* z, float* a, nint count)
        where A : struct, IActivation => ActivationSpan.ActivateKeepingSlope<A>(z, a, count);

    public static void ActivateBy<F>(F f, float* z, float* a, nint count)
        where F : struct, ISpanActivation => FunctionSpan.Activate(f, z, a, count);

    public static void ActivateKeepingSlopeBy<F>(F f, float* z, float* a, nint count)
        where F : struct, ISpanActivation => FunctionSpan.ActivateKeepingSlope(f, z, a, count);

    public static void Forward<A>(float* x, int inputs, float* w, float* b, float* y, int outputs, int writable)
        where A : struct, IActivation => DenseForward.Forward<A>(x, inputs, w, b, y, outputs);

    public static float OutputDelta<A, C>(C cost, float* a, float* kept, float* y, float* delta, int count)
        where A : struct, IActivation
        where C : struct, ICost => Reference.OutputDelta.Compute<A, C>(cost, a, kept, y, delta, count);

    public static float WeightedCost<C>(C cost, float* a, float* y, float* w, int count)
        where C : struct, ICost => Reference.WeightedCost.Compute(cost, a, y, w, count);

    public static void Weigh(float* x, float* w, nint count) => Reference.Weigh.Multiply(x, w, count);

    public static void Softmax(float* z, float* a, int count) => Reference.Softmax.Activate(z, a, count);

    public static void SoftmaxDelta(float* a, float* delta, int count) => Reference.Softmax.Delta(a, delta, count);

    public static float CrossEntropyDelta(float* z, float* y, float* delta, int count) =>
        Reference.Softmax.CrossEntropyDelta(z, y, delta, count);

    public static void BackwardUpdate<A>(float* w, float* b, float* a, int inputs, float* delta, int outputs, float* inputDelta, float rate)
        where A : struct, IActivation => DenseBackward.Backward<A, BackwardUpdate>(w, w, b, a, inputs, delta, outputs, inputDelta, rate);

    public static void BackwardAccumulate<A>(
        float* w, float* gw, float* gb, float* a, int inputs, float* delta, int outputs, float* inputDelta)
        where A : struct, IActivation =>
        DenseBackward.Backward<A, BackwardAccumulate>(w, gw, gb, a, inputs, delta, outputs, inputDelta, 0f);

    public static void BackwardGradient<A>(
        float* w, float* gw, float* gb, float* a, int inputs, float* delta, int outputs, float* inputDelta)
        where A : struct, IActivation =>
        DenseBackward.Backward<A, BackwardGradient>(w, gw, gb, a, inputs, delta, outputs, inputDelta, 0f);

    public static void BackwardDelta<A>(float* w, float* a, int inputs, float* delta, int outputs, float* inputDelta)
        where A : struct, IActivation => DenseBackward.InputDelta<A>(w, a, inputs, delta, outputs, inputDelta);

    public static void MultiplySlopes(float* delta, float* slopes, nint count) => Reference.MultiplySlopes.Multiply(delta, slopes, count);

    public static void GradientDescent(float* w, float* g, nint count, float scale, float rate) =>
        Reference.GradientDescent.Update(w, g, count, scale, rate);

    public static void Update<TRule>(float* w, float* g, float* first, float* second, nint count, in UpdateTerms terms)
        where TRule : struct, IUpdateRule => ParameterUpdate.Update<TRule>(w, g, first, second, count, in terms);

    public static double SumOfSquares(float* g, nint count, float clip, double least) =>
        Reference.SumOfSquares.Sum(g, count, clip, least);

    public static void SegmentSum(float* s, float* e, float* g, nint count, float scale) =>
        Reference.SegmentSum.Add(s, e, g, count, scale);

    public static void StandardizeRows<TStep>(float* x, nint count, float* mean, float* factor, int period, float* y, nint writable)
        where TStep : struct, IStandardizerStep => StandardizerKernel.Rows<TStep>(x, count, mean, factor, period, y);
}
