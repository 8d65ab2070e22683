using System.Runtime.CompilerServices;
using System.Runtime.Intrinsics;
using FastNN.Activations;
using FastNN.Simd;

namespace FastNN.Vectorised;

/// <summary>
/// The output layer of one sample under squared error: δ_i = ∂C/∂z_i = 2(a_i − y_i)·σ′(z_i), and C = Σ_i (a_i − y_i)² as the result.
/// a and y [count]; δ is padded (<see cref="Padding"/>), its pad set to zero. C is summed in sixteen lanes, i in lane i mod 16, then folded.
/// </summary>
internal static unsafe class OutputDelta
{
    [SkipLocalsInit]
    internal static float Run<S, V>(float* a, float* y, float* delta, int count)
        where S : struct, ISimd<V>
        where V : struct
    {
        Unsafe.SkipInit(out Padding.Sixteen lanes);
        for (int part = 0; part < Padding.Lanes; part += S.Count)
        {
            V cost = S.Broadcast(0f);
            for (int i = part; i < count; i += Padding.Lanes)
            {
                V mask = S.First(Math.Min(S.Count, count - i));
                V ai = S.LoadFirst(a + i, mask);
                V error = S.Subtract(ai, S.LoadFirst(y + i, mask));
                cost = S.MultiplyAdd(error, error, cost);
                S.Store(S.Multiply(S.Add(error, error), Sigmoid.Derivative<S, V>(ai)), delta + i);
            }

            if (S.Count == 4 && count <= 4) return Simd128.Sum(Unsafe.BitCast<V, Vector128<float>>(cost)); // the other lanes are empty
            S.Store(cost, (float*)&lanes + part);
        }

        return Simd128.Sum(Padding.Fold((float*)&lanes));
    }
}
