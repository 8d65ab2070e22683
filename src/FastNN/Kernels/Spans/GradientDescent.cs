using FastNN.Simd;


namespace FastNN.Spans;

/// <summary>w_k ← w_k + rate·(scale·g_k) for k in 0..count−1: rate = −learning rate, scale = 1 for the sum over a batch, 1/batch for its mean.</summary>
internal static unsafe class GradientDescent
{
    internal static void Run<S, V>(float* w, float* g, nint count, float scale, float rate)
        where S : struct, ISimd<V>
        where V : struct
    {
        V s = S.Broadcast(scale), r = S.Broadcast(rate);
        nint k = 0;
        for (; k <= count - S.Count; k += S.Count) S.Store(S.MultiplyAdd(r, S.Multiply(S.Load(g + k), s), S.Load(w + k)), w + k);
        if (k == count) return;

        V mask = S.First((int)(count - k));
        S.StoreFirst(S.MultiplyAdd(r, S.Multiply(S.LoadFirst(g + k, mask), s), S.LoadFirst(w + k, mask)), w + k, (int)(count - k));
    }
}
