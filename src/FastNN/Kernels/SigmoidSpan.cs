using FastNN.Activations;
using FastNN.Simd;

namespace FastNN.Vectorised;

/// <summary>
/// y_k = σ(x_k) for k in 0..count−1; y may be x. Each turn takes the second half of σ of one vector and the first half of that four further on. Whole
/// turns, of some 46 cycles one operation after the other, would fill the processor's schedulers, so that too few of them overlap: for 16 floats on
/// Zen 4 10.0 instead of 11.0 cycles at 512 bits, 14.0 instead of 15.3 at 256, and 16.7 instead of 26.9 there without AVX-512's instructions.
/// </summary>
internal static unsafe class SigmoidSpan
{
    private const int Ahead = 4;

    internal static void Run<S, V>(float* x, float* y, nint count)
        where S : struct, ISimd<V>
        where V : struct
    {
        nint k = 0, last = count - S.Count;
        if (count >= Ahead * S.Count)
        {
            Sigmoid.Reduce<S, V>(S.Load(x), out V t0, out V s0);
            Sigmoid.Reduce<S, V>(S.Load(x + S.Count), out V t1, out V s1);
            Sigmoid.Reduce<S, V>(S.Load(x + 2 * S.Count), out V t2, out V s2);
            Sigmoid.Reduce<S, V>(S.Load(x + 3 * S.Count), out V t3, out V s3);
            for (; k <= last - Ahead * S.Count; k += S.Count)
            {
                S.Store(Sigmoid.Combine<S, V>(t0, s0), y + k);
                (t0, t1, t2) = (t1, t2, t3);
                (s0, s1, s2) = (s1, s2, s3);
                Sigmoid.Reduce<S, V>(S.Load(x + k + Ahead * S.Count), out t3, out s3);
            }

            S.Store(Sigmoid.Combine<S, V>(t0, s0), y + k);
            S.Store(Sigmoid.Combine<S, V>(t1, s1), y + k + S.Count);
            S.Store(Sigmoid.Combine<S, V>(t2, s2), y + k + 2 * S.Count);
            S.Store(Sigmoid.Combine<S, V>(t3, s3), y + k + 3 * S.Count);
            k += Ahead * S.Count;
        }

        for (; k <= last; k += S.Count) S.Store(Sigmoid.Value<S, V>(S.Load(x + k)), y + k);

        for (; k < count; k += S.Count)
        {
            int lanes = (int)nint.Min(S.Count, count - k);
            S.StoreFirst(Sigmoid.Value<S, V>(S.LoadFirst(x + k, S.First(lanes))), y + k, lanes);
        }
    }
}
