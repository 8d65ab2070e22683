using System.Runtime.CompilerServices;
using FastNN.Contract;
using FastNN.Plumbing;
using FastNN.Simd;
using FastNN.Tuning;

namespace FastNN.Batch;

/// <summary>
/// A narrow layer (<see cref="SumOrder.IsNarrow"/>) on a tile of samples [neurons][N·lanes], with N one or two: y_i = (c₀ + c₂) + (c₁ +
/// c₃). Chain c_m adds w_ij·a_j over j ≡ m (mod 4) in ascending order. c₀ starts from b_i, the others from 0.
/// <para>
/// This kernel is for few inputs or few outputs. It takes all four chains of up to three outputs together: 24 sums for two vectors of
/// samples. With sixteen registers it takes one vector of samples after the other. The other shapes take pairs of chains
/// (<see cref="TileNarrowPairs"/>). <see cref="Routes.ChainsInPairs"/> decides, and has the figures.
/// </para>
/// </summary>
internal static unsafe class TileNarrow
{
    private const int MaxOutputs = Routes.NarrowOutputs;

    /// <param name="a">The layer's inputs, a tile.</param>
    /// <param name="inputs">Rows of W.</param>
    /// <param name="w">Weights [inputs, outputs].</param>
    /// <param name="b">Biases [outputs].</param>
    /// <param name="y">Receives the layer's sums, a tile.</param>
    /// <param name="outputs">Columns of W.</param>
    /// <param name="group">The tiles.</param>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    internal static void Forward<S, V, N>(float* a, int inputs, float* w, float* b, float* y, int outputs, TileGroup group)
        where S : struct, ISimd<V>
        where V : struct
        where N : struct, IConst
    {
        int together = Routes.OutputsTogether(N.Value, S.Registers);
        nint tile = N.Value * S.Count;
        bool inPairs = Routes.ChainsInPairs(inputs, outputs, together, Machine.Here);
        for (int t = 0; t < group.Tiles; t++, a += group.InputStride, y += group.OutputStride)
        {
            if (inPairs)
            {
                TileNarrowPairs.Forward<S, V, N>(a, inputs, w, b, y, outputs, Routes.PairsDepth(Machine.Here));
            }
            else if (together > 1 || outputs == 1)
            {
                Together<S, V, N>(a, inputs, w, b, y, outputs, tile);
            }
            else
            {
                for (nint s = 0; s < tile; s += S.Count) Together<S, V, Const.One>(a + s, inputs, w, b, y + s, outputs, tile);
            }
        }
    }

    /// <summary>
    /// Four chains of each output, for N vectors of samples. It is inlined: with calls 8-2 takes 1.05 times as long with AVX2.
    /// </summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static void Together<S, V, N>(float* a, int inputs, float* w, float* b, float* y, int outputs, nint tile)
        where S : struct, ISimd<V>
        where V : struct
        where N : struct, IConst
    {
        for (int i = 0, blocks = Parts.Of(outputs, MaxOutputs); blocks > 0; blocks--)
        {
            int rows = Parts.Of(outputs - i, blocks);
            float* z = y + i * tile;
            switch (rows)
            {
                case 1: Sum<S, V, N, Const.One>(a, inputs, w + i, outputs, b + i, z, tile); break;
                case 2: Sum<S, V, N, Const.Two>(a, inputs, w + i, outputs, b + i, z, tile); break;
                default: Sum<S, V, N, Const.Three>(a, inputs, w + i, outputs, b + i, z, tile); break;
            }

            i += rows;
        }
    }

