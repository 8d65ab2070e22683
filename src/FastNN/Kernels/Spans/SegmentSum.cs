using System.Runtime.CompilerServices;
using FastNN.Simd;

namespace FastNN.Spans;

/// <summary>
/// Adds the gradient g of a segment to the sum s and the error e of the segments before, for k in 0..count−1. Then g_k ← scale·(s_k + e_k).
/// <see cref="FastNN.Contract.GradientSegments"/> has the formulas.
/// </summary>
internal static unsafe class SegmentSum
{
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    internal static void Add<S, V>(float* s, float* e, float* g, nint count, float scale)
        where S : struct, ISimd<V>
        where V : struct
    {
        V factor = S.Broadcast(scale);
        nint k = 0;
        for (; k <= count - S.Count; k += S.Count)
        {
            V sum = S.Load(s + k), error = S.Load(e + k);
            S.Store(Next<S, V>(S.Load(g + k), factor, ref sum, ref error), g + k);
            S.Store(sum, s + k);
            S.Store(error, e + k);
        }

        if (k == count) return;

        int rest = (int)(count - k);
        V mask = S.First(rest), lastSum = S.LoadFirst(s + k, mask), lastError = S.LoadFirst(e + k, mask);
        S.StoreFirst(Next<S, V>(S.LoadFirst(g + k, mask), factor, ref lastSum, ref lastError), g + k, rest);
        S.StoreFirst(lastSum, s + k, rest);
        S.StoreFirst(lastError, e + k, rest);
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static V Next<S, V>(V g, V scale, ref V s, ref V e)
        where S : struct, ISimd<V>
        where V : struct
    {
        V t = S.Add(s, g), r = S.Subtract(t, s);
        e = S.Add(e, S.Add(S.Subtract(s, S.Subtract(t, r)), S.Subtract(g, r)));
        s = t;
        V isFinite = S.Greater(S.Broadcast(float.PositiveInfinity), S.Abs(s));
        return S.Multiply(S.Select(isFinite, S.Add(s, e), s), scale);
    }
}
