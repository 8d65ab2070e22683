using System.Runtime.CompilerServices;
using FastNN.Contract;
using FastNN.Plumbing;
using FastNN.Simd;
using FastNN.Tuning;

namespace FastNN.Batch;

/// <summary>
/// The products of a layer with a tile of samples. The samples are in the lanes of N vectors, one or two. A tile is [neurons][N·lanes].
/// <code>forward   y_i  = b_i + Σ_j w_ij·a_j              a [inputs], y [outputs]
/// backward  δ⁻_j = f′_j·Σ_i w_ij·δ_i               δ⁻ [inputs], δ [outputs]</code>
/// W [inputs, outputs] is read as it is. One weight is broadcast for all lanes. Every sum is one chain in ascending order. Both directions
/// have one body. It holds six rows of the result in registers (12 sums, as many as the sixteen registers of AVX2 allow) and walks over the
/// terms:
/// <list type="bullet">
/// <item>
/// A pass takes some hundred terms. Between passes the sums are in the result: the chain continues through memory. So the terms of the tile
/// stay in the cache for all rows. If rows of W are whole pages apart, they do not push each other out of L2.
/// </item>
/// <item>
/// Forward, each weight of an iteration is in another row of W, and the processor does not foresee the next columns. They are fetched ahead
/// by hand.
/// </item>
/// <item>
/// Several tiles use the weights of six rows, one tile after the other, while these weights are near. This matters if W exceeds L2.
/// </item>
/// <item>
/// Forward, if the rows of W are powers of two apart, columns of W share few sets of L1. They push each other out before the next tile
/// comes. Narrow vectors have less time to fetch them again, and take them from a copy. <see cref="Routes.TileBlocksFor"/> has the figures.
/// </item>
/// <item>
/// The activation follows when the sums of a layer are complete. It was tried between the products of the next rows, σ with its constants
/// in registers. That saved 1 % of 32-64-64-64-16 at 512 bits. It cost 1 % of 91-91, and 4 % at 256 bits.
/// </item>
/// </list>
/// </summary>
internal static unsafe class TileGemm
{
    private const int Panel = Routes.TilePanel;

    /// <param name="a">The layer's inputs, a tile.</param>
    /// <param name="inputs">Rows of W.</param>
    /// <param name="w">Weights [inputs, outputs].</param>
    /// <param name="b">Biases [outputs].</param>
    /// <param name="y">Receives the layer's sums, a tile.</param>
    /// <param name="outputs">Columns of W.</param>
    /// <param name="group">The tiles that use the same weights.</param>
    /// <param name="division">How the work is divided.</param>
    [SkipLocalsInit]
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    internal static void Forward<S, V, N>(
        float* a, int inputs, float* w, float* b, float* y, int outputs, TileGroup group, TileBlocks division)
        where S : struct, ISimd<V>
        where V : struct
        where N : struct, IConst
    {
        float* copy = null;
        if (division.Copies)
        {
            float* memory = stackalloc float[division.Depth * Panel];
            copy = memory;
        }

        int first = 0;
        for (int passes = Parts.Of(inputs, division.Depth); passes > 0; passes--)
        {
            int terms = Parts.Of(inputs - first, passes);
            float* at = a + first * (nint)(N.Value * S.Count);
            ForwardPass<S, V, N>(at, terms, w + first * (nint)outputs, first == 0 ? b : null, y, outputs, group, copy);
            first += terms;
        }
    }