    /// <summary>The sums of R outputs, with four chains each.</summary>
    /// <param name="a">Inputs, a tile.</param>
    /// <param name="inputs">The number of inputs.</param>
    /// <param name="w">The weight of the first input for the first output.</param>
    /// <param name="outputs">Floats from there to the weight of the second input.</param>
    /// <param name="b">Biases.</param>
    /// <param name="z">Receives the sums.</param>
    /// <param name="tile">Floats from row to row of a and z.</param>
    [MethodImpl(MethodImplOptions.NoInlining | MethodImplOptions.AggressiveOptimization)]
    private static void Sum<S, V, N, R>(float* a, int inputs, float* w, nint outputs, float* b, float* z, nint tile)
        where S : struct, ISimd<V>
        where V : struct
        where N : struct, IConst
        where R : struct, IConst
    {
        V zero = S.Broadcast(0f);
        V c0 = S.Broadcast(b[0]), c1 = zero, c2 = zero, c3 = zero, d0 = zero, d1 = zero, d2 = zero, d3 = zero;
        V e0 = zero, e1 = zero, e2 = zero, e3 = zero;
        if (R.Value > 1) d0 = S.Broadcast(b[1]);
        if (R.Value > 2) e0 = S.Broadcast(b[2]);
        V f0 = c0, f1 = zero, f2 = zero, f3 = zero, g0 = d0, g1 = zero, g2 = zero, g3 = zero; // the second vectors
        V h0 = e0, h1 = zero, h2 = zero, h3 = zero;

        for (; inputs >= 4; inputs -= 4, a += 4 * tile, w += 4 * outputs)
        {
            AddTerm<S, V, N, R>(a, w, ref c0, ref d0, ref e0, ref f0, ref g0, ref h0);
            AddTerm<S, V, N, R>(a + tile, w + outputs, ref c1, ref d1, ref e1, ref f1, ref g1, ref h1);
            AddTerm<S, V, N, R>(a + 2 * tile, w + 2 * outputs, ref c2, ref d2, ref e2, ref f2, ref g2, ref h2);
            AddTerm<S, V, N, R>(a + 3 * tile, w + 3 * outputs, ref c3, ref d3, ref e3, ref f3, ref g3, ref h3);
        }

        if (inputs > 0) AddTerm<S, V, N, R>(a, w, ref c0, ref d0, ref e0, ref f0, ref g0, ref h0);
        if (inputs > 1) AddTerm<S, V, N, R>(a + tile, w + outputs, ref c1, ref d1, ref e1, ref f1, ref g1, ref h1);
        if (inputs > 2) AddTerm<S, V, N, R>(a + 2 * tile, w + 2 * outputs, ref c2, ref d2, ref e2, ref f2, ref g2, ref h2);

        Store<S, V, N>(c0, c1, c2, c3, f0, f1, f2, f3, z);
        if (R.Value > 1) Store<S, V, N>(d0, d1, d2, d3, g0, g1, g2, g3, z + tile);
        if (R.Value > 2) Store<S, V, N>(e0, e1, e2, e3, h0, h1, h2, h3, z + 2 * tile);
    }

    /// <summary>Adds one input to one chain of each output.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static void AddTerm<S, V, N, R>(float* a, float* w, ref V c, ref V d, ref V e, ref V f, ref V g, ref V h)
        where S : struct, ISimd<V>
        where V : struct
        where N : struct, IConst
        where R : struct, IConst
    {
        V a0 = S.Load(a), a1 = a0;
        if (N.Value > 1) a1 = S.Load(a + S.Count);
        Accumulators.Add<S, V, N>(w, 0, a0, a1, ref c, ref f);
        if (R.Value > 1) Accumulators.Add<S, V, N>(w, 1, a0, a1, ref d, ref g);
        if (R.Value > 2) Accumulators.Add<S, V, N>(w, 2, a0, a1, ref e, ref h);
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static void Store<S, V, N>(V c0, V c1, V c2, V c3, V f0, V f1, V f2, V f3, float* z)
        where S : struct, ISimd<V>
        where V : struct
        where N : struct, IConst
    {
        S.Store(S.Add(S.Add(c0, c2), S.Add(c1, c3)), z);
        if (N.Value > 1) S.Store(S.Add(S.Add(f0, f2), S.Add(f1, f3)), z + S.Count);
    }
}
