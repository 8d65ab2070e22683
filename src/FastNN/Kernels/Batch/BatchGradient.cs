using System.Runtime.CompilerServices;
using System.Runtime.Intrinsics;
using FastNN.Contract;
using FastNN.Plumbing;
using FastNN.Simd;
using FastNN.Tuning;

namespace FastNN.Batch;

/// <summary>
/// The gradient of a layer, summed over the samples s of a chunk in ascending order, and what becomes of it:
/// <code>g_ij = Σ_s δ_i[s]·a_j[s],   g_i = Σ_s δ_i[s]·1          W [inputs, outputs]
/// g ← scale·g   or   w ← w + rate·(scale·g)</code>
/// The biases follow the weights in memory. So they are one more row of W, and its input is 1.
/// <para>
/// Six rows j by two vectors of outputs i stay in registers while all samples pass. δ is in panels [sample][two vectors], which are read
/// end to end. a is in tiles [j][sample], or in rows [sample][j], as the user has it (<see cref="LayerShape.InputsInRows"/>). One a is
/// broadcast at a time. If outputs are left that do not fill a vector, they take the narrowest vector that holds them. Meanwhile the kernel
/// fetches what the next block changes, if <see cref="Routes.GradientFetches"/> says so.
/// </para>
/// </summary>
internal static unsafe class BatchGradient
{
    /// <summary>Transposes the deltas of a tile, [outputs][lanes], into the panels that <see cref="Sum{S, V}"/> reads.</summary>
    /// <param name="delta">δ, a tile.</param>
    /// <param name="lanes">Floats in a row of the tile.</param>
    /// <param name="outputs">Rows of the tile.</param>
    /// <param name="samples">Samples in the tile.</param>
    /// <param name="panels">The panels of the layer.</param>
    /// <param name="first">The number of the tile's first sample in the chunk.</param>
    /// <param name="chunk">Samples in the chunk.</param>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    internal static void Pack<S, V>(float* delta, int lanes, int outputs, int samples, float* panels, int first, int chunk)
        where S : struct, ISimd<V>
        where V : struct
    {
        for (int i = 0; i < outputs;)
        {
            int width = PanelWidth(outputs - i, S.Count);
            Transpose.Copy<S, V>(
                delta + (nint)i * lanes, lanes, Math.Min(width, outputs - i), samples, panels + (nint)i * chunk + first * width, width);
            i += width;
        }
    }

