using System.Runtime.CompilerServices;
using FastNN.Contract;
using Choice = FastNN.Tuning.ForcedRoute.Choice;

namespace FastNN.Tuning;

/// <summary>
/// Which kernel takes a layer, and with what block sizes. Each method is a pure function of the layer's shape, the batch, the lanes of a vector and the
/// <see cref="Machine"/>. Speed alone depends on them, never a bit. <c>bench -- --routes 784-128-10 64</c> prints them in words. With
/// <c>--force NAME</c> it times another route beside the chosen one: each figure below names its command.
/// </summary>
internal static partial class Routes
{
    /// <summary>The most terms of a sum in a pass; the kernels have room for copies of so many rows.</summary>
    internal const int MostDepth = 200;

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
    /// Whether one sample streams through W: six whole rows at a time, the sums in memory. Otherwise eight vectors of outputs stay in registers, and W
    /// goes by one row at a time. In a wide layer beyond L1 such a panel jumps from row to row and gets 60 to 80 % of the bandwidth; the stream reads
    /// six rows end to end and gets 86 to 98 % (<c>--routes 1024-1024 1 --force panels</c>).
    /// </summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    internal static bool Streams(int inputs, int outputs, int lanes, in Machine machine)
    {
        if (outputs <= 8 * lanes) return false;

        return machine.Forced.Between(Choice.Stream, Choice.Panels) ?? (long)inputs * outputs > machine.Caches.L1;
    }

    /// <summary>
    /// Whether one sample goes back row by row instead of four rows at a time. By fours, 1024-1024 takes 1.75 times as long without a delta and 1.4 times
    /// with one, and from 1008 to 1040 outputs up to 1.9 times (<c>--routes 1024-1024 1 --force fours</c>). Elsewhere four rows are as fast or faster.
    /// </summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    internal static bool BackByOneRow(int outputs, in Machine machine) => machine.Forced.Between(Choice.Ones, Choice.Fours) ?? Pages.Alias(outputs);

    /// <summary>
    /// Whether a layer takes some samples in rows together. One by one, W is read from end to end for each sample, but so that the processor foresees it.
    /// The more W exceeds L2, the more samples it takes: 784-512 from 3 on (6 in 0.42 of the time, <c>--routes 784-512 6 --force single</c>), 1024-1024
    /// and larger ones from 8 on (10 of 4096-4096 in 0.35, <c>--routes 4096-4096 10 --force single</c>).
    /// </summary>
    internal static bool RowsTogether(int inputs, int outputs, int samples, in Machine machine)
    {
        if (SumOrder.IsNarrow(inputs, outputs) || samples < 2) return false;
        if (machine.Forced.Between(Choice.Rows, Choice.Single) is { } forced) return forced;

        long weights = (long)inputs * outputs, halfOfL2 = machine.Caches.L2 / 2;
        return inputs >= 8 && (weights <= machine.Caches.L2 || samples >= Math.Min(8, weights / halfOfL2));
    }

    /// <summary>
    /// Whether the first layer of a network takes the samples of any batch in rows: where more inputs than outputs would be turned into tiles, and no lane
    /// stays empty. 784-128 reaches 97 % of the peak, in tiles 93 % (<c>--routes 784-128 64 --force tiles</c>); 2048-64 97 and 80 %
    /// (<c>--routes 2048-64 64 --force tiles</c>). But 784-100 reaches 91 % in tiles, 85 % in rows (<c>--routes 784-100 64 --force rows</c>).
    /// </summary>
    internal static bool FirstLayerInRows(int inputs, int outputs, in Machine machine)
    {
        if (machine.Forced.Has(Choice.Tiles)) return false;
        if (machine.Forced.Has(Choice.Rows)) return RowsTogether(inputs, outputs, samples: 2, in machine);

        return inputs > outputs && outputs % MostLanes == 0 && (long)inputs * outputs <= machine.Caches.L2
            && RowsTogether(inputs, outputs, samples: 2, in machine);
    }

