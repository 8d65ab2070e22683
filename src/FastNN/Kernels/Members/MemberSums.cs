using System.Runtime.CompilerServices;
using FastNN.Batch;
using FastNN.Contract;
using FastNN.Simd;

namespace FastNN.Members;

/// <summary>
/// Sums of one chain in each lane, for some samples: forward z_i = b_i + Σ_j w_ij·a_j, and backward δ⁻_j = f′_j·Σ_i w_ij·δ_i, of sixteen
/// networks. All is in rows of sixteen lanes. A weight is read once for two samples, and a number of a sample once for up to six sums. All
/// sums of a block stay in registers.
/// </summary>
internal static unsafe class MemberSums
{
    private const int Lanes = MemberBlocks.Members;

    /// <summary>Up to six sums of one vector of lanes, for all samples.</summary>
    /// <param name="rows">How many sums.</param>
    /// <param name="x">The numbers of the samples, [terms] rows.</param>
    /// <param name="terms">Terms of a sum.</param>
    /// <param name="w">The weight of the first term of the first sum.</param>
    /// <param name="rowStep">Floats from there to that of the next sum.</param>
    /// <param name="termStep">Floats from there to that of the next term.</param>
    /// <param name="start">Forward the biases, backward the rows from which f′ is computed.</param>
    /// <param name="sums">Receives the sums, [rows] rows.</param>
    /// <param name="group">The blocks and samples of a row.</param>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    internal static void Compute<S, V, A, TBack>(
        int rows, float* x, int terms, float* w, nint rowStep, nint termStep, float* start, float* sums, MemberGroup group)
        where S : struct, ISimd<V>
        where V : struct
        where A : struct, IActivation
        where TBack : struct, IConst
    {
        if (group.Samples > 1)
            RowCount.Call(rows, new Block<S, V, A, TBack, Const.Two>(x, terms, w, rowStep, termStep, start, sums, group));
        if (group.Samples % 2 == 0) return;

        int before = group.Part - Lanes; // of the last sample
        float* from = TBack.Value == 0 ? start : start + before;
        RowCount.Call(rows, new Block<S, V, A, TBack, Const.One>(x + before, terms, w, rowStep, termStep, from, sums + before, group));
    }

    /// <summary>R sums of N samples, and of the next N. If N is one, it is one sample of each block.</summary>
    [MethodImpl(MethodImplOptions.NoInlining | MethodImplOptions.AggressiveOptimization)]
    private static void Sum<S, V, A, TBack, N, R>(
        float* x, int terms, float* w, nint rowStep, nint termStep, float* start, float* sums, MemberGroup group)
        where S : struct, ISimd<V>
        where V : struct
        where A : struct, IActivation
        where TBack : struct, IConst
        where N : struct, IConst
        where R : struct, IConst
    {
        nint row = group.Row, rest = N.Value > 1 ? group.Samples % 2 * Lanes : group.Part - Lanes;
        for (int k = group.Blocks; k > 0; k--)
        {
            for (int s = N.Value > 1 ? group.Samples / 2 : 1; s > 0; s--, x += N.Value * Lanes, sums += N.Value * Lanes)
            {
                V z0 = default, z1 = default, z2 = default, z3 = default, z4 = default, z5 = default;
                if (TBack.Value == 0) Accumulators.Load<S, V, R>(start, Lanes, ref z0, ref z1, ref z2, ref z3, ref z4, ref z5);
                V u0 = z0, u1 = z1, u2 = z2, u3 = z3, u4 = z4, u5 = z5;
                float* w0 = w, w1 = w + rowStep, w2 = w1 + rowStep, w3 = w2 + rowStep, w4 = w3 + rowStep, w5 = w4 + rowStep, xj = x;
                for (nint j = 0, end = terms * termStep; j < end; j += termStep, xj += row)
                {
                    AddTerm<S, V, N, R>(
                        xj, w0 + j, w1 + j, w2 + j, w3 + j, w4 + j, w5 + j,
                        ref z0, ref z1, ref z2, ref z3, ref z4, ref z5, ref u0, ref u1, ref u2, ref u3, ref u4, ref u5);
                }

                if (TBack.Value != 0) Accumulators.MultiplySlopes<S, V, A, R>(start, row, ref z0, ref z1, ref z2, ref z3, ref z4, ref z5);
                if (TBack.Value != 0 && N.Value > 1)
                    Accumulators.MultiplySlopes<S, V, A, R>(start + Lanes, row, ref u0, ref u1, ref u2, ref u3, ref u4, ref u5);
                if (TBack.Value != 0) start += N.Value * Lanes;
                Accumulators.Store<S, V, R>(sums, row, z0, z1, z2, z3, z4, z5);
                if (N.Value > 1) Accumulators.Store<S, V, R>(sums + Lanes, row, u0, u1, u2, u3, u4, u5);
            }

            x += rest;
            sums += rest;
            w += group.BlockStep;
            start += TBack.Value != 0 ? rest : group.BlockStep;
        }
    }

    /// <summary>One term of R sums of N samples.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static void AddTerm<S, V, N, R>(
        float* x, float* w0, float* w1, float* w2, float* w3, float* w4, float* w5,
        ref V z0, ref V z1, ref V z2, ref V z3, ref V z4, ref V z5, ref V u0, ref V u1, ref V u2, ref V u3, ref V u4, ref V u5)
        where S : struct, ISimd<V>
        where V : struct
        where N : struct, IConst
        where R : struct, IConst
    {
        V x0 = S.Load(x), x1 = N.Value > 1 ? S.Load(x + Lanes) : x0;
        Add<S, V, N>(w0, x0, x1, ref z0, ref u0);
        if (R.Value > 1) Add<S, V, N>(w1, x0, x1, ref z1, ref u1);
        if (R.Value > 2) Add<S, V, N>(w2, x0, x1, ref z2, ref u2);
        if (R.Value > 3) Add<S, V, N>(w3, x0, x1, ref z3, ref u3);
        if (R.Value > 4) Add<S, V, N>(w4, x0, x1, ref z4, ref u4);
        if (R.Value > 5) Add<S, V, N>(w5, x0, x1, ref z5, ref u5);
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static void Add<S, V, N>(float* w, V x0, V x1, ref V z, ref V u)
        where S : struct, ISimd<V>
        where V : struct
        where N : struct, IConst
    {
        V weight = S.Load(w);
        z = S.MultiplyAdd(weight, x0, z);
        if (N.Value > 1) u = S.MultiplyAdd(weight, x1, u);
    }

    /// <summary>The arguments of <see cref="Sum{S, V, A, TBack, N, R}"/>.</summary>
    private readonly struct Block<S, V, A, TBack, N>(
        float* x, int terms, float* w, nint rowStep, nint termStep, float* start, float* sums, MemberGroup group) : IForRows
        where S : struct, ISimd<V>
        where V : struct
        where A : struct, IActivation
        where TBack : struct, IConst
        where N : struct, IConst
    {
        [MethodImpl(MethodImplOptions.AggressiveInlining)]
        public void Call<R>()
            where R : struct, IConst => Sum<S, V, A, TBack, N, R>(x, terms, w, rowStep, termStep, start, sums, group);
    }
}
