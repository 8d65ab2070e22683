using System.Runtime.CompilerServices;
using System.Runtime.Intrinsics;
using FastNN.Simd;
using FastNN.Vectorised;

namespace FastNN;

/// <summary>
/// The kernels at one vector width. A layer of at most four outputs runs in one 128-bit vector whatever the width: lanes are independent,
/// so the bits are the same, and a wider vector would only carry empty lanes.
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
        if (outputs <= 4) DenseBackward<Simd128, Vector128<float>, Descend>.RunNarrow(w, w, b, a, inputs, delta, outputs, inputDelta, rate);
        else DenseBackward<S, V, Descend>.Run(w, w, b, a, inputs, delta, outputs, inputDelta, rate);
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static void Accumulate(float* w, float* gw, float* gb, float* a, int inputs, float* delta, int outputs, float* inputDelta)
    {
        if (outputs <= 4) DenseBackward<Simd128, Vector128<float>, Accumulate>.RunNarrow(w, gw, gb, a, inputs, delta, outputs, inputDelta, 0f);
        else DenseBackward<S, V, Accumulate>.Run(w, gw, gb, a, inputs, delta, outputs, inputDelta, 0f);
    }

    public static void GradientDescent(float* w, float* g, nint count, float scale, float rate) =>
        Vectorised.GradientDescent.Run<S, V>(w, g, count, scale, rate);
}
