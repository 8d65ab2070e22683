using System.Runtime.CompilerServices;
using FastNN.Contract;
using FastNN.Simd;

namespace FastNN.Spans;

/// <summary>
/// y_k = f(x_k) for k in 0..count−1. y may be x. If f is long, each iteration computes the second half of f for one vector, and the first
/// half for the vector four places later. The sigmoid takes some 46 cycles, one operation after the other. Whole sigmoids would fill the
/// schedulers of the processor, and too few of them would overlap. With halves, 16 floats on Zen 4 take 10.0 instead of 11.0 cycles at 512
/// bits, and 14.0 instead of 15.3 at 256 bits. At 256 bits without the instructions of AVX-512 they take 16.7 instead of 26.9.
/// </summary>
internal static unsafe class ActivationSpan
{
    private const int Ahead = 4;

    /// <summary>z for the second half. If the loaded value were not used, the JIT would still leave a check of the address.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static V Sum<S, V, A>(float* z)
        where S : struct, ISimd<V>
        where V : struct
        where A : struct, IActivation => A.EndTakesSum ? S.Load(z) : default;

    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    internal static void Activate<S, V, A>(float* x, float* y, nint count)
        where S : struct, ISimd<V>
        where V : struct
        where A : struct, IActivation
    {
        if (typeof(A) == typeof(Identity) && x == y) return;

        nint k = 0, last = count - S.Count;
        if (A.HasHalves && count >= Ahead * S.Count)
        {
            A.Begin<S, V>(S.Load(x), out V t0, out V s0);
            A.Begin<S, V>(S.Load(x + S.Count), out V t1, out V s1);
            A.Begin<S, V>(S.Load(x + 2 * S.Count), out V t2, out V s2);
            A.Begin<S, V>(S.Load(x + 3 * S.Count), out V t3, out V s3);
            for (; k <= last - Ahead * S.Count; k += S.Count)
            {
                S.Store(A.End<S, V>(Sum<S, V, A>(x + k), t0, s0), y + k);
                (t0, t1, t2) = (t1, t2, t3);
                (s0, s1, s2) = (s1, s2, s3);
                A.Begin<S, V>(S.Load(x + k + Ahead * S.Count), out t3, out s3);
            }

            S.Store(A.End<S, V>(Sum<S, V, A>(x + k), t0, s0), y + k);
            S.Store(A.End<S, V>(Sum<S, V, A>(x + k + S.Count), t1, s1), y + k + S.Count);
            S.Store(A.End<S, V>(Sum<S, V, A>(x + k + 2 * S.Count), t2, s2), y + k + 2 * S.Count);
            S.Store(A.End<S, V>(Sum<S, V, A>(x + k + 3 * S.Count), t3, s3), y + k + 3 * S.Count);
            k += Ahead * S.Count;
        }

        for (; k <= last; k += S.Count) S.Store(ActivationOf.Value<S, V, A>(S.Load(x + k)), y + k);

        for (; k < count; k += S.Count)
        {
            int lanes = (int)nint.Min(S.Count, count - k);
            S.StoreFirst(ActivationOf.Value<S, V, A>(S.LoadFirst(x + k, S.First(lanes))), y + k, lanes);
        }
    }

    /// <summary>y_k = f(z_k), and f′(z_k) replaces z_k.</summary>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    internal static void ActivateKeepingSlope<S, V, A>(float* z, float* y, nint count)
        where S : struct, ISimd<V>
        where V : struct
        where A : struct, IActivation
    {
        nint k = 0;
        for (; k <= count - S.Count; k += S.Count)
        {
            S.Store(ValueAndSlope<S, V, A>(S.Load(z + k), out V slope), y + k);
            S.Store(slope, z + k);
        }

        if (k == count) return;

        int lanes = (int)(count - k);
        S.StoreFirst(ValueAndSlope<S, V, A>(S.LoadFirst(z + k, S.First(lanes)), out V last), y + k, lanes);
        S.StoreFirst(last, z + k, lanes);
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static V ValueAndSlope<S, V, A>(V z, out V slope)
        where S : struct, ISimd<V>
        where V : struct
        where A : struct, IActivation
    {
        if (A.KeepsSlope) return A.ValueAndSlope<S, V>(z, out slope);

        V a = ActivationOf.Value<S, V, A>(z);
        slope = A.Slope<S, V>(a);
        return a;
    }
}
