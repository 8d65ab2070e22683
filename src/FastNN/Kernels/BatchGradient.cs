using System.Runtime.CompilerServices;
using System.Runtime.Intrinsics;
using FastNN.Simd;

namespace FastNN.Vectorised;

/// <summary>
/// The gradient of a layer summed over a chunk of samples s in ascending order, and what becomes of it:
/// <code>g_ij = Σ_s δ_i[s]·a_j[s],   g_i = Σ_s δ_i[s]·1
/// g ← scale·g   or   w ← w + rate·(scale·g)</code>
/// The biases follow the weights in memory and so are one more row of W, whose input is 1. Six rows j by two vectors of outputs i stay in
/// registers while all samples pass; δ comes in panels [sample][two vectors], which are read end to end, a in tiles [j][sample], one
/// broadcast at a time. Outputs that leave no whole vector take the narrowest that holds them.
/// </summary>
internal static unsafe class BatchGradient
{
    private const int MaxRows = 6;

    /// <summary>Turns the deltas of a tile [outputs][lanes] into the panels that <see cref="Run"/> reads.</summary>
    /// <param name="delta">δ, a tile.</param>
    /// <param name="lanes">Floats in a row of it.</param>
    /// <param name="outputs">Rows of it.</param>
    /// <param name="samples">In the tile.</param>
    /// <param name="panels">The layer's panels.</param>
    /// <param name="first">Number of the tile's first sample in the chunk.</param>
    /// <param name="chunk">Samples in the chunk.</param>
    internal static void Pack<S, V>(float* delta, int lanes, int outputs, int samples, float* panels, int first, int chunk)
        where S : struct, ISimd<V>
        where V : struct
    {
        for (int i = 0; i < outputs;)
        {
            int width = PanelWidth(outputs - i, S.Count);
            Transpose.Run<S, V>(
                delta + (nint)i * lanes, lanes, Math.Min(width, outputs - i), samples, panels + (nint)i * chunk + first * width, width);
            i += width;
        }
    }

    /// <param name="chunk">The samples.</param>
    /// <param name="layer">Whose gradient.</param>
    /// <param name="from">The first row of W, the biases being the last.</param>
    /// <param name="to">The row behind the last.</param>
    /// <param name="sum">The layer's gradient over the samples before, or null for none.</param>
    /// <param name="target">Where the result goes: the layer's gradient, or, where <paramref name="rate"/> is not 0, its parameters.</param>
    /// <param name="scale">By which the sum is multiplied.</param>
    /// <param name="rate">−learning rate, or 0 to keep the gradient.</param>
    internal static void Run<S, V>(in TileChunk chunk, in LayerShape layer, int from, int to, float* sum, float* target, float scale, float rate)
        where S : struct, ISimd<V>
        where V : struct
    {
        int outputs = layer.Outputs;
        float* panels = chunk.DeltasOf(in layer);
        for (int j = from, blocks = (to - from + MaxRows - 1) / MaxRows; blocks > 0; blocks--)
        {
            int rows = (to - j + blocks - 1) / blocks;
            for (int i = 0; i < outputs;)
            {
                int rest = outputs - i, width = PanelWidth(rest, S.Count);
                nint at = j * (nint)outputs + i;
                var block = new Cells(panels + (nint)i * chunk.Samples, layer.InputRows + j, sum == null ? null : sum + at, target + at, outputs, rest, scale, rate);
                if (width == 2 * S.Count) Rows<S, V, Const.Two>(rows, in chunk, in block);
                else if (width == S.Count) Rows<S, V, Const.One>(rows, in chunk, in block);
                else if (width == 8) Rows<Simd256, Vector256<float>, Const.One>(rows, in chunk, in block);
                else Rows<Simd128, Vector128<float>, Const.One>(rows, in chunk, in block);
                i += width;
            }

            j += rows;
        }
    }

    /// <summary>Two vectors while more than one is left, then the narrowest that holds the rest.</summary>
    private static int PanelWidth(int rest, int lanes) => rest > lanes ? 2 * lanes : rest <= 4 ? 4 : rest <= 8 ? 8 : lanes;

    private static void Rows<S, V, C>(int rows, in TileChunk chunk, in Cells cells)
        where S : struct, ISimd<V>
        where V : struct
        where C : struct, IConst
    {
        switch (rows)
        {
            case 1: Block<S, V, C, Const.One>(in chunk, in cells); break;
            case 2: Block<S, V, C, Const.Two>(in chunk, in cells); break;
            case 3: Block<S, V, C, Const.Three>(in chunk, in cells); break;
            case 4: Block<S, V, C, Const.Four>(in chunk, in cells); break;
            case 5: Block<S, V, C, Const.Five>(in chunk, in cells); break;
            default: Block<S, V, C, Const.Six>(in chunk, in cells); break;
        }
    }

