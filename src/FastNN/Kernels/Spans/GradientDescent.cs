using System.Runtime.CompilerServices;
using FastNN.Simd;

namespace FastNN.Spans;

/// <summary>
/// w_k ← w_k + rate·(scale·g_k) for k in 0..count−1. rate = −learning rate. scale is 1 for the sum over a batch, and 1/batch for its mean.
/// </summary>
internal static unsafe class GradientDescent
{
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    internal static void Update<S, V>(float* w, float* g, nint count, float scale, float rate)
        where S : struct, ISimd<V>
        where V : struct
    {
        V s = S.Broadcast(scale), r = S.Broadcast(rate);
        nint k = 0;
        for (; k <= count - S.Count; k += S.Count) S.Store(Next<S, V>(S.Load(g + k), s, r, S.Load(w + k)), w + k);
        if (k == count) return;

        V mask = S.First((int)(count - k));
        S.StoreFirst(Next<S, V>(S.LoadFirst(g + k, mask), s, r, S.LoadFirst(w + k, mask)), w + k, (int)(count - k));
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static V Next<S, V>(V g, V scale, V rate, V w)
        where S : struct, ISimd<V>
        where V : struct => S.MultiplyAdd(rate, S.Multiply(g, scale), w);
}
