using System.Runtime.CompilerServices;
using FastNN.Simd;

namespace FastNN.Spans;

/// <summary>δ_k ← fma(δ_k, f′_k, 0) for k in 0..count−1. This ends a hidden delta if its slopes were kept.</summary>
internal static unsafe class MultiplySlopes
{
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    internal static void Multiply<S, V>(float* delta, float* slopes, nint count)
        where S : struct, ISimd<V>
        where V : struct
    {
        V zero = S.Broadcast(0f);
        nint k = 0;
        for (; k <= count - S.Count; k += S.Count) S.Store(S.MultiplyAdd(S.Load(delta + k), S.Load(slopes + k), zero), delta + k);
        if (k == count) return;

        V mask = S.First((int)(count - k));
        S.StoreFirst(S.MultiplyAdd(S.LoadFirst(delta + k, mask), S.LoadFirst(slopes + k, mask), zero), delta + k, (int)(count - k));
    }
}