    [MethodImpl(MethodImplOptions.NoInlining | MethodImplOptions.AggressiveOptimization)]
    private static void Block<S, V, C, R>(in TileChunk chunk, in Cells cells)
        where S : struct, ISimd<V>
        where V : struct
        where C : struct, IConst
        where R : struct, IConst
    {
        V g0 = default, g1 = default, g2 = default, g3 = default, g4 = default, g5 = default;
        V h0 = default, h1 = default, h2 = default, h3 = default, h4 = default, h5 = default; // the second vectors
        int lanes0 = Math.Min(S.Count, cells.Lanes), lanes1 = Math.Min(S.Count, cells.Lanes - S.Count);
        nint row = cells.Stride;
        if (cells.Sum != null)
        {
            Load<S, V, R>(cells.Sum, row, lanes0, ref g0, ref g1, ref g2, ref g3, ref g4, ref g5);
            if (C.Value > 1) Load<S, V, R>(cells.Sum + S.Count, row, lanes1, ref h0, ref h1, ref h2, ref h3, ref h4, ref h5);
        }

        float* delta = cells.Panel, a = chunk.Inputs + (nint)cells.Row * chunk.Tile;
        for (int tiles = chunk.Samples / chunk.Tile; tiles > 0; tiles--, a += (nint)chunk.Tile * chunk.Rows, delta += chunk.Tile * C.Value * S.Count)
            AddUp<S, V, C, R>(delta, a, chunk.Tile, chunk.Tile, ref g0, ref g1, ref g2, ref g3, ref g4, ref g5, ref h0, ref h1, ref h2, ref h3, ref h4, ref h5);

        a += (nint)cells.Row * (chunk.LastTile - chunk.Tile);
        AddUp<S, V, C, R>(delta, a, chunk.LastTile, chunk.Samples % chunk.Tile, ref g0, ref g1, ref g2, ref g3, ref g4, ref g5, ref h0, ref h1, ref h2, ref h3, ref h4, ref h5);

        Finish<S, V, R>(cells.Target, row, lanes0, cells.Scale, cells.Rate, g0, g1, g2, g3, g4, g5);
        if (C.Value > 1) Finish<S, V, R>(cells.Target + S.Count, row, lanes1, cells.Scale, cells.Rate, h0, h1, h2, h3, h4, h5);
    }

