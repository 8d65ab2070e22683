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
    internal static float Run<S, V>(float* a, float* y, float* delta, int count)
        where S : struct, ISimd<V>
        where V : struct
    {
        float* lanes = stackalloc float[Padding.Lanes];
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

            S.Store(cost, lanes + part);
        }

        Vector128<float> sum = Padding.Fold(lanes);
        return sum[0] + sum[2] + (sum[1] + sum[3]);
    }
}
