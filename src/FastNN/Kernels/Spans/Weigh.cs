using System.Runtime.CompilerServices;
using FastNN.Simd;

namespace FastNN.Spans;

/// <summary>x_k ← w_k·x_k for k in 0..count−1. It is +0 where the weight is 0, whatever x_k is.</summary>
internal static unsafe class Weigh
{
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    internal static void Multiply<S, V>(float* x, float* w, nint count)
        where S : struct, ISimd<V>
        where V : struct
    {
        nint k = 0;
        for (; k <= count - S.Count; k += S.Count) S.Store(Product<S, V>(S.Load(w + k), S.Load(x + k)), x + k);
        if (k == count) return;

        V mask = S.First((int)(count - k));
        S.StoreFirst(Product<S, V>(S.LoadFirst(w + k, mask), S.LoadFirst(x + k, mask)), x + k, (int)(count - k));
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static V Product<S, V>(V w, V x)
        where S : struct, ISimd<V>
        where V : struct => S.And(S.Greater(w, S.Broadcast(0f)), S.Multiply(w, x));
}