    /// <summary>The samples of a tile.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static void AddUp<S, V, C, R>(
        float* delta, float* a, nint lanes, nint samples,
        ref V g0, ref V g1, ref V g2, ref V g3, ref V g4, ref V g5, ref V h0, ref V h1, ref V h2, ref V h3, ref V h4, ref V h5)
        where S : struct, ISimd<V>
        where V : struct
        where C : struct, IConst
        where R : struct, IConst
    {
        float* a1 = a + lanes, a2 = a1 + lanes, a3 = a2 + lanes, a4 = a3 + lanes, a5 = a4 + lanes;
        for (nint s = 0; s < samples; s++, delta += C.Value * S.Count)
            TileProduct.Turn<S, V, C, R>(delta, a + s, a1 + s, a2 + s, a3 + s, a4 + s, a5 + s, ref g0, ref g1, ref g2, ref g3, ref g4, ref g5, ref h0, ref h1, ref h2, ref h3, ref h4, ref h5);
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static void Load<S, V, R>(float* from, nint row, int lanes, ref V g0, ref V g1, ref V g2, ref V g3, ref V g4, ref V g5)
        where S : struct, ISimd<V>
        where V : struct
        where R : struct, IConst
    {
        V mask = S.First(lanes);
        g0 = S.LoadFirst(from, mask);
        if (R.Value > 1) g1 = S.LoadFirst(from + row, mask);
        if (R.Value > 2) g2 = S.LoadFirst(from + 2 * row, mask);
        if (R.Value > 3) g3 = S.LoadFirst(from + 3 * row, mask);
        if (R.Value > 4) g4 = S.LoadFirst(from + 4 * row, mask);
        if (R.Value > 5) g5 = S.LoadFirst(from + 5 * row, mask);
    }

    /// <summary>What becomes of the sums: their part of the gradient, or of the parameters.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static void Finish<S, V, R>(float* target, nint row, int lanes, float scale, float rate, V g0, V g1, V g2, V g3, V g4, V g5)
        where S : struct, ISimd<V>
        where V : struct
        where R : struct, IConst
    {
        V s = S.Broadcast(scale);
        g0 = S.Multiply(g0, s);
        if (R.Value > 1) g1 = S.Multiply(g1, s);
        if (R.Value > 2) g2 = S.Multiply(g2, s);
        if (R.Value > 3) g3 = S.Multiply(g3, s);
        if (R.Value > 4) g4 = S.Multiply(g4, s);
        if (R.Value > 5) g5 = S.Multiply(g5, s);
        if (lanes < S.Count)
        {
            FinishRest<S, V, R>(target, row, lanes, rate, g0, g1, g2, g3, g4, g5);
            return;
        }

        if (rate != 0)
        {
            V r = S.Broadcast(rate);
            g0 = S.MultiplyAdd(r, g0, S.Load(target));
            if (R.Value > 1) g1 = S.MultiplyAdd(r, g1, S.Load(target + row));
            if (R.Value > 2) g2 = S.MultiplyAdd(r, g2, S.Load(target + 2 * row));
            if (R.Value > 3) g3 = S.MultiplyAdd(r, g3, S.Load(target + 3 * row));
            if (R.Value > 4) g4 = S.MultiplyAdd(r, g4, S.Load(target + 4 * row));
            if (R.Value > 5) g5 = S.MultiplyAdd(r, g5, S.Load(target + 5 * row));
        }

        S.Store(g0, target);
        if (R.Value > 1) S.Store(g1, target + row);
        if (R.Value > 2) S.Store(g2, target + 2 * row);
        if (R.Value > 3) S.Store(g3, target + 3 * row);
        if (R.Value > 4) S.Store(g4, target + 4 * row);
        if (R.Value > 5) S.Store(g5, target + 5 * row);
    }

    /// <summary>The same for a vector that the layer's outputs do not fill; out of line, for it is long.</summary>
    [MethodImpl(MethodImplOptions.NoInlining | MethodImplOptions.AggressiveOptimization)]
    private static void FinishRest<S, V, R>(float* target, nint row, int lanes, float rate, V g0, V g1, V g2, V g3, V g4, V g5)
        where S : struct, ISimd<V>
        where V : struct
        where R : struct, IConst
    {
        if (rate != 0)
        {
            V r = S.Broadcast(rate), mask = S.First(lanes);
            g0 = S.MultiplyAdd(r, g0, S.LoadFirst(target, mask));
            if (R.Value > 1) g1 = S.MultiplyAdd(r, g1, S.LoadFirst(target + row, mask));
            if (R.Value > 2) g2 = S.MultiplyAdd(r, g2, S.LoadFirst(target + 2 * row, mask));
            if (R.Value > 3) g3 = S.MultiplyAdd(r, g3, S.LoadFirst(target + 3 * row, mask));
            if (R.Value > 4) g4 = S.MultiplyAdd(r, g4, S.LoadFirst(target + 4 * row, mask));
            if (R.Value > 5) g5 = S.MultiplyAdd(r, g5, S.LoadFirst(target + 5 * row, mask));
        }

        S.StoreFirst(g0, target, lanes);
        if (R.Value > 1) S.StoreFirst(g1, target + row, lanes);
        if (R.Value > 2) S.StoreFirst(g2, target + 2 * row, lanes);
        if (R.Value > 3) S.StoreFirst(g3, target + 3 * row, lanes);
        if (R.Value > 4) S.StoreFirst(g4, target + 4 * row, lanes);
        if (R.Value > 5) S.StoreFirst(g5, target + 5 * row, lanes);
    }

    /// <summary>Some rows of a gradient, and the outputs of a panel.</summary>
    /// <param name="panel">δ of these outputs.</param>
    /// <param name="row">The first row's place among all inputs of a tile.</param>
    /// <param name="sum">What the sums start from, or null.</param>
    /// <param name="target">Where they go.</param>
    /// <param name="stride">From row to row of both.</param>
    /// <param name="lanes">Outputs left in the layer.</param>
    /// <param name="scale">Of <see cref="Run"/>; here, because in registers it would take them from the sums.</param>
    /// <param name="rate">The same.</param>
    private readonly struct Cells(float* panel, int row, float* sum, float* target, int stride, int lanes, float scale, float rate)
    {
        internal readonly float* Panel = panel, Sum = sum, Target = target;
        internal readonly int Row = row, Stride = stride, Lanes = lanes;
        internal readonly float Scale = scale, Rate = rate;
    }
}
