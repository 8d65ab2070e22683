using FastNN.Activations;
using FastNN.Simd;

namespace FastNN.Vectorised;

/// <summary>y_k = σ(x_k) for k in 0..count−1; y may be x.</summary>
internal static unsafe class SigmoidSpan
{
    // One vector a turn: the processor overlaps the turns by itself, and two a turn were slower, because the JIT then loads the constants into
    // registers again in every turn, where it takes them from memory for one (4.0 against 5.4 billion a second on Zen 4 at 512 bits).
    internal static void Run<S, V>(float* x, float* y, nint count)
        where S : struct, ISimd<V>
        where V : struct
    {
        nint k = 0;
        for (; k <= count - S.Count; k += S.Count) S.Store(Sigmoid.Value<S, V>(S.Load(x + k)), y + k);

        for (; k < count; k += S.Count)
        {
            int lanes = (int)nint.Min(S.Count, count - k);
            S.StoreFirst(Sigmoid.Value<S, V>(S.LoadFirst(x + k, S.First(lanes))), y + k, lanes);
        }
    }
}
