using System.Runtime.CompilerServices;
using FastNN.Contract;
using FastNN.Simd;

namespace FastNN.Sample;

/// <summary>
/// The output layer of one sample: δ_i = ∂C/∂z_i = ∂c/∂a(a_i, y_i)·f′(z_i), the factor of the cost times the factor of the activation. The
/// result is C = Σ_i c(a_i, y_i). a and y are [count]. f′ is computed from the kept numbers of the layer. δ is padded
/// (<see cref="VirtualLanes"/>), and a padding of zeros stays zero. The sum C has sixteen lanes: i is in lane i mod 16, and then the lanes
/// are folded.
/// </summary>
internal static unsafe class OutputDelta
{
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    internal static float Compute<S, V, A, C>(C of, float* a, float* kept, float* y, float* delta, int count)
        where S : struct, ISimd<V>
        where V : struct
        where A : struct, IActivation
        where C : struct, ICost
    {
        V cost = Part<S, V, A, C>(of, a, kept, y, delta, count, 0);
        if (S.Count <= 8) cost = S.Add(cost, Part<S, V, A, C>(of, a, kept, y, delta, count, 8));
        if (S.Count <= 4)
        {
            V third = Part<S, V, A, C>(of, a, kept, y, delta, count, 4), fourth = Part<S, V, A, C>(of, a, kept, y, delta, count, 12);
            cost = S.Add(cost, S.Add(third, fourth));
        }

        return Simd128.Sum(S.Fold(cost));
    }

    /// <summary>The vectors that start at <paramref name="first"/>, first + 16, … The result is the cost in their lanes.</summary>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private static V Part<S, V, A, C>(C of, float* a, float* kept, float* y, float* delta, int count, int first)
        where S : struct, ISimd<V>
        where V : struct
        where A : struct, IActivation
        where C : struct, ICost
    {
        V cost = S.Broadcast(0f);
        for (int i = first; i < count; i += VirtualLanes.Count)
        {
            V mask = S.First(Math.Min(S.Count, count - i));
            V ai = S.LoadFirst(a + i, mask), yi = S.LoadFirst(y + i, mask);
            V p = of.Factors<S, V>(ai, yi, out V q);
            cost = S.Select(mask, S.MultiplyAdd(p, q, cost), cost);
            V slope = A.Slope<S, V>(A.KeepsSlope ? S.LoadFirst(kept + i, mask) : ai);
            S.Store(S.And(mask, S.Multiply(of.Slope<S, V>(ai, yi), slope)), delta + i);
        }

        return cost;
    }
}
