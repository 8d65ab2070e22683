using FastNN.Contract;
using FastNN.Simd;


namespace FastNN.Spans;

/// <summary>
/// Σ_k min(clip, max(−clip, g_k))². In blocks of 4096 components, each summed in sixteen lanes (<see cref="VirtualLanes"/>), k in lane k mod 16, which
/// are folded in halves; the sums of the blocks are added in double precision, in ascending order. A sum too large for a float, or so small that
/// squares lost bits to underflow, is taken once more in double precision, which holds the square of any float.
/// </summary>
internal static unsafe class SumOfSquares
{
    internal const int Block = 4096;
    private const double MinNormal = 1.1754943508222875e-38; // 2⁻¹²⁶

    internal static double Run<S, V>(float* g, nint count, float clip)
        where S : struct, ISimd<V>
        where V : struct
    {
        double sum = 0;
        for (nint k = 0; k < count; k += Block) sum += OfBlock<S, V>(g + k, (int)nint.Min(Block, count - k), clip);
        return IsExact(sum, count) ? sum : Reference.SumOfSquares.InDouble(g, count, clip);
    }

    /// <summary>
    /// Whether it is finite and no less than count·2⁻¹²⁶: a square loses at most 2⁻¹⁵⁰ to underflow, so all of them together not more than one
    /// rounding of the sum.
    /// </summary>
    internal static bool IsExact(double sum, nint count) => double.IsFinite(sum) && sum >= count * MinNormal;

    private static float OfBlock<S, V>(float* g, int count, float clip)
        where S : struct, ISimd<V>
        where V : struct
    {
        V sum = Part<S, V>(g, count, 0, clip);
        if (S.Count <= 8) sum = S.Add(sum, Part<S, V>(g, count, 8, clip));
        if (S.Count <= 4) sum = S.Add(sum, S.Add(Part<S, V>(g, count, 4, clip), Part<S, V>(g, count, 12, clip)));
        return Simd128.Sum(S.Fold(sum));
    }

    /// <summary>The vectors that start at <paramref name="first"/>, first + 16, …; the result is the sum in their lanes.</summary>
    private static V Part<S, V>(float* g, int count, int first, float clip)
        where S : struct, ISimd<V>
        where V : struct
    {
        V sum = S.Broadcast(0f), most = S.Broadcast(clip), least = S.Broadcast(-clip);
        int k = first;
        for (; k <= count - S.Count; k += VirtualLanes.Count)
        {
            V x = S.Min(most, S.Max(least, S.Load(g + k)));
            sum = S.MultiplyAdd(x, x, sum);
        }

        if (k >= count) return sum;

        V rest = S.Min(most, S.Max(least, S.LoadFirst(g + k, S.First(count - k))));
        return S.MultiplyAdd(rest, rest, sum);
    }
}
