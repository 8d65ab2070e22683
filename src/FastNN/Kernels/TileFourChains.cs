using System.Runtime.CompilerServices;
using FastNN.Simd;

namespace FastNN.Vectorised;

/// <summary>
/// A narrow layer (<see cref="DenseForward.IsNarrow"/>) on a tile of samples [neurons][lanes]: y_i = (c₀ + c₂) + (c₁ + c₃), where chain c_m
/// adds w_ij·a_j over j ≡ m (mod 4) in ascending order, c₀ from b_i and the others from 0. Three outputs by four chains are twelve sums in
/// registers, for one vector of samples after the other.
/// </summary>
internal static unsafe class TileFourChains
{
    private const int MaxOutputs = 3;

    /// <param name="a">The layer's inputs, a tile.</param>
    /// <param name="inputs">Rows of W.</param>
    /// <param name="w">Weights [inputs, outputs].</param>
    /// <param name="b">Biases [outputs].</param>
    /// <param name="y">Receives the layer's sums, a tile.</param>
    /// <param name="outputs">Columns of W.</param>
    /// <param name="tile">Lanes of the tiles, whole vectors.</param>
    internal static void Forward<S, V>(float* a, int inputs, float* w, float* b, float* y, int outputs, nint tile)
        where S : struct, ISimd<V>
        where V : struct
    {
        for (nint s = 0; s < tile; s += S.Count)
        {
            for (int i = 0, blocks = (outputs + MaxOutputs - 1) / MaxOutputs; blocks > 0; blocks--)
            {
                int rows = (outputs - i + blocks - 1) / blocks;
                float* z = y + i * tile + s;
                switch (rows)
                {
                    case 1: Block<S, V, Const.One>(a + s, inputs, w + i, outputs, b + i, z, tile); break;
                    case 2: Block<S, V, Const.Two>(a + s, inputs, w + i, outputs, b + i, z, tile); break;
                    default: Block<S, V, Const.Three>(a + s, inputs, w + i, outputs, b + i, z, tile); break;
                }

                i += rows;
            }
        }
    }

    /// <summary>The sums of R outputs.</summary>
    /// <param name="a">Inputs.</param>
    /// <param name="inputs">How many.</param>
    /// <param name="w">The first output's weight of the first input.</param>
    /// <param name="outputs">From there to that of the second.</param>
    /// <param name="b">Biases.</param>
    /// <param name="z">Receives the sums.</param>
    /// <param name="tile">From row to row of a and z.</param>
    [MethodImpl(MethodImplOptions.NoInlining | MethodImplOptions.AggressiveOptimization)]
    private static void Block<S, V, R>(float* a, int inputs, float* w, nint outputs, float* b, float* z, nint tile)
        where S : struct, ISimd<V>
        where V : struct
        where R : struct, IConst
    {
        V zero = S.Broadcast(0f);
        V c0 = S.Broadcast(b[0]), c1 = zero, c2 = zero, c3 = zero, d0 = zero, d1 = zero, d2 = zero, d3 = zero, e0 = zero, e1 = zero, e2 = zero, e3 = zero;
        if (R.Value > 1) d0 = S.Broadcast(b[1]);
        if (R.Value > 2) e0 = S.Broadcast(b[2]);

        for (; inputs >= 4; inputs -= 4, a += 4 * tile, w += 4 * outputs)
        {
            Turn<S, V, R>(a, w, ref c0, ref d0, ref e0);
            Turn<S, V, R>(a + tile, w + outputs, ref c1, ref d1, ref e1);
            Turn<S, V, R>(a + 2 * tile, w + 2 * outputs, ref c2, ref d2, ref e2);
            Turn<S, V, R>(a + 3 * tile, w + 3 * outputs, ref c3, ref d3, ref e3);
        }

        if (inputs > 0) Turn<S, V, R>(a, w, ref c0, ref d0, ref e0);
        if (inputs > 1) Turn<S, V, R>(a + tile, w + outputs, ref c1, ref d1, ref e1);
        if (inputs > 2) Turn<S, V, R>(a + 2 * tile, w + 2 * outputs, ref c2, ref d2, ref e2);

        Store<S, V>(c0, c1, c2, c3, z);
        if (R.Value > 1) Store<S, V>(d0, d1, d2, d3, z + tile);
        if (R.Value > 2) Store<S, V>(e0, e1, e2, e3, z + 2 * tile);
    }

    /// <summary>One input into one chain of each output.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static void Turn<S, V, R>(float* a, float* w, ref V c, ref V d, ref V e)
        where S : struct, ISimd<V>
        where V : struct
        where R : struct, IConst
    {
        V aj = S.Load(a);
        c = S.MultiplyAdd(S.Broadcast(w[0]), aj, c);
        if (R.Value > 1) d = S.MultiplyAdd(S.Broadcast(w[1]), aj, d);
        if (R.Value > 2) e = S.MultiplyAdd(S.Broadcast(w[2]), aj, e);
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static void Store<S, V>(V c0, V c1, V c2, V c3, float* z)
        where S : struct, ISimd<V>
        where V : struct => S.Store(S.Add(S.Add(c0, c2), S.Add(c1, c3)), z);
}
