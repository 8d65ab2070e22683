using System.Runtime.CompilerServices;
using FastNN.Activations;
using FastNN.Simd;

namespace FastNN.Vectorised;

/// <summary>
/// A narrow layer (<see cref="DenseForward.IsNarrow"/>) on a tile of samples [neurons][tile]: y_i = σ((c₀ + c₂) + (c₁ + c₃)), where chain c_m
/// adds w_ij·a_j over j ≡ m (mod 4) in ascending order, c₀ from b_i and the others from 0. Three outputs by four chains are twelve sums in
/// registers for each of the C vectors.
/// </summary>
internal static unsafe class TileFourChains
{
    private const int MaxOutputs = 3;

    /// <param name="a">The layer's inputs, a tile.</param>
    /// <param name="inputs">Rows of W.</param>
    /// <param name="w">Weights [inputs, outputs].</param>
    /// <param name="b">Biases [outputs].</param>
    /// <param name="y">Receives the layer's outputs, a tile.</param>
    /// <param name="outputs">Columns of W.</param>
    /// <param name="tile">Floats in a row of a tile; this computes the first C vectors of them.</param>
    internal static void Forward<S, V, C>(float* a, int inputs, float* w, float* b, float* y, int outputs, nint tile)
        where S : struct, ISimd<V>
        where V : struct
        where C : struct, IConst
    {
        int i = 0;
        for (int blocks = (outputs + MaxOutputs - 1) / MaxOutputs; blocks > 0; blocks--)
        {
            int rows = (outputs - i + blocks - 1) / blocks;
            switch (rows)
            {
                case 1: Block<S, V, C, Const.One>(a, inputs, w + i, outputs, b + i, y + i * tile, tile); break;
                case 2: Block<S, V, C, Const.Two>(a, inputs, w + i, outputs, b + i, y + i * tile, tile); break;
                default: Block<S, V, C, Const.Three>(a, inputs, w + i, outputs, b + i, y + i * tile, tile); break;
            }

            i += rows;
        }
    }

    private static void Block<S, V, C, R>(float* a, int inputs, float* w, nint outputs, float* b, float* y, nint tile)
        where S : struct, ISimd<V>
        where V : struct
        where C : struct, IConst
        where R : struct, IConst
    {
        V zero = S.Broadcast(0f);
        V c0 = S.Broadcast(b[0]), c1 = zero, c2 = zero, c3 = zero, d0 = zero, d1 = zero, d2 = zero, d3 = zero, e0 = zero, e1 = zero, e2 = zero, e3 = zero;
        if (R.Value > 1) d0 = S.Broadcast(b[1]);
        if (R.Value > 2) e0 = S.Broadcast(b[2]);
        V f0 = c0, f1 = zero, f2 = zero, f3 = zero, g0 = d0, g1 = zero, g2 = zero, g3 = zero, h0 = e0, h1 = zero, h2 = zero, h3 = zero;

        int j = 0;
        for (; j <= inputs - 4; j += 4, a += 4 * tile, w += 4 * outputs)
        {
            Turn<S, V, C, R>(a, w, ref c0, ref d0, ref e0, ref f0, ref g0, ref h0);
            Turn<S, V, C, R>(a + tile, w + outputs, ref c1, ref d1, ref e1, ref f1, ref g1, ref h1);
            Turn<S, V, C, R>(a + 2 * tile, w + 2 * outputs, ref c2, ref d2, ref e2, ref f2, ref g2, ref h2);
            Turn<S, V, C, R>(a + 3 * tile, w + 3 * outputs, ref c3, ref d3, ref e3, ref f3, ref g3, ref h3);
        }

        if (j < inputs) Turn<S, V, C, R>(a, w, ref c0, ref d0, ref e0, ref f0, ref g0, ref h0);
        if (j + 1 < inputs) Turn<S, V, C, R>(a + tile, w + outputs, ref c1, ref d1, ref e1, ref f1, ref g1, ref h1);
        if (j + 2 < inputs) Turn<S, V, C, R>(a + 2 * tile, w + 2 * outputs, ref c2, ref d2, ref e2, ref f2, ref g2, ref h2);

        Activate<S, V>(c0, c1, c2, c3, y);
        if (C.Value > 1) Activate<S, V>(f0, f1, f2, f3, y + S.Count);
        if (R.Value > 1) Activate<S, V>(d0, d1, d2, d3, y + tile);
        if (R.Value > 1 && C.Value > 1) Activate<S, V>(g0, g1, g2, g3, y + tile + S.Count);
        if (R.Value > 2) Activate<S, V>(e0, e1, e2, e3, y + 2 * tile);
        if (R.Value > 2 && C.Value > 1) Activate<S, V>(h0, h1, h2, h3, y + 2 * tile + S.Count);
    }

    /// <summary>One input into one chain of each output: c, d, e of the first vector, f, g, h of the second.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static void Turn<S, V, C, R>(float* a, float* w, ref V c, ref V d, ref V e, ref V f, ref V g, ref V h)
        where S : struct, ISimd<V>
        where V : struct
        where C : struct, IConst
        where R : struct, IConst
    {
        V a0 = S.Load(a), a1 = a0;
        if (C.Value > 1) a1 = S.Load(a + S.Count);
        TileProduct.Add<S, V, C>(w, a0, a1, ref c, ref f);
        if (R.Value > 1) TileProduct.Add<S, V, C>(w + 1, a0, a1, ref d, ref g);
        if (R.Value > 2) TileProduct.Add<S, V, C>(w + 2, a0, a1, ref e, ref h);
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static void Activate<S, V>(V c0, V c1, V c2, V c3, float* y)
        where S : struct, ISimd<V>
        where V : struct => S.Store(Sigmoid.Value<S, V>(S.Add(S.Add(c0, c2), S.Add(c1, c3))), y);
}
