using System.Runtime.CompilerServices;
using FastNN.Contract;
using FastNN.Plumbing;
using Choice = FastNN.Tuning.ForcedRoute.Choice;

namespace FastNN.Tuning;

/// <summary>
/// Which kernel takes a layer, and with what block sizes. Each method is a pure function of the layer's shape, the batch, the lanes of a
/// vector and the <see cref="Machine"/>. Only speed depends on them, never a bit. <c>bench -- --routes 784-128-10 64</c> prints them in
/// words. With <c>--force NAME</c> it times another route beside the chosen one. Figures below name their command if there is one.
/// Those of a Zen 5 were measured for this code. The others are older, and not yet measured again.
/// </summary>
internal static partial class Routes
{
    /// <summary>The most terms of a sum in a pass over weights that are not packed. The stack holds copies of so many rows.</summary>
    internal const int MostDepth = 200;

    /// <summary>
    /// With fewer inputs a layer is not taken in rows. A first layer in rows must have more than one: the gradient relies on that.
    /// </summary>
    private const int FewestInputsForRows = 8;

    /// <summary>Lanes of the widest vectors.</summary>
    private const int MostLanes = 16;

    /// <summary>Whether one sample takes a layer in vectors of four lanes, because these hold all outputs.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    internal static bool TakesFourLanes(int outputs) => outputs <= 4;

    /// <summary>The same for vectors of eight lanes, where there are wider ones.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    internal static bool TakesEightLanes(int outputs, int lanes) => lanes > 8 && outputs <= 8;

    /// <summary>Whether one sample goes back without a loop over the outputs, because one vector holds them.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    internal static bool BackInOneVector(int outputs, int lanes) => outputs <= lanes;

    /// <summary>
    /// Whether one sample streams through W: it takes six whole rows together, with the sums in memory. Otherwise eight vectors of outputs
    /// stay in registers, and one row of W after the other goes by. In a wide layer beyond L1 such a panel jumps from row to row. The
    /// stream reads six rows end to end. On a Zen 5, panels take 1.2 times as long (<c>--routes 1024-1024 1 --force panels</c>).
    /// </summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    internal static bool Streams(int inputs, int outputs, int lanes, in Machine machine)
    {
        if (outputs <= 8 * lanes) return false;

        return machine.Forced.Between(Choice.Stream, Choice.Panels) ?? (long)inputs * outputs > machine.Caches.L1;
    }

    /// <summary>
    /// Whether one sample goes backward row by row instead of four rows together. With four rows, 1024-1024 takes 1.75 times as long
    /// without a delta and 1.4 times with one. From 1008 to 1040 outputs it takes up to 1.9 times as long
    /// (<c>--routes 1024-1024 1 --force fours</c>). For other widths four rows are as fast or faster. On a Zen 5 that other programs used
    /// too, a step of 1024-1024 with four rows took 0.9 to 1.1 times as long, so there the gain is not certain.
    /// </summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    internal static bool BackByOneRow(int outputs, in Machine machine) =>
        machine.Forced.Between(Choice.Ones, Choice.Fours) ?? Pages.Alias(outputs);

    /// <summary>
    /// Whether a layer takes some samples in rows together. One by one, W is read from end to end for each sample, but the processor
    /// foresees it. The more W exceeds L2, the more samples are needed: 784-512 gains from 3 samples on. On a Zen 5, 6 samples one by one
    /// take 3.6 times as long (<c>--routes 784-512 6 --force single</c>). 1024-1024 and larger layers gain from 8 on (10 of 4096-4096 take
    /// 0.35, <c>--routes 4096-4096 10 --force single</c>).
    /// </summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    internal static bool RowsTogether(int inputs, int outputs, int samples, in Machine machine)
    {
        if (SumOrder.IsNarrow(inputs, outputs) || samples < 2) return false;
        if (machine.Forced.Between(Choice.Rows, Choice.Single) is { } forced) return forced;

        long weights = (long)inputs * outputs, halfOfL2 = machine.Caches.L2 / 2;
        return inputs >= FewestInputsForRows && (weights <= machine.Caches.L2 || samples >= Math.Min(8, weights / halfOfL2));
    }

