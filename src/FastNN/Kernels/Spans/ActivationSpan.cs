using System.Runtime.CompilerServices;
using FastNN.Contract;
using FastNN.Simd;

namespace FastNN.Spans;

/// <summary>
/// y_k = f(x_k) for k in 0..count−1. y may be x. If f is long, each iteration computes the second half of f for one vector, and the first
/// half for the vector four places later. The sigmoid takes some 46 cycles, one operation after the other. Whole sigmoids would fill the
/// schedulers of the processor, and too few of them would overlap. On Zen 4, 16 floats took 10.0 instead of 11.0 cycles at 512 bits, and
/// 16.7 instead of 26.9 at 256 bits without the instructions of AVX-512.
/// <para>
/// With 32 registers, four vectors are written out, and each keeps its registers. Otherwise three of them move up in each iteration: six
/// instructions. On a Zen 5 at 512 bits, 16 floats take 5.4 instead of 6.1 cycles for the sigmoid, 7.2 instead of 10.9 for tanh, 7.0
/// instead of 8.2 for SiLU and 10.4 instead of 14.5 for softplus. At 256 bits they take 14.5, 21, 17.3 and 28. Their
/// multiply-adds alone would take 7, 8, 8 and 14. The other instructions take the rest: a vector of sigmoids has 43, six of them moves.
/// Written out, they spill at 256 bits: two in hand take 34 for softplus, and four take 24 for the sigmoid. Both ways are methods of their
/// own, because all in one would exceed what the JIT inlines.
/// </para>
/// </summary>
internal static unsafe class ActivationSpan
{
    private const int Ahead = 4;

    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    internal static void Activate<S, V, A>(float* x, float* y, nint count)
        where S : struct, ISimd<V>
        where V : struct
        where A : struct, IActivation
    {
        if (typeof(A) == typeof(Identity) && x == y) return;

        nint k = 0, last = count - S.Count;
        bool tooLong = S.Count == 4 && typeof(A) == typeof(Gelu); // four of these are more than the JIT inlines
        if (A.HasHalves && count >= Ahead * S.Count)
            k = S.Registers > 16 && !tooLong ? InPlace<S, V, A>(x, y, last) : InTurns<S, V, A>(x, y, last);
        for (; k <= last; k += S.Count) S.Store(ActivationOf.Value<S, V, A>(S.Load(x + k)), y + k);

        for (; k < count; k += S.Count)
        {
            int lanes = (int)nint.Min(S.Count, count - k);
            S.StoreFirst(ActivationOf.Value<S, V, A>(S.LoadFirst(x + k, S.First(lanes))), y + k, lanes);
        }
    }

    /// <summary>Each of four vectors in hand keeps its registers. The result is the place of the first float that is left.</summary>
    [MethodImpl(MethodImplOptions.NoInlining | MethodImplOptions.AggressiveOptimization)]
    private static nint InPlace<S, V, A>(float* x, float* y, nint last)
        where S : struct, ISimd<V>
        where V : struct
        where A : struct, IActivation
    {
        nint k = 0;
        A.Begin<S, V>(S.Load(x), out V t0, out V s0);
        A.Begin<S, V>(S.Load(x + S.Count), out V t1, out V s1);
        A.Begin<S, V>(S.Load(x + 2 * S.Count), out V t2, out V s2);
        A.Begin<S, V>(S.Load(x + 3 * S.Count), out V t3, out V s3);
        for (; k <= last - (2 * Ahead - 1) * S.Count; k += Ahead * S.Count)
        {
            EndAndBegin<S, V, A>(x + k, y + k, ref t0, ref s0);
            EndAndBegin<S, V, A>(x + k + S.Count, y + k + S.Count, ref t1, ref s1);
            EndAndBegin<S, V, A>(x + k + 2 * S.Count, y + k + 2 * S.Count, ref t2, ref s2);
            EndAndBegin<S, V, A>(x + k + 3 * S.Count, y + k + 3 * S.Count, ref t3, ref s3);
        }

        EndFour<S, V, A>(x + k, y + k, t0, s0, t1, s1, t2, s2, t3, s3);
        return k + Ahead * S.Count;
    }

    /// <summary>The same for 16 registers: one vector in each iteration. The other three move up in the registers.</summary>
    [MethodImpl(MethodImplOptions.NoInlining | MethodImplOptions.AggressiveOptimization)]
    private static nint InTurns<S, V, A>(float* x, float* y, nint last)
        where S : struct, ISimd<V>
        where V : struct
        where A : struct, IActivation
    {
        nint k = 0;
        A.Begin<S, V>(S.Load(x), out V t0, out V s0);
        A.Begin<S, V>(S.Load(x + S.Count), out V t1, out V s1);
        A.Begin<S, V>(S.Load(x + 2 * S.Count), out V t2, out V s2);
        A.Begin<S, V>(S.Load(x + 3 * S.Count), out V t3, out V s3);
        for (; k <= last - Ahead * S.Count; k += S.Count)
        {
            End<S, V, A>(x + k, y + k, t0, s0);
            (t0, t1, t2) = (t1, t2, t3);
            (s0, s1, s2) = (s1, s2, s3);
            A.Begin<S, V>(S.Load(x + k + Ahead * S.Count), out t3, out s3);
        }

        EndFour<S, V, A>(x + k, y + k, t0, s0, t1, s1, t2, s2, t3, s3);
        return k + Ahead * S.Count;
    }

    /// <summary>The second half for one vector, and the first half for the vector four places later.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static void EndAndBegin<S, V, A>(float* x, float* y, ref V t, ref V s)
        where S : struct, ISimd<V>
        where V : struct
        where A : struct, IActivation
    {
        End<S, V, A>(x, y, t, s);
        A.Begin<S, V>(S.Load(x + Ahead * S.Count), out t, out s);
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static void EndFour<S, V, A>(float* x, float* y, V t0, V s0, V t1, V s1, V t2, V s2, V t3, V s3)
        where S : struct, ISimd<V>
        where V : struct
        where A : struct, IActivation
    {
        End<S, V, A>(x, y, t0, s0);
        End<S, V, A>(x + S.Count, y + S.Count, t1, s1);
        End<S, V, A>(x + 2 * S.Count, y + 2 * S.Count, t2, s2);
        End<S, V, A>(x + 3 * S.Count, y + 3 * S.Count, t3, s3);
    }

    /// <summary>The second half. If the loaded value were not used, the JIT would still leave a check of the address.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static void End<S, V, A>(float* x, float* y, V t, V s)
        where S : struct, ISimd<V>
        where V : struct
        where A : struct, IActivation => S.Store(A.End<S, V>(A.EndTakesSum ? S.Load(x) : default, t, s), y);

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
