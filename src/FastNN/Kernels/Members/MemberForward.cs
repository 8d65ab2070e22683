using System.Runtime.CompilerServices;
using FastNN.Batch;
using FastNN.Contract;
using FastNN.Plumbing;
using FastNN.Simd;

namespace FastNN.Members;

/// <summary>
/// The sums of one layer of blocks of sixteen networks (<see cref="MemberBlocks"/>): z_i = b_i + Σ_j w_ij·a_j in each lane, in the order of
/// <see cref="SumOrder"/>. All is in rows of sixteen lanes:
/// <code>W [inputs, outputs][16],   b [outputs][16],   a [inputs][blocks][samples][16],   z [outputs][blocks][samples][16]</code>
/// <para>
/// A narrow layer has four chains for each sum, so it takes up to three outputs, and one sample after the other.
/// </para>
/// </summary>
internal static unsafe class MemberForward
{
    private const int Lanes = MemberBlocks.Members, MostNarrow = 3, Chains = 4;

    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    internal static void Compute<S, V>(float* a, int inputs, float* w, float* b, float* z, int outputs, MemberGroup group)
        where S : struct, ISimd<V>
        where V : struct
    {
        bool narrow = SumOrder.IsNarrow(inputs, outputs);
        int row = group.Row, blocks = Parts.Of(outputs, narrow ? MostNarrow : RowCount.Most);
        for (int lane = 0; lane < Lanes; lane += S.Count)
        {
            for (int i = 0, left = blocks; left > 0; left--)
            {
                int rows = Parts.Of(outputs - i, left);
                float* wi = w + i * Lanes + lane, bi = b + i * Lanes + lane, zi = z + i * row + lane;
                if (narrow) Narrow<S, V>(rows, a + lane, inputs, wi, outputs, bi, zi, group);
                else MemberSums.Compute<S, V, Identity, Const.No>(rows, a + lane, inputs, wi, Lanes, outputs * (nint)Lanes, bi, zi, group);
                i += rows;
            }
        }
    }