    /// <summary>
    /// Whether the first layer of a network takes the samples of any batch in rows. It does if it has more inputs than outputs (these
    /// inputs need not be transposed into tiles) and if no lane stays empty. On a Zen 5, 784-128 reaches 94 % of the peak, and
    /// 73 % in tiles (<c>--routes 784-128 64 --force tiles</c>). 2048-64 reaches 94 and 68 % (<c>--routes 2048-64 64 --force tiles</c>).
    /// But 784-100 reaches 75 % in tiles, and 71 % in rows (<c>--routes 784-100 64 --force rows</c>).
    /// </summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    internal static bool FirstLayerInRows(int inputs, int outputs, in Machine machine)
    {
        if (machine.Forced.Has(Choice.Tiles)) return false;
        if (machine.Forced.Has(Choice.Rows))
            return inputs >= FewestInputsForRows && RowsTogether(inputs, outputs, samples: 2, in machine);

        return inputs > outputs && outputs % MostLanes == 0 && (long)inputs * outputs <= machine.Caches.L2
            && RowsTogether(inputs, outputs, samples: 2, in machine);
    }

    /// <summary>
    /// Whether a layer is faster in rows than in tiles. There are two cases. Either W exceeds L2 and there are samples enough to pay for
    /// the copies of it. Or more than two tiles would use, one after the other, columns of W that are in few sets of L1. On a Zen 5, 128
    /// samples of 128-128 reach 91 % of the peak, and 67 % in tiles (<c>--routes 128-128 128 --force tiles</c>). Those of 1024-1024 reach
    /// 87 and 53 % (<c>--routes 1024-1024 128 --force tiles</c>). Those of 1000-1000 reach 87 and 83 %
    /// (<c>--routes 1000-1000 128 --force tiles</c>). But 500-500 reaches 88 % in tiles, and 81 % in rows
    /// (<c>--routes 500-500 128 --force rows</c>). At 256 bits, 128 samples of 1024-1024 reach 92 %, and 89 % in tiles
    /// (<c>--variant Vector256 --routes 1024-1024 128 --force tiles</c>), those of 512-512 96 and 91 %
    /// (<c>--variant Vector256 --routes 512-512 128 --force tiles</c>). At 128 bits a panel is half a cache line.
    /// </summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    internal static bool RowsBetterThanTiles(int inputs, int outputs, int lanes, int tiles, int samples, in Machine machine)
    {
        if (machine.Forced.Has(Choice.Tiles)) return false;

        bool suits = RowsTogether(inputs, outputs, samples, in machine);
        if (machine.Forced.Has(Choice.Rows)) return suits;

        const int sharedSets = 128; // if rows of W are whole multiples of this apart, they fall into an eighth of the sets of L1, or less
        long weights = (long)inputs * outputs;
        bool better = weights > machine.Caches.L2 ? samples >= weights / machine.Caches.L2 : tiles > 2 && outputs % sharedSets == 0;
        return better && lanes >= MostLanes / 2 && inputs >= 128 && suits;
    }

