using System.Runtime.CompilerServices;
using FastNN.Contract;
using FastNN.Simd;

namespace FastNN.Batch;

/// <summary>
/// The delta of the layer before, on tiles, in the order of one sample:
/// <code>δ⁻_j = f′_j·Σ_i w_ij·δ_i               δ⁻ [inputs], δ [outputs]</code>
/// The sum has sixteen chains (<see cref="VirtualLanes"/>): chain c_m takes i = m, m + 16, …, and the chains are folded in halves. So a
/// sample has the same bits alone, where the chains are the lanes of a vector, and in a batch, where each chain is a vector of samples.
/// <see cref="TileGemm"/> takes one chain, which needs 15 additions less for each sum. Training uses that order for batches.
/// <para>
/// Four rows of W are taken together, for one vector of samples. A chain of a few terms does not hide its latency, but the processor has
/// the next chains in work at the same time.
/// </para>
/// </summary>
internal static unsafe class TileBackwardDelta
{
    private const int Rows = 4, Quarter = VirtualLanes.Count / 4;

    /// <param name="w">Weights [inputs, outputs].</param>
    /// <param name="delta">δ, a tile.</param>
    /// <param name="outputs">Columns of W.</param>
    /// <param name="kept">A tile from which f′ of the layer before is computed: its outputs, or f′ itself.</param>
    /// <param name="inputs">Rows of W.</param>
    /// <param name="inputDelta">Receives δ⁻, a tile.</param>
    /// <param name="lanes">Floats in a row of a tile: whole vectors.</param>
    /// <param name="group">The tiles that use the same weights.</param>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    internal static void Compute<S, V, A>(
        float* w, float* delta, int outputs, float* kept, int inputs, float* inputDelta, int lanes, TileGroup group)
        where S : struct, ISimd<V>
        where V : struct
        where A : struct, IActivation
    {
        for (int j = 0; j < inputs; j += Rows, w += Rows * (nint)outputs)
        {
            int rows = Math.Min(Rows, inputs - j);
            for (int t = 0; t < group.Tiles; t++)
            {
                float* d = delta + t * group.OutputStride, k = kept + t * group.InputStride + j * (nint)lanes;
                float* target = inputDelta + t * group.OutputStride + j * (nint)lanes;
                for (int s = 0; s < lanes; s += S.Count)
                {
                    switch (rows)
                    {
                        case 1: RowsOf<S, V, A, Const.One>(w, d + s, outputs, k + s, target + s, lanes); break;
                        case 2: RowsOf<S, V, A, Const.Two>(w, d + s, outputs, k + s, target + s, lanes); break;
                        case 3: RowsOf<S, V, A, Const.Three>(w, d + s, outputs, k + s, target + s, lanes); break;
                        default: RowsOf<S, V, A, Const.Four>(w, d + s, outputs, k + s, target + s, lanes); break;
                    }
                }
            }
        }
    }

    /// <summary>R rows of W and one vector of samples. To add to −0 changes nothing, not even a zero, so the loops need no first turn.</summary>
    [MethodImpl(MethodImplOptions.NoInlining | MethodImplOptions.AggressiveOptimization)]
    private static void RowsOf<S, V, A, R>(float* w, float* delta, int outputs, float* kept, float* target, nint lanes)
        where S : struct, ISimd<V>
        where V : struct
        where A : struct, IActivation
        where R : struct, IConst
    {
        V nothing = S.Broadcast(-0f);
        var sums = new Four<S, V>(nothing);
        for (int m = 0; m < Quarter / 2; m++)
        {
            var half = new Four<S, V>(nothing);
            for (int q = m; q < Quarter; q += Quarter / 2)
            {
                Four<S, V> even = Chain<S, V, R>(w, delta, outputs, q, lanes);
                even.Add<R>(Chain<S, V, R>(w, delta, outputs, q + 2 * Quarter, lanes));
                Four<S, V> odd = Chain<S, V, R>(w, delta, outputs, q + Quarter, lanes);
                odd.Add<R>(Chain<S, V, R>(w, delta, outputs, q + 3 * Quarter, lanes));
                even.Add<R>(odd);
                half.Add<R>(even);
            }

            sums.Add<R>(half);
        }

        Store<S, V, A>(sums.Row0, kept, target);
        if (R.Value > 1) Store<S, V, A>(sums.Row1, kept + lanes, target + lanes);
        if (R.Value > 2) Store<S, V, A>(sums.Row2, kept + 2 * lanes, target + 2 * lanes);
        if (R.Value > 3) Store<S, V, A>(sums.Row3, kept + 3 * lanes, target + 3 * lanes);
    }

    /// <summary>The chains of R rows that take the terms <paramref name="first"/>, first + 16, …</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static Four<S, V> Chain<S, V, R>(float* w, float* delta, int outputs, int first, nint lanes)
        where S : struct, ISimd<V>
        where V : struct
        where R : struct, IConst
    {
        var sums = new Four<S, V>(S.Broadcast(0f));
        float* w1 = w + outputs, w2 = w1 + outputs, w3 = w2 + outputs;
        for (int i = first; i < outputs; i += VirtualLanes.Count)
        {
            V d = S.Load(delta + i * lanes);
            sums.Row0 = S.MultiplyAddFactor(d, S.Factor(w[i]), sums.Row0);
            if (R.Value > 1) sums.Row1 = S.MultiplyAddFactor(d, S.Factor(w1[i]), sums.Row1);
            if (R.Value > 2) sums.Row2 = S.MultiplyAddFactor(d, S.Factor(w2[i]), sums.Row2);
            if (R.Value > 3) sums.Row3 = S.MultiplyAddFactor(d, S.Factor(w3[i]), sums.Row3);
        }

        return sums;
    }

    /// <summary>δ⁻ = fma(sum, f′, 0). This turns a negative zero into +0.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static void Store<S, V, A>(V sum, float* kept, float* target)
        where S : struct, ISimd<V>
        where V : struct
        where A : struct, IActivation =>
        S.Store(S.MultiplyAdd(sum, A.Slope<S, V>(S.Load(kept)), S.Broadcast(0f)), target);

    /// <summary>The sums of up to four rows. The JIT keeps a structure of four fields in registers.</summary>
    private struct Four<S, V>(V all)
        where S : struct, ISimd<V>
        where V : struct
    {
        internal V Row0 = all, Row1 = all, Row2 = all, Row3 = all;

        [MethodImpl(MethodImplOptions.AggressiveInlining)]
        internal void Add<R>(in Four<S, V> other)
            where R : struct, IConst
        {
            Row0 = S.Add(Row0, other.Row0);
            if (R.Value > 1) Row1 = S.Add(Row1, other.Row1);
            if (R.Value > 2) Row2 = S.Add(Row2, other.Row2);
            if (R.Value > 3) Row3 = S.Add(Row3, other.Row3);
        }
    }
}
