using System.Runtime.CompilerServices;
using FastNN.Contract;
using FastNN.Simd;

namespace FastNN.Sample;

/// <summary>
/// The cost of one sample with a weight for each output: C = Σ_i w_i·c(a_i, y_i). An output of weight 0 adds nothing, whatever its cost is.
/// The order of the sum is that of <see cref="OutputDelta"/>: i is in lane i mod 16, and then the lanes are folded.
/// </summary>
internal static unsafe class WeightedCost
{
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    internal static float Compute<S, V, C>(C of, float* a, float* y, float* w, int count)
        where S : struct, ISimd<V>
        where V : struct
        where C : struct, ICost
    {
        V cost = Part<S, V, C>(of, a, y, w, count, 0);
        if (S.Count <= 8) cost = S.Add(cost, Part<S, V, C>(of, a, y, w, count, 8));
        if (S.Count <= 4) cost = S.Add(cost, S.Add(Part<S, V, C>(of, a, y, w, count, 4), Part<S, V, C>(of, a, y, w, count, 12)));
        return Simd128.Sum(S.Fold(cost));
    }

    /// <summary>w·p·q + sum, or the sum where the weight is 0.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    internal static V Add<S, V, C>(C of, V a, V y, V w, V sum)
        where S : struct, ISimd<V>
        where V : struct
        where C : struct, ICost
    {
        V p = of.Factors<S, V>(a, y, out V q);
        return S.Select(S.Greater(w, S.Broadcast(0f)), S.MultiplyAdd(S.Multiply(w, p), q, sum), sum);
    }

    /// <summary>The vectors that start at <paramref name="first"/>, first + 16, … A lane without an output has the weight 0.</summary>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private static V Part<S, V, C>(C of, float* a, float* y, float* w, int count, int first)
        where S : struct, ISimd<V>
        where V : struct
        where C : struct, ICost
    {
        V cost = S.Broadcast(0f);
        for (int i = first; i < count; i += VirtualLanes.Count)
        {
            V mask = S.First(Math.Min(S.Count, count - i));
            cost = Add<S, V, C>(of, S.LoadFirst(a + i, mask), S.LoadFirst(y + i, mask), S.LoadFirst(w + i, mask), cost);
        }

        return cost;
    }
}