    /// <summary>
    /// How many leading layers run in rows: up to the last that gains. It stops at the first narrow one, because the sums of that layer
    /// need tiles.
    /// </summary>
    /// <param name="layers">Of the network.</param>
    /// <param name="packedAt">For each layer, where its packed weights are, or less than 0. Empty if nothing is packed.</param>
    /// <param name="lanes">Of a vector.</param>
    /// <param name="tiles">That go together.</param>
    /// <param name="samples">In each of them.</param>
    /// <param name="machine">Where.</param>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    internal static int LeadingRows(
        ReadOnlySpan<LayerShape> layers, ReadOnlySpan<int> packedAt, int lanes, int tiles, int samples, in Machine machine)
    {
        int count = layers[0].InputsInRows ? 1 : 0, all = tiles * samples;
        for (int l = count; l < layers.Length; l++)
        {
            int inputs = layers[l].Inputs, outputs = layers[l].Outputs;
            bool packed = !packedAt.IsEmpty && packedAt[l] >= 0;
            if (!packed && !RowsTogether(inputs, outputs, all, in machine)) break;

            bool gains = packed
                ? PackedBeatsTiles(inputs, outputs, samples, 2 * lanes, in machine)
                : RowsBetterThanTiles(inputs, outputs, lanes, tiles, all, in machine);
            if (gains) count = l + 1;
        }

        return count;
    }

    /// <summary>From how many samples on packed weights are used. Fewer take the weights as they are.</summary>
    internal const int FewestForPacked = 3;

    /// <summary>
    /// Whether a served network keeps a packed copy of a layer's weights, for batches in rows. It does if W exceeds L1, and if no vector
    /// stays partly empty or there are many. At 128 bits a panel is half a cache line. If a route is forced, nothing is packed.
    /// </summary>
    internal static bool Packs(int inputs, int outputs, int lanes, in Machine machine) =>
        lanes >= MostLanes / 2 && machine.Forced.Choices == Choice.None
        && inputs >= FewestInputsForRows && !SumOrder.IsNarrow(inputs, outputs) && (long)inputs * outputs > machine.Caches.L1
        && (outputs % MostLanes == 0 || outputs >= 16 * MostLanes);

    /// <summary>Whether a packed layer takes tiles in rows: if W exceeds L2, or if the tiles are not full.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    internal static bool PackedBeatsTiles(int inputs, int outputs, int samples, int tile, in Machine machine) =>
        samples < tile || (long)inputs * outputs > machine.Caches.L2;

    /// <summary>How many leading layers of a training step take tiles in rows: all, if the samples are too few for a tile.</summary>
    /// <param name="layers">Of the network.</param>
    /// <param name="lanes">Of a vector.</param>
    /// <param name="tiles">That go together.</param>
    /// <param name="samples">In each of them.</param>
    /// <param name="fewest">From how many on a tile pays.</param>
    /// <param name="machine">Where.</param>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    internal static int LeadingRowsOfStep(
        ReadOnlySpan<LayerShape> layers, int lanes, int tiles, int samples, int fewest, in Machine machine) =>
        samples < fewest ? layers.Length : LeadingRows(layers, [], lanes, tiles, samples, in machine);

    /// <summary>
    /// Tiles that go through the layers together: four. They read weights beyond L2 once. In narrow layers they wait less for σ. It
    /// is one tile if the activations of four would not stay in the cache.
    /// </summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    internal static int TilesTogether(int widest) => widest > 8 * 1024 ? 1 : 4;

    /// <summary>At most <paramref name="together"/> tiles, and so few that each thread gets its share.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    internal static int ShareOfTiles(int together, int tiles, int threads) => Math.Min(together, Parts.Of(tiles, threads));

    /// <summary>
    /// Which of the remaining samples of a batch go forward next: all full tiles together, or samples that do not fill a tile. These take
    /// one vector if they fill it. Otherwise they take no more lanes than they need.
    /// </summary>
    /// <returns>The tiles.</returns>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    internal static int NextTiles(int left, int tile, out int samples)
    {
        samples = Math.Min(left, tile);
        if (samples < tile && samples > tile / 2) samples = tile / 2;
        return Math.Max(1, left / tile);
    }

    /// <summary>
    /// A tile pays from this number of samples on. Fewer samples go in rows through all layers. Half a tile has one vector of samples, and
    /// six sums do not keep two pipes busy. In rows there are twelve, if no lane stays empty: 16 samples of 64-256-256-8 reach 82 % of the
    /// peak on a Zen 5, and 59 % in half a tile. But those of 100-129-7 reach 63 % in half a tile, and 56 % in rows.
    /// </summary>
    /// <param name="layers">The layers of the network.</param>
    /// <param name="tile">Samples in a full tile.</param>
    internal static int FewestForTile(ReadOnlySpan<LayerShape> layers, int tile)
    {
        const int smallNetwork = 2048;
        long weights = LayerShape.AllWeights(layers), full = 0;
        foreach (ref readonly LayerShape layer in layers)
        {
            if (layer.Outputs % MostLanes == 0 && !layer.InputsInRows) full += (long)layer.Inputs * layer.Outputs;
        }

        if (tile == 1) return 1;

        return weights <= smallNetwork ? 5 : 10 * full >= 9 * weights ? tile / 2 + 1 : tile / 2;
    }

    /// <summary>
    /// Whether a gradient fetches what its next block changes. It does if the layer exceeds L1, and if there are samples enough to fetch
    /// meanwhile: without it, a step of 784-128-10 on 4 samples takes 0.92 to 0.96 of the time on a Zen 5.
    /// </summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    internal static bool GradientFetches(int parameters, int samples, in Machine machine) => samples > 8 && parameters > machine.Caches.L1;
}
