using FastNN.Activations;
using FastNN.Simd;

namespace FastNN.Vectorised;

/// <summary>
/// The output layer of one sample under squared error: δ_i = ∂C/∂z_i = 2(a_i − y_i)·σ′(z_i), and C = Σ_i (a_i − y_i)² as the result.
/// a and y [count]; δ is padded (<see cref="Padding"/>), and a pad of zeros stays one. C is summed in sixteen lanes, i in lane i mod 16, then folded.
/// </summary>
internal static unsafe class OutputDelta
{
    internal static float Run<S, V>(float* a, float* y, float* delta, int count)
        where S : struct, ISimd<V>
        where V : struct
    {
        V cost = Part<S, V>(a, y, delta, count, 0);
        if (S.Count <= 8) cost = S.Add(cost, Part<S, V>(a, y, delta, count, 8));
        if (S.Count <= 4) cost = S.Add(cost, S.Add(Part<S, V>(a, y, delta, count, 4), Part<S, V>(a, y, delta, count, 12)));
        return Simd128.Sum(S.Fold(cost));
    }

    /// <summary>The vectors that start at <paramref name="first"/>, first + 16, …; the result is the cost in their lanes.</summary>
    private static V Part<S, V>(float* a, float* y, float* delta, int count, int first)
        where S : struct, ISimd<V>
        where V : struct
    {
        V cost = S.Broadcast(0f);
        for (int i = first; i < count; i += Padding.Lanes)
        {
            V mask = S.First(Math.Min(S.Count, count - i));
            V ai = S.LoadFirst(a + i, mask);
            V error = S.Subtract(ai, S.LoadFirst(y + i, mask));
            cost = S.MultiplyAdd(error, error, cost);
            S.Store(S.Multiply(S.Add(error, error), Sigmoid.Derivative<S, V>(ai)), delta + i);
        }

        return cost;
    }
}
