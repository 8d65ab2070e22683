using System.Runtime.CompilerServices;
using FastNN.Contract;
using FastNN.Simd;

namespace FastNN.Spans;

/// <summary>
/// Σ_k min(clip, max(−clip, g_k))² for k in 0..count−1. <see cref="NormBlocks"/> says which blocks there are, and what is in double
/// precision. In a block, k is in lane k mod 16, and then the lanes are folded in halves. A sum that is surely less than least need not be
/// exact.
/// </summary>
internal static unsafe class SumOfSquares
{
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    internal static double Sum<S, V>(float* g, nint count, float clip, double least)
        where S : struct, ISimd<V>
        where V : struct
    {
        double sum = 0;
        for (nint k = 0; k < count; k += NormBlocks.Count) sum += OfBlock<S, V>(g + k, (int)nint.Min(NormBlocks.Count, count - k), clip);
        return NormBlocks.Suffices(sum, count, least) ? sum : NormBlocks.InDouble(g, count, clip);
    }

    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private static float OfBlock<S, V>(float* g, int count, float clip)
        where S : struct, ISimd<V>
        where V : struct
    {
        V sum = Part<S, V>(g, count, 0, clip);
        if (S.Count <= 8) sum = S.Add(sum, Part<S, V>(g, count, 8, clip));
        if (S.Count <= 4) sum = S.Add(sum, S.Add(Part<S, V>(g, count, 4, clip), Part<S, V>(g, count, 12, clip)));
        return Simd128.Sum(S.Fold(sum));
    }

    /// <summary>The vectors that start at <paramref name="first"/>, first + 16, … The result is the sum in their lanes.</summary>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private static V Part<S, V>(float* g, int count, int first, float clip)
        where S : struct, ISimd<V>
        where V : struct
    {
        V sum = S.Broadcast(0f), most = S.Broadcast(clip), least = S.Broadcast(-clip);
        int k = first;
        for (; k <= count - S.Count; k += VirtualLanes.Count) sum = AddSquare<S, V>(S.Load(g + k), most, least, sum);
        return k < count ? AddSquare<S, V>(S.LoadFirst(g + k, S.First(count - k)), most, least, sum) : sum;
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static V AddSquare<S, V>(V g, V most, V least, V sum)
        where S : struct, ISimd<V>
        where V : struct
    {
        V x = S.Min(most, S.Max(least, g));
        return S.MultiplyAdd(x, x, sum);
    }
}
