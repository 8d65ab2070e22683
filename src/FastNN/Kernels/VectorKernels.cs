using System.Runtime.CompilerServices;
using System.Runtime.Intrinsics;
using FastNN.Simd;
using FastNN.Vectorised;

namespace FastNN;

/// <summary>
/// The kernels at one vector width. A layer whose outputs fit a narrower vector runs in that: lanes are independent, so the bits are the same,
/// and a wider vector would only carry empty lanes (64-8 backward takes 1.8 times as long in 16 lanes as in 8).
/// </summary>
internal readonly unsafe struct VectorKernels<S, V> : IKernels
    where S : struct, ISimd<V>
    where V : struct
{
    public static void Sigmoid(float* x, float* y, nint count) => SigmoidSpan.Run<S, V>(x, y, count);

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static void Forward(float* x, int inputs, float* w, float* b, float* y, int outputs, int room)
    {
        if (outputs <= 4) DenseForward.Run<Simd128, Vector128<float>>(x, inputs, w, b, y, outputs, room);
        else if (S.Count > 8 && outputs <= 8) DenseForward.Run<Simd256, Vector256<float>>(x, inputs, w, b, y, outputs, room);
        else DenseForward.Run<S, V>(x, inputs, w, b, y, outputs, room);
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static float OutputDelta(float* a, float* y, float* delta, int count) =>
        count <= 4
            ? Vectorised.OutputDelta.Run<Simd128, Vector128<float>>(a, y, delta, count)
            : Vectorised.OutputDelta.Run<S, V>(a, y, delta, count);

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static void Descend(float* w, float* b, float* a, int inputs, float* delta, int outputs, float* inputDelta, float rate)
    {
        if (outputs <= 4) DenseBackward<Simd128, Vector128<float>, Descend>.RunOneVector(w, w, b, a, inputs, delta, outputs, inputDelta, rate);
        else if (S.Count > 8 && outputs <= 8)
            DenseBackward<Simd256, Vector256<float>, Descend>.RunOneVector(w, w, b, a, inputs, delta, outputs, inputDelta, rate);
        else if (outputs <= S.Count) DenseBackward<S, V, Descend>.RunOneVector(w, w, b, a, inputs, delta, outputs, inputDelta, rate);
        else DenseBackward<S, V, Descend>.Run(w, w, b, a, inputs, delta, outputs, inputDelta, rate);
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static void Accumulate(float* w, float* gw, float* gb, float* a, int inputs, float* delta, int outputs, float* inputDelta)
    {
        if (outputs <= 4) DenseBackward<Simd128, Vector128<float>, Accumulate>.RunOneVector(w, gw, gb, a, inputs, delta, outputs, inputDelta, 0f);
        else if (S.Count > 8 && outputs <= 8)
            DenseBackward<Simd256, Vector256<float>, Accumulate>.RunOneVector(w, gw, gb, a, inputs, delta, outputs, inputDelta, 0f);
        else if (outputs <= S.Count) DenseBackward<S, V, Accumulate>.RunOneVector(w, gw, gb, a, inputs, delta, outputs, inputDelta, 0f);
        else DenseBackward<S, V, Accumulate>.Run(w, gw, gb, a, inputs, delta, outputs, inputDelta, 0f);
    }

    public static void GradientDescent(float* w, float* g, nint count, float scale, float rate) =>
        Vectorised.GradientDescent.Run<S, V>(w, g, count, scale, rate);

    public static void Update<TRule>(float* w, float* g, float* first, float* second, nint count, in UpdateTerms terms)
        where TRule : struct, IUpdateRule => ParameterUpdate.Run<S, V, TRule>(w, g, first, second, count, in terms);

    public static double SumOfSquares(float* g, nint count, float clip) => Vectorised.SumOfSquares.Run<S, V>(g, count, clip);
}