    /// <summary>With 32 registers, two samples share a weight.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static void Narrow<S, V>(int rows, float* a, int inputs, float* w, int outputs, float* b, float* z, MemberGroup group)
        where S : struct, ISimd<V>
        where V : struct
    {
        bool pairs = S.Registers > 16 && group.Samples > 1;
        if (pairs) Narrow<S, V, Const.Two>(rows, a, inputs, w, outputs, b, z, group);
        if (pairs && group.Samples % 2 == 0) return;

        int done = pairs ? group.Part - Lanes : 0; // floats of the samples in pairs
        Narrow<S, V, Const.One>(rows, a + done, inputs, w, outputs, b, z + done, group);
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static void Narrow<S, V, N>(int rows, float* a, int inputs, float* w, int outputs, float* b, float* z, MemberGroup group)
        where S : struct, ISimd<V>
        where V : struct
        where N : struct, IConst
    {
        switch (rows)
        {
            case 1: SumChains<S, V, N, Const.One>(a, inputs, w, outputs, b, z, group); break;
            case 2: SumChains<S, V, N, Const.Two>(a, inputs, w, outputs, b, z, group); break;
            default: SumChains<S, V, N, Const.Three>(a, inputs, w, outputs, b, z, group); break;
        }
    }

    /// <summary>
    /// Four chains each for R outputs, at most three, of N samples, and of the next N. If two are elsewhere, one is the last of each block.
    /// </summary>
    [MethodImpl(MethodImplOptions.NoInlining | MethodImplOptions.AggressiveOptimization)]
    private static void SumChains<S, V, N, R>(float* a, int inputs, float* w, nint outputs, float* b, float* z, MemberGroup group)
        where S : struct, ISimd<V>
        where V : struct
        where N : struct, IConst
        where R : struct, IConst
    {
        bool last = N.Value == 1 && S.Registers > 16;
        nint next = outputs * Lanes, row = group.Row, rest = N.Value > 1 ? group.Samples % 2 * Lanes : last ? group.Part - Lanes : 0;
        int times = N.Value > 1 ? group.Samples / 2 : last ? 1 : group.Samples;
        for (int k = group.Blocks; k > 0; k--, w += group.BlockStep, b += group.BlockStep, a += rest, z += rest)
        {
            for (int s = times; s > 0; s--, a += N.Value * Lanes, z += N.Value * Lanes)
            {
                V none = S.Broadcast(0f);
                Three<V> c0 = new() { P = S.Load(b), Q = none, R = none }, c1 = new() { P = none, Q = none, R = none }, c2 = c1, c3 = c1;
                if (R.Value > 1) c0.Q = S.Load(b + Lanes);
                if (R.Value > 2) c0.R = S.Load(b + 2 * Lanes);
                Three<V> d0 = c0, d1 = c1, d2 = c2, d3 = c3; // the chains of the second sample
                float* x = a, wj = w;
                int j = inputs;
                for (; j >= Chains; j -= Chains, x += Chains * row, wj += Chains * next)
                {
                    AddTo<S, V, N, R>(wj, x, ref c0, ref d0);
                    AddTo<S, V, N, R>(wj + next, x + row, ref c1, ref d1);
                    AddTo<S, V, N, R>(wj + 2 * next, x + 2 * row, ref c2, ref d2);
                    AddTo<S, V, N, R>(wj + 3 * next, x + 3 * row, ref c3, ref d3);
                }

                if (j > 0) AddTo<S, V, N, R>(wj, x, ref c0, ref d0);
                if (j > 1) AddTo<S, V, N, R>(wj + next, x + row, ref c1, ref d1);
                if (j > 2) AddTo<S, V, N, R>(wj + 2 * next, x + 2 * row, ref c2, ref d2);
                Fold<S, V, R>(z, row, in c0, in c1, in c2, in c3);
                if (N.Value > 1) Fold<S, V, R>(z + Lanes, row, in d0, in d1, in d2, in d3);
            }
        }
    }

    /// <summary>One term for a chain of each output.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static void AddTo<S, V, N, R>(float* w, float* a, ref Three<V> c, ref Three<V> d)
        where S : struct, ISimd<V>
        where V : struct
        where N : struct, IConst
        where R : struct, IConst
    {
        V x = S.Load(a), x1 = N.Value > 1 ? S.Load(a + Lanes) : x;
        Add<S, V, N>(w, x, x1, ref c.P, ref d.P);
        if (R.Value > 1) Add<S, V, N>(w + Lanes, x, x1, ref c.Q, ref d.Q);
        if (R.Value > 2) Add<S, V, N>(w + 2 * Lanes, x, x1, ref c.R, ref d.R);
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static void Add<S, V, N>(float* w, V x, V x1, ref V c, ref V d)
        where S : struct, ISimd<V>
        where V : struct
        where N : struct, IConst
    {
        V weight = S.Load(w);
        c = S.MultiplyAdd(weight, x, c);
        if (N.Value > 1) d = S.MultiplyAdd(weight, x1, d);
    }

    /// <summary>z = (c₀ + c₂) + (c₁ + c₃) of R outputs.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static void Fold<S, V, R>(float* z, nint row, in Three<V> c0, in Three<V> c1, in Three<V> c2, in Three<V> c3)
        where S : struct, ISimd<V>
        where V : struct
        where R : struct, IConst
    {
        S.Store(S.Add(S.Add(c0.P, c2.P), S.Add(c1.P, c3.P)), z);
        if (R.Value > 1) S.Store(S.Add(S.Add(c0.Q, c2.Q), S.Add(c1.Q, c3.Q)), z + row);
        if (R.Value > 2) S.Store(S.Add(S.Add(c0.R, c2.R), S.Add(c1.R, c3.R)), z + 2 * row);
    }

    /// <summary>A chain of each of three outputs. The JIT keeps a structure of so many fields in registers.</summary>
    private struct Three<V>
    {
        internal V P, Q, R;
    }
}
