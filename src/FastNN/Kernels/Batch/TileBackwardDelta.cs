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
/// Four rows of W are taken together, for two vectors of samples. A chain of a few terms does not hide its latency, but the processor has
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
                int s = 0;
                for (; s <= lanes - 2 * S.Count; s += 2 * S.Count)
                    RowCount.Call(rows, new Block<S, V, A, Const.Two, Const.No>(w, d + s, outputs, k + s, target + s, lanes));
                if (s < lanes) RowCount.Call(rows, new Block<S, V, A, Const.One, Const.No>(w, d + s, outputs, k + s, target + s, lanes));
            }
        }
    }

    /// <summary>
    /// The same for one sample of each network of some blocks (<see cref="MemberGroup"/>). W is [inputs, outputs][16]. The vectors of a row
    /// have weights of their own.
    /// </summary>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    internal static void OfMembers<S, V, A>(
        float* w, float* delta, int outputs, float* kept, int inputs, float* inputDelta, MemberGroup group)
        where S : struct, ISimd<V>
        where V : struct
        where A : struct, IActivation
    {
        const int members = MemberBlocks.Members;
        int row = group.Row;
        for (int s = 0; s < row; s += S.Count)
        {
            float* ws = w + s / members * group.BlockStep + s % members, k = kept + s, target = inputDelta + s;
            for (int j = 0; j < inputs; j += Rows, ws += Rows * members * (nint)outputs, k += Rows * row, target += Rows * row)
                RowCount.Call(Math.Min(Rows, inputs - j), new Block<S, V, A, Const.One, Const.Yes>(ws, delta + s, outputs, k, target, row));
        }
    }

    /// <summary>
    /// R rows of W, at most four, and N vectors of samples. If TOwn, each lane has weights of its own, and N is one.
    /// To add to −0 changes nothing, not even a zero, so the loops need no first turn.
    /// </summary>
    [MethodImpl(MethodImplOptions.NoInlining | MethodImplOptions.AggressiveOptimization)]
    private static void Sum<S, V, A, N, R, TOwn>(float* w, float* delta, int outputs, float* kept, float* target, nint lanes)
        where S : struct, ISimd<V>
        where V : struct
        where A : struct, IActivation
        where N : struct, IConst
        where R : struct, IConst
        where TOwn : struct, IConst
    {
        Four<S, V> sums = new(S.Broadcast(-0f)), sums2 = sums; // the second vectors
        for (int m = 0; m < Quarter / 2; m++)
        {
            Four<S, V> half = new(S.Broadcast(-0f)), half2 = half;
            for (int q = m; q < Quarter; q += Quarter / 2)
            {
                Four<S, V> even = new(S.Broadcast(-0f)), even2 = even;
                for (int p = q; p < 2 * Quarter && p < outputs; p += Quarter)
                {
                    Four<S, V> low = Chain<S, V, N, R, TOwn>(w, delta, outputs, p, lanes, out Four<S, V> low2);
                    if (p + 2 * Quarter < outputs)
                    {
                        low.Add<R>(Chain<S, V, N, R, TOwn>(w, delta, outputs, p + 2 * Quarter, lanes, out Four<S, V> high2));
                        if (N.Value > 1) low2.Add<R>(in high2);
                    }

                    even.Add<R>(in low);
                    if (N.Value > 1) even2.Add<R>(in low2);
                }

                half.Add<R>(in even);
                if (N.Value > 1) half2.Add<R>(in even2);
            }

            sums.Add<R>(in half);
            if (N.Value > 1) sums2.Add<R>(in half2);
        }

        Store<S, V, A, R>(in sums, kept, target, lanes);
        if (N.Value > 1) Store<S, V, A, R>(in sums2, kept + S.Count, target + S.Count, lanes);
    }

    /// <summary>The chains of R rows that take the terms <paramref name="first"/>, first + 16, … There is at least one.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static Four<S, V> Chain<S, V, N, R, TOwn>(
        float* w, float* delta, int outputs, nint first, nint lanes, out Four<S, V> sums2)
        where S : struct, ISimd<V>
        where V : struct
        where N : struct, IConst
        where R : struct, IConst
        where TOwn : struct, IConst
    {
        nint step = TOwn.Value != 0 ? outputs * (nint)MemberBlocks.Members : outputs;
        float* w1 = w + step, w2 = w1 + step, w3 = w2 + step, x = delta + first * lanes;
        Four<S, V> sums = default;
        sums2 = default;
        V d = S.Load(x), d2 = N.Value > 1 ? S.Load(x + S.Count) : d;
        Multiply<S, V, N>(Weight<S, V, TOwn>(w, first), d, d2, ref sums.Row0, ref sums2.Row0);
        if (R.Value > 1) Multiply<S, V, N>(Weight<S, V, TOwn>(w1, first), d, d2, ref sums.Row1, ref sums2.Row1);
        if (R.Value > 2) Multiply<S, V, N>(Weight<S, V, TOwn>(w2, first), d, d2, ref sums.Row2, ref sums2.Row2);
        if (R.Value > 3) Multiply<S, V, N>(Weight<S, V, TOwn>(w3, first), d, d2, ref sums.Row3, ref sums2.Row3);
        for (nint i = first + VirtualLanes.Count; i < outputs; i += VirtualLanes.Count)
        {
            x += VirtualLanes.Count * lanes;
            d = S.Load(x);
            if (N.Value > 1) d2 = S.Load(x + S.Count);
            Add<S, V, N, TOwn>(w, i, d, d2, ref sums.Row0, ref sums2.Row0);
            if (R.Value > 1) Add<S, V, N, TOwn>(w1, i, d, d2, ref sums.Row1, ref sums2.Row1);
            if (R.Value > 2) Add<S, V, N, TOwn>(w2, i, d, d2, ref sums.Row2, ref sums2.Row2);
            if (R.Value > 3) Add<S, V, N, TOwn>(w3, i, d, d2, ref sums.Row3, ref sums2.Row3);
        }

        return sums;
    }

    /// <summary>The weight of term i, or a vector of weights if each lane has its own.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static V Weight<S, V, TOwn>(float* w, nint i)
        where S : struct, ISimd<V>
        where V : struct
        where TOwn : struct, IConst => TOwn.Value != 0 ? S.Load(w + i * MemberBlocks.Members) : S.Broadcast(w[i]);

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static void Add<S, V, N, TOwn>(float* w, nint i, V d, V d2, ref V sum, ref V sum2)
        where S : struct, ISimd<V>
        where V : struct
        where N : struct, IConst
        where TOwn : struct, IConst
    {
        if (TOwn.Value == 0) Accumulators.Add<S, V, N>(w, i, d, d2, ref sum, ref sum2);
        else sum = S.MultiplyAdd(S.Load(w + i * MemberBlocks.Members), d, sum);
    }

    /// <summary>The first term. A multiply-add to 0 would differ in the sign of a zero, which no sum keeps.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static void Multiply<S, V, N>(V weight, V d, V d2, ref V first, ref V second)
        where S : struct, ISimd<V>
        where V : struct
        where N : struct, IConst
    {
        first = S.Multiply(d, weight);
        if (N.Value > 1) second = S.Multiply(d2, weight);
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static void Store<S, V, A, R>(in Four<S, V> sums, float* kept, float* target, nint lanes)
        where S : struct, ISimd<V>
        where V : struct
        where A : struct, IActivation
        where R : struct, IConst
    {
        Store<S, V, A>(sums.Row0, kept, target);
        if (R.Value > 1) Store<S, V, A>(sums.Row1, kept + lanes, target + lanes);
        if (R.Value > 2) Store<S, V, A>(sums.Row2, kept + 2 * lanes, target + 2 * lanes);
        if (R.Value > 3) Store<S, V, A>(sums.Row3, kept + 3 * lanes, target + 3 * lanes);
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

    /// <summary>The arguments of <see cref="Sum{S, V, A, N, R, TOwn}"/>.</summary>
    private readonly struct Block<S, V, A, N, TOwn>(float* w, float* delta, int outputs, float* kept, float* target, nint lanes) : IForRows
        where S : struct, ISimd<V>
        where V : struct
        where A : struct, IActivation
        where N : struct, IConst
        where TOwn : struct, IConst
    {
        [MethodImpl(MethodImplOptions.AggressiveInlining)]
        public void Call<R>()
            where R : struct, IConst => Sum<S, V, A, N, R, TOwn>(w, delta, outputs, kept, target, lanes);
    }
}