    /// <summary>
    /// Whether any layer takes tiles better in rows, at 512 bits: where W exceeds L2 and the samples pay for the copies of it, or where more than two tiles
    /// would take turns at columns of W that lie in few sets of L1. 128 samples of 128-128 reach 93 % of the peak, in tiles 67 %
    /// (<c>--routes 128-128 128 --force tiles</c>); of 1024-1024 91 and 58 %; of 1000-1000 91 and 86 %. But 500-500 reaches 90 % in tiles, 83 % in rows.
    /// Narrower vectors give tiles the time to fetch their weights.
    /// </summary>
    internal static bool RowsBetterThanTiles(int inputs, int outputs, int lanes, int tiles, int samples, in Machine machine)
    {
        if (machine.Forced.Has(Choice.Tiles)) return false;

        bool suits = RowsTogether(inputs, outputs, samples, in machine);
        if (machine.Forced.Has(Choice.Rows)) return suits;

        const int sharedSets = 128; // rows of W whole multiples of so many floats apart fall into an eighth of the sets of L1, or less
        long weights = (long)inputs * outputs;
        bool better = weights > machine.Caches.L2 ? samples >= weights / machine.Caches.L2 : tiles > 2 && outputs % sharedSets == 0;
        return better && lanes >= MostLanes && inputs >= 128 && suits;
    }

    /// <summary>
    /// How many leading layers take tiles in rows: up to the last that gains, stopping at the first narrow one, whose sums need tiles.
    /// </summary>
    internal static int LeadingRows(ReadOnlySpan<LayerShape> layers, int lanes, int tiles, int samples, in Machine machine)
    {
        int count = layers[0].InputsInRows ? 1 : 0, all = tiles * samples;
        for (int l = count; l < layers.Length && RowsTogether(layers[l].Inputs, layers[l].Outputs, all, in machine); l++)
        {
            if (RowsBetterThanTiles(layers[l].Inputs, layers[l].Outputs, lanes, tiles, all, in machine)) count = l + 1;
        }

        return count;
    }

    /// <summary>How many leading layers of a training step take tiles in rows: all, if the samples are too few for a tile.</summary>
    /// <param name="layers">Of the network.</param>
    /// <param name="lanes">Of a vector.</param>
    /// <param name="tiles">That go together.</param>
    /// <param name="samples">In each of them.</param>
    /// <param name="fewest">From how many on a tile pays.</param>
    /// <param name="machine">Where.</param>
    internal static int LeadingRowsOfStep(
        ReadOnlySpan<LayerShape> layers, int lanes, int tiles, int samples, int fewest, in Machine machine) =>
        samples < fewest ? layers.Length : LeadingRows(layers, lanes, tiles, samples, in machine);

    /// <summary>
    /// Tiles that go through the layers together: four. They read weights beyond L2 once, and wait less for σ where layers are narrow: 17-33-9-5 forward
    /// takes 0.95 of the time at 256 bits, 0.98 at 512. One where the activations of four would not stay in the cache.
    /// </summary>
    internal static int TilesTogether(int widest) => widest > 8 * 1024 ? 1 : 4;

    /// <summary>No more of them than leave each of some threads its share of the tiles.</summary>
    internal static int ShareOfTiles(int together, int tiles, int threads) => Math.Min(together, (tiles - 1) / threads + 1);

    /// <summary>
    /// Which of the samples that are left of a batch go forward next: all full tiles together, or a rest. A rest takes one vector if it
    /// fills it, and no more lanes than it needs otherwise.
    /// </summary>
    /// <returns>The tiles.</returns>
    internal static int NextTiles(int left, int tile, out int samples)
    {
        samples = Math.Min(left, tile);
        if (samples < tile && samples > tile / 2) samples = tile / 2;
        return Math.Max(1, left / tile);
    }

    /// <summary>The samples from which on a tile pays. Fewer are taken in rows, by all layers and not by the first ones alone.</summary>
    /// <param name="weights">Of the whole network.</param>
    /// <param name="tile">Samples in a full tile.</param>
    internal static int FewestForTile(long weights, int tile)
    {
        const int smallNetwork = 2048;
        return tile == 1 ? 1 : weights <= smallNetwork ? 5 : tile / 2;
    }

    /// <summary>Whether a gradient fetches what its next block changes: where the layer exceeds L1.</summary>
    internal static bool GradientFetches(int parameters, in Machine machine) => parameters > machine.Caches.L1;
}
