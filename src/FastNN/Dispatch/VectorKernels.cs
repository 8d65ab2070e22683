using System.Runtime.CompilerServices;
using System.Runtime.Intrinsics;
using FastNN.Contract;
using FastNN.Sample;
using FastNN.Simd;
using FastNN.Spans;
using FastNN.Tuning;

namespace FastNN.Dispatch;

/// <summary>
/// The kernels at one vector width. If the outputs of a layer fit a narrower vector, the layer uses that. Lanes are independent, so the
/// bits are the same. A wider vector would only carry empty lanes (64-8 backward takes 1.8 times as long in 16 lanes as in 8).
/// </summary>
internal readonly unsafe struct VectorKernels<S, V> : IKernels
    where S : struct, ISimd<V>
    where V : struct
{
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static void Activate<A>(float* z, float* a, nint count)
        where A : struct, IActivation => ActivationSpan.Activate<S, V, A>(z, a, count);

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static void ActivateKeepingSlope<A>(float* z, float* a, nint count)
        where A : struct, IActivation => ActivationSpan.ActivateKeepingSlope<S, V, A>(z, a, count);

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static void ActivateBy<F>(F f, float* z, float* a, nint count)
        where F : struct, ISpanActivation => FunctionSpan.Activate<S, V, F>(f, z, a, count);

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static void ActivateKeepingSlopeBy<F>(F f, float* z, float* a, nint count)
        where F : struct, ISpanActivation => FunctionSpan.ActivateKeepingSlope<S, V, F>(f, z, a, count);

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static void Forward<A>(float* x, int inputs, float* w, float* b, float* y, int outputs, int writable)
        where A : struct, IActivation
    {
        if (Routes.TakesFourLanes(outputs))
            DenseForward.OneVector<Simd128, Vector128<float>, A>(x, inputs, w, b, y, outputs, writable);
        else if (Routes.TakesEightLanes(outputs, S.Count))
            DenseForward.OneVector<Simd256, Vector256<float>, A>(x, inputs, w, b, y, outputs, writable);
        else if (SumOrder.IsNarrow(inputs, outputs))
            DenseForward.FourChains<S, V, A>(x, inputs, w, b, y, outputs, writable);
        else if (Routes.Streams(inputs, outputs, S.Count, Machine.Here))
            DenseForward.Stream<S, V, A>(x, inputs, w, b, y, outputs, writable);
        else
            DenseForward.Panels<S, V, A>(x, inputs, w, b, y, outputs, writable);
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static float OutputDelta<A, C>(C cost, float* a, float* kept, float* y, float* delta, int count)
        where A : struct, IActivation
        where C : struct, ICost =>
        count <= 4
            ? Sample.OutputDelta.Compute<Simd128, Vector128<float>, A, C>(cost, a, kept, y, delta, count)
            : Sample.OutputDelta.Compute<S, V, A, C>(cost, a, kept, y, delta, count);

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static float WeightedCost<C>(C cost, float* a, float* y, float* w, int count)
        where C : struct, ICost =>
        count <= 4
            ? Sample.WeightedCost.Compute<Simd128, Vector128<float>, C>(cost, a, y, w, count)
            : Sample.WeightedCost.Compute<S, V, C>(cost, a, y, w, count);

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static void Weigh(float* x, float* w, nint count)
    {
        if (count <= 4) Spans.Weigh.Multiply<Simd128, Vector128<float>>(x, w, count);
        else Spans.Weigh.Multiply<S, V>(x, w, count);
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static void Softmax(float* z, float* a, int count) => Sample.Softmax.Activate<S, V>(z, a, count);

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static void SoftmaxDelta(float* a, float* delta, int count) => Sample.Softmax.Delta<S, V>(a, delta, count);

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static float CrossEntropyDelta(float* z, float* y, float* delta, int count) =>
        Sample.Softmax.CrossEntropyDelta<S, V>(z, y, delta, count);

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static void BackwardUpdate<A>(float* w, float* b, float* a, int inputs, float* delta, int outputs, float* inputDelta, float rate)
        where A : struct, IActivation => Backward<A, BackwardUpdate>(w, w, b, a, inputs, delta, outputs, inputDelta, rate);

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static void BackwardAccumulate<A>(
        float* w, float* gw, float* gb, float* a, int inputs, float* delta, int outputs, float* inputDelta)
        where A : struct, IActivation => Backward<A, BackwardAccumulate>(w, gw, gb, a, inputs, delta, outputs, inputDelta, 0f);

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static void BackwardGradient<A>(
        float* w, float* gw, float* gb, float* a, int inputs, float* delta, int outputs, float* inputDelta)
        where A : struct, IActivation => Backward<A, BackwardGradient>(w, gw, gb, a, inputs, delta, outputs, inputDelta, 0f);

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static void BackwardDelta<A>(float* w, float* a, int inputs, float* delta, int outputs, float* inputDelta)
        where A : struct, IActivation => Sample.BackwardDelta.Compute<S, V, A>(w, a, inputs, delta, outputs, inputDelta);

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static void MultiplySlopes(float* delta, float* slopes, nint count) => Spans.MultiplySlopes.Multiply<S, V>(delta, slopes, count);

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static void GradientDescent(float* w, float* g, nint count, float scale, float rate) =>
        Spans.GradientDescent.Update<S, V>(w, g, count, scale, rate);

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static void Update<TRule>(float* w, float* g, float* first, float* second, nint count, in UpdateTerms terms)
        where TRule : struct, IUpdateRule => ParameterUpdate.Update<S, V, TRule>(w, g, first, second, count, in terms);

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static double SumOfSquares(float* g, nint count, float clip, double least) =>
        Spans.SumOfSquares.Sum<S, V>(g, count, clip, least);

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static void SegmentSum(float* s, float* e, float* g, nint count, float scale) =>
        Spans.SegmentSum.Add<S, V>(s, e, g, count, scale);

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static void StandardizeRows<TStep>(float* x, nint count, float* mean, float* factor, int period, float* y, nint writable)
        where TStep : struct, IStandardizerStep
    {
        // As wide as the vectors of a layer with so many outputs: a load cannot take its floats from a narrower store before it.
        if (Routes.TakesFourLanes((int)count))
            StandardizerKernel.Rows<Simd128, Vector128<float>, TStep>(x, count, mean, factor, period, y, writable);
        else if (Routes.TakesEightLanes((int)count, S.Count))
            StandardizerKernel.Rows<Simd256, Vector256<float>, TStep>(x, count, mean, factor, period, y, writable);
        else
            StandardizerKernel.Rows<S, V, TStep>(x, count, mean, factor, period, y, writable);
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static void Backward<A, TAction>(
        float* w, float* weightTarget, float* biasTarget, float* a, int inputs, float* delta, int outputs, float* inputDelta, float rate)
        where A : struct, IActivation
        where TAction : struct, IGradientAction
    {
        if (Routes.TakesFourLanes(outputs))
        {
            DenseBackward<Simd128, Vector128<float>, A, TAction>.OneVector(
                w, weightTarget, biasTarget, a, inputs, delta, outputs, inputDelta, rate);
        }
        else if (Routes.TakesEightLanes(outputs, S.Count))
        {
            DenseBackward<Simd256, Vector256<float>, A, TAction>.OneVector(
                w, weightTarget, biasTarget, a, inputs, delta, outputs, inputDelta, rate);
        }
        else if (Routes.BackInOneVector(outputs, S.Count))
        {
            DenseBackward<S, V, A, TAction>.OneVector(w, weightTarget, biasTarget, a, inputs, delta, outputs, inputDelta, rate);
        }
        else
        {
            bool byOneRow = Routes.BackByOneRow(outputs, Machine.Here);
            DenseBackward<S, V, A, TAction>.Backward(w, weightTarget, biasTarget, a, inputs, delta, outputs, inputDelta, rate, byOneRow);
        }
    }
}