    /// <summary>
    /// One pass over some terms. If copy is not null, the weights are copied there. The sums start from b, or from y if b is null.
    /// </summary>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private static void ForwardPass<S, V, N>(
        float* a, int terms, float* w, float* b, float* y, int outputs, TileGroup group, float* copy)
        where S : struct, ISimd<V>
        where V : struct
        where N : struct, IConst
    {
        nint tile = N.Value * S.Count, stride = copy == null ? outputs : Panel;
        float* from = w;
        for (int i = 0, copied = 0, blocks = Parts.Of(outputs, RowCount.Most); blocks > 0; blocks--)
        {
            int rows = Parts.Of(outputs - i, blocks);
            if (copy != null && i + rows > copied)
            {
                Copy<S, V>(w + i, outputs, terms, copy);
                from = copy - i;
                copied = i + Panel;
            }

            float* z = y + i * tile, start = b == null ? null : b + i;
            for (int t = 0; t < group.Tiles; t++)
            {
                RowCount.Call(
                    rows,
                    new Block<S, V, Identity, N, Const.Yes>(
                        a + t * group.InputStride, terms, from + i, stride, start, z + t * group.OutputStride, null));
            }

            i += rows;
        }
    }

    /// <summary>
    /// Copies the weights of some terms, so that they are side by side. Meanwhile those of the next panel are fetched. The copy of the last
    /// row may end in the biases, which follow it.
    /// </summary>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private static void Copy<S, V>(float* w, nint outputs, int terms, float* copy)
        where S : struct, ISimd<V>
        where V : struct
    {
        for (; terms > 0; terms--, w += outputs, copy += Panel)
        {
            for (int i = 0; i < Panel; i += S.Count) S.Store(S.Load(w + i), copy + i);
            for (int i = Panel; i < 2 * Panel; i += Caches.LineFloats) Prefetch.Line(w + i);
        }
    }

    /// <param name="w">Weights [inputs, outputs].</param>
    /// <param name="delta">δ, a tile.</param>
    /// <param name="outputs">Columns of W.</param>
    /// <param name="kept">A tile from which f′ of the layer before is computed: its outputs, or f′ itself.</param>
    /// <param name="inputs">Rows of W.</param>
    /// <param name="inputDelta">Receives δ⁻, a tile.</param>
    /// <param name="group">The tiles that use the same weights.</param>
    /// <param name="depth">The most terms in a pass.</param>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    internal static void Backward<S, V, A, N>(
        float* w, float* delta, int outputs, float* kept, int inputs, float* inputDelta, TileGroup group, int depth)
        where S : struct, ISimd<V>
        where V : struct
        where A : struct, IActivation
        where N : struct, IConst
    {
        nint tile = N.Value * S.Count;
        float* zeros = stackalloc float[RowCount.Most];
        int first = 0;
        for (int passes = Parts.Of(outputs, depth); passes > 0; passes--)
        {
            int terms = Parts.Of(outputs - first, passes);
            float* from = delta + first * tile;
            for (int j = 0, blocks = Parts.Of(inputs, RowCount.Most); blocks > 0; blocks--)
            {
                int rows = Parts.Of(inputs - j, blocks);
                float* wj = w + j * (nint)outputs + first, start = first == 0 ? zeros : null, z = inputDelta + j * tile;
                for (int t = 0; t < group.Tiles; t++)
                {
                    float* keptj = passes == 1 ? kept + j * tile + t * group.InputStride : null;
                    RowCount.Call(
                        rows,
                        new Block<S, V, A, N, Const.No>(
                            from + t * group.OutputStride, terms, wj, outputs, start, z + t * group.OutputStride, keptj));
                }

                j += rows;
            }

            first += terms;
        }
    }

    /// <summary>
    /// z_r += Σ_k w_rk·x_k for R rows. It is not inlined: a profile may lead the JIT to inline it where the sums no longer fit the
    /// registers (2.5 times slower). It is optimised at once: its first, unoptimised code is so slow that the first training of the digits
    /// took 0.3 s instead of 0.14 s. Warm training takes 0.02 s. The same is true for the other kernels of its kind.
    /// </summary>
    /// <param name="x">The terms, a tile.</param>
    /// <param name="terms">The number of terms.</param>
    /// <param name="w">w_00. Forward, rows are side by side, and terms are one row of W apart. Backward it is the other way round.</param>
    /// <param name="outputs">Columns of W, or floats in a row of the copy.</param>
    /// <param name="start">What each row starts from, or null for the numbers in z.</param>
    /// <param name="z">Rows of the result, a tile.</param>
    /// <param name="kept">If these rows end with the factor f′, what it is computed from. Otherwise null.</param>
    [MethodImpl(MethodImplOptions.NoInlining | MethodImplOptions.AggressiveOptimization)]
    private static void Sum<S, V, A, N, R, TForward>(
        float* x, int terms, float* w, nint outputs, float* start, float* z, float* kept)
        where S : struct, ISimd<V>
        where V : struct
        where A : struct, IActivation
        where N : struct, IConst
        where R : struct, IConst
        where TForward : struct, IConst
    {
        nint tile = N.Value * S.Count, row = TForward.Value != 0 ? 1 : outputs, step = TForward.Value != 0 ? outputs : 1;
        V z0 = default, z1 = default, z2 = default, z3 = default, z4 = default, z5 = default;
        V u0 = default, u1 = default, u2 = default, u3 = default, u4 = default, u5 = default; // the second vectors
        if (start != null)
        {
            z0 = u0 = S.Broadcast(start[0]);
            if (R.Value > 1) z1 = u1 = S.Broadcast(start[1]);
            if (R.Value > 2) z2 = u2 = S.Broadcast(start[2]);
            if (R.Value > 3) z3 = u3 = S.Broadcast(start[3]);
            if (R.Value > 4) z4 = u4 = S.Broadcast(start[4]);
            if (R.Value > 5) z5 = u5 = S.Broadcast(start[5]);
        }
        else
        {
            Accumulators.Load<S, V, R>(z, tile, ref z0, ref z1, ref z2, ref z3, ref z4, ref z5);
            if (N.Value > 1) Accumulators.Load<S, V, R>(z + S.Count, tile, ref u0, ref u1, ref u2, ref u3, ref u4, ref u5);
        }

        // Each row's weights have a pointer of their own. Otherwise the JIT would compute it anew in every iteration.
        float* w1 = w + row, w2 = w1 + row, w3 = w2 + row, w4 = w3 + row, w5 = w4 + row, end = x + terms * tile;
        nint k = 0;
        for (float* last4 = end - 4 * tile; x <= last4; x += 4 * tile, k += 4 * step)
        {
            Accumulators.AddFourTerms<S, V, N, R, TForward>(
                x, w, w1, w2, w3, w4, w5, k, step,
                ref z0, ref z1, ref z2, ref z3, ref z4, ref z5, ref u0, ref u1, ref u2, ref u3, ref u4, ref u5);
        }

        for (; x < end; x += tile, k += step)
        {
            Accumulators.AddTerm<S, V, N, R, TForward>(
                x, w, w1, w2, w3, w4, w5, k,
                ref z0, ref z1, ref z2, ref z3, ref z4, ref z5, ref u0, ref u1, ref u2, ref u3, ref u4, ref u5);
        }

        if (TForward.Value == 0 && kept != null)
        {
            Accumulators.MultiplySlopes<S, V, A, R>(kept, tile, ref z0, ref z1, ref z2, ref z3, ref z4, ref z5);
            if (N.Value > 1) Accumulators.MultiplySlopes<S, V, A, R>(kept + S.Count, tile, ref u0, ref u1, ref u2, ref u3, ref u4, ref u5);
        }

        Accumulators.Store<S, V, R>(z, tile, z0, z1, z2, z3, z4, z5);
        if (N.Value > 1) Accumulators.Store<S, V, R>(z + S.Count, tile, u0, u1, u2, u3, u4, u5);
    }

    /// <summary>The arguments of <see cref="Sum{S, V, A, N, R, TForward}"/>.</summary>
    private readonly struct Block<S, V, A, N, TForward>(
        float* x, int terms, float* w, nint outputs, float* start, float* z, float* kept) : IForRows
        where S : struct, ISimd<V>
        where V : struct
        where A : struct, IActivation
        where N : struct, IConst
        where TForward : struct, IConst
    {
        [MethodImpl(MethodImplOptions.AggressiveInlining)]
        public void Call<R>()
            where R : struct, IConst => Sum<S, V, A, N, R, TForward>(x, terms, w, outputs, start, z, kept);
    }
}