    /// <summary>The gradient of rows from..to of a layer, summed over a chunk.</summary>
    /// <param name="chunk">The samples.</param>
    /// <param name="layer">The layer.</param>
    /// <param name="from">The first row of W. The biases are the last row.</param>
    /// <param name="to">The row after the last.</param>
    /// <param name="sum">The layer's gradient over the samples before. Null if there are none.</param>
    /// <param name="target">
    /// Receives the result: the gradient of the layer, or, if <paramref name="rate"/> is not 0, its new parameters.
    /// </param>
    /// <param name="scale">The factor of the sum.</param>
    /// <param name="rate">−learning rate, or 0 to keep the gradient.</param>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    internal static void Sum<S, V>(
        in TileChunk chunk, in LayerShape layer, int from, int to, float* sum, float* target, float scale, float rate)
        where S : struct, ISimd<V>
        where V : struct
    {
        bool fetches = Routes.GradientFetches(layer.ParametersEnd - layer.Weights, chunk.Samples, Machine.Here);
        TileChunk here = chunk; // here a pointer to it stays valid
        int outputs = layer.Outputs, weights = layer.InputsInRows ? Math.Clamp(layer.Inputs, from, to) : from;
        for (int j = from; j < to;)
        {
            bool inRows = j < weights;
            int left = (inRows ? weights : to) - j, blocks = Parts.Of(left, RowCount.Most), rows = Parts.Of(left, blocks);
            int row = layer.OnesRow - layer.Inputs + j;
            float* a = inRows ? chunk.X + j : chunk.Inputs + (nint)row * chunk.Tile;
            for (int i = 0; i < outputs;)
            {
                int rest = outputs - i, width = PanelWidth(rest, S.Count);
                nint at = j * (nint)outputs + i, next = !fetches ? 0 : i + width < outputs ? width : rows * (nint)outputs - i;
                float* panel = chunk.DeltasOf(in layer) + (nint)i * chunk.Samples;
                var cells = new Cells(
                    panel, a, inRows ? layer.Inputs : 1, row, sum == null ? null : sum + at, target + at, next, outputs,
                    Math.Min(rest, width), scale, rate);
                if (rest >= 2 * S.Count) RowCount.Call(rows, new Block<S, V, Const.Two, Const.No>(&here, &cells));
                else if (width == 2 * S.Count) RowCount.Call(rows, new Block<S, V, Const.Two, Const.Yes>(&here, &cells));
                else if (width == S.Count) RowCount.Call(rows, new Block<S, V, Const.One, Const.Yes>(&here, &cells));
                else if (width == 8) RowCount.Call(rows, new Block<Simd256, Vector256<float>, Const.One, Const.Yes>(&here, &cells));
                else RowCount.Call(rows, new Block<Simd128, Vector128<float>, Const.One, Const.Yes>(&here, &cells));
                i += width;
            }

            j += rows;
        }
    }

    /// <summary>Two vectors while more than one is left. Then the narrowest vector that holds the rest.</summary>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private static int PanelWidth(int rest, int lanes) => rest > lanes ? 2 * lanes : rest <= 4 ? 4 : rest <= 8 ? 8 : lanes;

    /// <summary>
    /// R rows by N vectors. If there is a rest, only some lanes of the last vector count. No call follows the loop. Otherwise the JIT would
    /// keep the sums in memory, from the call back into the loop.
    /// </summary>
    [MethodImpl(MethodImplOptions.NoInlining | MethodImplOptions.AggressiveOptimization)]
    private static void Sum<S, V, N, TRest, R>(in TileChunk chunk, in Cells cells)
        where S : struct, ISimd<V>
        where V : struct
        where N : struct, IConst
        where TRest : struct, IConst
        where R : struct, IConst
    {
        V g0 = default, g1 = default, g2 = default, g3 = default, g4 = default, g5 = default;
        V h0 = default, h1 = default, h2 = default, h3 = default, h4 = default, h5 = default; // the second vectors
        nint stride = cells.Stride;
        int last = cells.Lanes - (N.Value - 1) * S.Count;
        if (cells.Next != 0)
        {
            Fetch(cells.Target + cells.Next, R.Value, stride);
            if (cells.Sum != null && cells.Sum != cells.Target) Fetch(cells.Sum + cells.Next, R.Value, stride);
        }

        if (cells.Sum != null)
        {
            float* sum = cells.Sum;
            V mask = S.First(last);
            Accumulators.Load<S, V, N, TRest>(sum, mask, out g0, out h0);
            if (R.Value > 1) Accumulators.Load<S, V, N, TRest>(sum + stride, mask, out g1, out h1);
            if (R.Value > 2) Accumulators.Load<S, V, N, TRest>(sum + 2 * stride, mask, out g2, out h2);
            if (R.Value > 3) Accumulators.Load<S, V, N, TRest>(sum + 3 * stride, mask, out g3, out h3);
            if (R.Value > 4) Accumulators.Load<S, V, N, TRest>(sum + 4 * stride, mask, out g4, out h4);
            if (R.Value > 5) Accumulators.Load<S, V, N, TRest>(sum + 5 * stride, mask, out g5, out h5);
        }

        float* delta = cells.Panel, a = cells.Inputs;
        bool inRows = cells.Step != 1;
        nint step = cells.Step, row = inRows ? 1 : chunk.Tile;
        int part = inRows ? chunk.Samples : chunk.Tile;
        for (int left = chunk.Samples; left > 0; left -= part, a += (nint)chunk.Tile * chunk.TileRows)
        {
            if (left < part)
            {
                a += (nint)cells.Row * (chunk.LastTile - chunk.Tile);
                row = chunk.LastTile;
                part = left;
            }

            float* a1 = a + row, a2 = a1 + row, a3 = a2 + row, a4 = a3 + row, a5 = a4 + row, end = delta + (nint)part * N.Value * S.Count;
            nint s = 0;
            for (float* last4 = end - 4 * N.Value * S.Count; delta <= last4; delta += 4 * N.Value * S.Count, s += 4 * step)
            {
                Accumulators.AddFourTerms<S, V, N, R, Const.No>(
                    delta, a, a1, a2, a3, a4, a5, s, step,
                    ref g0, ref g1, ref g2, ref g3, ref g4, ref g5, ref h0, ref h1, ref h2, ref h3, ref h4, ref h5);
            }

            for (; delta < end; delta += N.Value * S.Count, s += step)
            {
                Accumulators.AddTerm<S, V, N, R, Const.No>(
                    delta, a, a1, a2, a3, a4, a5, s,
                    ref g0, ref g1, ref g2, ref g3, ref g4, ref g5, ref h0, ref h1, ref h2, ref h3, ref h4, ref h5);
            }
        }

        float* target = cells.Target;
        V scale = S.Broadcast(cells.Scale);
        Scale<S, V, N>(scale, ref g0, ref h0);
        if (R.Value > 1) Scale<S, V, N>(scale, ref g1, ref h1);
        if (R.Value > 2) Scale<S, V, N>(scale, ref g2, ref h2);
        if (R.Value > 3) Scale<S, V, N>(scale, ref g3, ref h3);
        if (R.Value > 4) Scale<S, V, N>(scale, ref g4, ref h4);
        if (R.Value > 5) Scale<S, V, N>(scale, ref g5, ref h5);
        if (cells.Rate != 0)
        {
            V rate = S.Broadcast(cells.Rate), mask = S.First(last);
            Update<S, V, N, TRest>(target, mask, rate, ref g0, ref h0);
            if (R.Value > 1) Update<S, V, N, TRest>(target + stride, mask, rate, ref g1, ref h1);
            if (R.Value > 2) Update<S, V, N, TRest>(target + 2 * stride, mask, rate, ref g2, ref h2);
            if (R.Value > 3) Update<S, V, N, TRest>(target + 3 * stride, mask, rate, ref g3, ref h3);
            if (R.Value > 4) Update<S, V, N, TRest>(target + 4 * stride, mask, rate, ref g4, ref h4);
            if (R.Value > 5) Update<S, V, N, TRest>(target + 5 * stride, mask, rate, ref g5, ref h5);
        }

        Accumulators.Store<S, V, N, TRest>(g0, h0, target, last);
        if (R.Value > 1) Accumulators.Store<S, V, N, TRest>(g1, h1, target + stride, last);
        if (R.Value > 2) Accumulators.Store<S, V, N, TRest>(g2, h2, target + 2 * stride, last);
        if (R.Value > 3) Accumulators.Store<S, V, N, TRest>(g3, h3, target + 3 * stride, last);
        if (R.Value > 4) Accumulators.Store<S, V, N, TRest>(g4, h4, target + 4 * stride, last);
        if (R.Value > 5) Accumulators.Store<S, V, N, TRest>(g5, h5, target + 5 * stride, last);
    }

    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private static void Fetch(float* at, int rows, nint stride)
    {
        for (; rows > 0; rows--, at += stride)
        {
            Prefetch.Line(at);
            Prefetch.Line(at + Caches.LineFloats);
        }
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static void Scale<S, V, N>(V scale, ref V g, ref V h)
        where S : struct, ISimd<V>
        where V : struct
        where N : struct, IConst
    {
        g = S.Multiply(g, scale);
        if (N.Value > 1) h = S.Multiply(h, scale);
    }

    /// <summary>The new parameters of a row, w + rate·g.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static void Update<S, V, N, TRest>(float* target, V mask, V rate, ref V g, ref V h)
        where S : struct, ISimd<V>
        where V : struct
        where N : struct, IConst
        where TRest : struct, IConst
    {
        Accumulators.Load<S, V, N, TRest>(target, mask, out V w0, out V w1);
        g = S.MultiplyAdd(rate, g, w0);
        if (N.Value > 1) h = S.MultiplyAdd(rate, h, w1);
    }

    /// <summary>Some rows of the gradient, and the outputs of one panel.</summary>
    /// <param name="panel">δ of these outputs.</param>
    /// <param name="inputs">a of the first row and sample.</param>
    /// <param name="step">Floats from sample to sample: 1 in tiles. In rows it is n_in, a larger number.</param>
    /// <param name="row">In tiles, the place of the first row among all inputs of a tile.</param>
    /// <param name="sum">What the sums start from, or null.</param>
    /// <param name="target">Receives the result.</param>
    /// <param name="next">Floats from there to where the result of the next block goes.</param>
    /// <param name="stride">Floats from row to row of sum and target.</param>
    /// <param name="lanes">The number of outputs.</param>
    /// <param name="scale">As in <see cref="Sum{S, V}"/>. It is in memory, because the sums need the registers.</param>
    /// <param name="rate">The same.</param>
    private readonly struct Cells(
        float* panel, float* inputs, int step, int row, float* sum, float* target, nint next, int stride, int lanes, float scale,
        float rate)
    {
        internal readonly float* Panel = panel, Inputs = inputs, Sum = sum, Target = target;
        internal readonly nint Next = next;
        internal readonly int Step = step, Row = row, Stride = stride, Lanes = lanes;
        internal readonly float Scale = scale, Rate = rate;
    }

    /// <summary>The arguments of <see cref="Sum{S, V, N, TRest, R}"/>.</summary>
    private readonly struct Block<S, V, N, TRest>(TileChunk* chunk, Cells* cells) : IForRows
        where S : struct, ISimd<V>
        where V : struct
        where N : struct, IConst
        where TRest : struct, IConst
    {
        [MethodImpl(MethodImplOptions.AggressiveInlining)]
        public void Call<R>()
            where R : struct, IConst => Sum<S, V, N, TRest, R>(in *chunk, in *cells);
    }
}
