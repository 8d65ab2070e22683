using FastNN.Contract;
using FastNN.Tuning;
using Xunit;
using TuningMachine = FastNN.Tuning.Machine;

namespace FastNN.Tests.Tuning;

/// <summary>
/// The decisions of <see cref="Routes"/> as a table. They are pure functions, so no processor is asked: L1 and L2 are given in KiB.
/// </summary>
public class RoutesTests
{
    [Theory]
    [InlineData(784, 128, 16, 32, false)] // eight vectors: registers hold all outputs
    [InlineData(784, 128, 8, 32, true)]
    [InlineData(63, 129, 16, 32, false)]
    [InlineData(64, 129, 16, 32, true)] // 8,256 floats, more than 32 KiB
    [InlineData(64, 129, 16, 48, false)]
    [InlineData(1024, 1024, 16, 48, true)]
    public void One_sample_streams_through_a_wide_layer_beyond_L1(int inputs, int outputs, int lanes, int l1, bool streams) =>
        Assert.Equal(streams, Routes.Streams(inputs, outputs, lanes, Of(l1, 1024)));

    [Theory]
    [InlineData(1007, false)]
    [InlineData(1008, true)]
    [InlineData(1024, true)]
    [InlineData(1040, true)]
    [InlineData(1041, false)]
    [InlineData(128, false)]
    [InlineData(2048, true)]
    [InlineData(4096, true)]
    public void One_sample_goes_back_row_by_row_where_rows_alias(int outputs, bool byOneRow) =>
        Assert.Equal(byOneRow, Routes.BackByOneRow(outputs, Of(32, 1024)));

    [Theory]
    [InlineData(784, 128, 1, 1024, false)]
    [InlineData(784, 128, 2, 1024, true)]
    [InlineData(784, 32, 64, 1024, false)] // narrow
    [InlineData(7, 33, 64, 1024, false)] // few inputs
    [InlineData(784, 512, 2, 2048, true)]
    [InlineData(784, 512, 2, 1024, false)]
    [InlineData(784, 512, 3, 1024, true)]
    [InlineData(784, 512, 5, 512, false)]
    [InlineData(784, 512, 6, 512, true)]
    [InlineData(784, 512, 7, 256, false)]
    [InlineData(784, 512, 8, 256, true)]
    [InlineData(1024, 1024, 7, 1024, false)]
    [InlineData(1024, 1024, 8, 1024, true)]
    [InlineData(4096, 4096, 7, 2048, false)]
    [InlineData(4096, 4096, 8, 2048, true)]
    public void Rows_go_together_the_later_the_more_W_exceeds_L2(int inputs, int outputs, int samples, int l2, bool together) =>
        Assert.Equal(together, Routes.RowsTogether(inputs, outputs, samples, Of(32, l2)));

    [Theory]
    [InlineData(784, 128, 512, true)]
    [InlineData(784, 128, 256, false)] // W exceeds L2
    [InlineData(784, 100, 512, false)] // ragged
    [InlineData(128, 128, 512, false)] // not more inputs than outputs
    [InlineData(784, 32, 512, false)] // narrow
    [InlineData(1024, 512, 1024, false)]
    [InlineData(1024, 512, 2048, true)]
    public void The_first_layer_runs_in_rows_where_tiles_would_cost_more(int inputs, int outputs, int l2, bool inRows) =>
        Assert.Equal(inRows, Routes.FirstLayerInRows(inputs, outputs, Of(32, l2)));

    [Theory]
    [InlineData(128, 128, 16, 4, 128, 1024, true)]
    [InlineData(128, 128, 16, 2, 64, 1024, false)]
    [InlineData(128, 128, 8, 4, 64, 1024, true)]
    [InlineData(128, 128, 4, 4, 32, 1024, false)] // vectors so narrow that a panel is half a cache line
    [InlineData(1024, 1024, 8, 4, 64, 512, true)]
    [InlineData(500, 500, 16, 4, 128, 1024, false)]
    [InlineData(1024, 1024, 16, 4, 128, 1024, true)]
    [InlineData(1024, 1024, 16, 2, 64, 256, true)]
    [InlineData(1024, 1024, 16, 1, 15, 256, false)] // too few to pay for copies
    [InlineData(100, 128, 16, 4, 128, 1024, false)]
    public void Rows_beat_tiles(int inputs, int outputs, int lanes, int tiles, int samples, int l2, bool rows) =>
        Assert.Equal(rows, Routes.RowsBetterThanTiles(inputs, outputs, lanes, tiles, samples, Of(32, l2)));

    [Theory]
    [InlineData(16, 32, 1024, 0, false)]
    [InlineData(16, 32, 512, 0, false)]
    [InlineData(16, 32, 256, 192, true)]
    [InlineData(16, 48, 256, 200, true)] // the stack holds no more
    [InlineData(8, 32, 256, 200, true)]
    [InlineData(8, 16, 256, 192, true)]
    [InlineData(16, 1, 256, 32, true)]
    public void Rows_copy_where_W_exceeds_L2(int lanes, int l1, int l2, int depth, bool fetches) =>
        Assert.Equal(new RowBlocks(depth, fetches), Routes.RowBlocksFor(784, 128, 64, 6, lanes, Of(l1, l2)));

    [Fact]
    public void Six_samples_leave_no_copy() =>
        Assert.Equal(new RowBlocks(0, true), Routes.RowBlocksFor(1024, 1024, 6, 6, 16, Of(32, 1024)));

    [Theory]
    [InlineData(1024, 16, 4, 200, false)]
    [InlineData(1024, 8, 4, 96, true)]
    [InlineData(1024, 8, 3, 64, false)]
    [InlineData(1000, 8, 4, 128, false)]
    [InlineData(768, 8, 4, 96, true)]
    [InlineData(384, 8, 4, 128, false)]
    [InlineData(1024, 4, 1, 64, false)]
    public void Tiles_copy_where_columns_fall_into_few_sets(int outputs, int lanes, int tiles, int depth, bool copies) =>
        Assert.Equal(new TileBlocks(depth, copies), Routes.TileBlocksFor(outputs, lanes, tiles, Of(32, 1024)));

    [Theory]
    [InlineData(48, 32, 2, 32, true)]
    [InlineData(47, 32, 2, 32, false)]
    [InlineData(784, 3, 2, 32, false)]
    [InlineData(784, 4, 2, 32, true)]
    [InlineData(16, 10, 2, 16, true)]
    [InlineData(15, 10, 2, 16, false)]
    [InlineData(784, 1, 2, 16, false)]
    public void Narrow_layers_take_chains_in_pairs(int inputs, int outputs, int vectors, int registers, bool pairs)
    {
        int together = Routes.OutputsTogether(vectors, registers);
        Assert.Equal(pairs, Routes.ChainsInPairs(inputs, outputs, together, Of(32, 1024)));
    }

    [Theory]
    [InlineData("784-128-10", 2, 32, 1)]
    [InlineData("784-100-10", 2, 32, 0)]
    [InlineData("1024-1024-1024", 4, 32, 2)]
    [InlineData("1024-1024-10-1024-1024", 4, 32, 1)] // stops at the narrow one
    [InlineData("500-500-128-128", 4, 32, 3)] // up to the last that gains
    public void Leading_layers_run_in_rows(string network, int tiles, int samples, int rows)
    {
        TuningMachine machine = Of(32, 1024);
        int[] widths = [.. network.Split('-').Select(int.Parse)];
        bool firstInRows = Routes.FirstLayerInRows(widths[0], widths[1], in machine);
        LayerShape[] layers = LayerShape.LayOut(widths, new bool[widths.Length - 1], firstInRows, int.MaxValue);
        Assert.Equal(rows, Routes.LeadingRows(layers, [], lanes: 16, tiles, samples, in machine));
        Assert.Equal(layers.Length, Routes.LeadingRowsOfStep(layers, lanes: 16, tiles: 1, samples: 15, fewest: 16, in machine));
    }

    [Theory]
    [InlineData(67, 32, 2, 32)]
    [InlineData(32, 32, 1, 32)]
    [InlineData(31, 32, 1, 16)]
    [InlineData(16, 32, 1, 16)]
    [InlineData(3, 32, 1, 3)]
    [InlineData(1, 1, 1, 1)]
    public void A_rest_takes_one_vector_if_it_fills_it(int left, int tile, int tiles, int samples)
    {
        Assert.Equal(tiles, Routes.NextTiles(left, tile, out int each));
        Assert.Equal(samples, each);
    }

    [Theory]
    [InlineData(17, 32, 14)]
    [InlineData(5, 32, 5)]
    [InlineData(9, 16, 7)]
    [InlineData(4, 8, 3)]
    [InlineData(1, 1, 1)]
    public void Derivatives_take_nearly_full_vectors(int forward, int tile, int fewest)
    {
        Assert.Equal(fewest, Routes.FewestForDerivatives(forward, tile));
        for (int samples = 1; samples <= 3 * tile; samples++)
        {
            int inTiles = Routes.DerivativesInTiles(samples, tile, fewest), left = samples - inTiles;
            Assert.InRange(left, 0, fewest - 1);
            Assert.True(left == 0 || 2 * inTiles % tile == 0, $"{inTiles} of {samples} in tiles of {tile}");
        }
    }

    [Theory]
    [InlineData(784, 128, 32)] // 32 rows of 128 are half of L1
    [InlineData(300, 67, 64)] // five parts
    [InlineData(17, 5000, 16)]
    [InlineData(3, 7, 16)]
    public void Rows_that_samples_share_fill_half_of_L1(int inputs, int outputs, int rows) =>
        Assert.Equal(rows, Routes.BackwardRows(inputs, outputs, Of(32, 1024)));

    [Theory]
    [InlineData(8192, 3, 2, 2)]
    [InlineData(8193, 8, 1, 1)]
    [InlineData(784, 8, 1, 4)]
    [InlineData(784, 8, 4, 2)]
    public void Tiles_are_shared_among_threads(int widest, int tiles, int threads, int share) =>
        Assert.Equal(share, Routes.ShareOfTiles(Routes.TilesTogether(widest), tiles, threads));

    [Theory]
    [InlineData("64-32", 32, 5)]
    [InlineData("683-3", 32, 16)]
    [InlineData("683-3", 1, 1)]
    [InlineData("64-256-256-8", 32, 17)] // no lane stays empty in rows
    [InlineData("64-250-256-8", 32, 16)]
    [InlineData("784-128-10", 32, 16)] // the first layer is in rows in any case
    public void A_tile_pays_from_some_samples_on(string network, int tile, int fewest)
    {
        int[] widths = [.. network.Split('-').Select(int.Parse)];
        bool inRows = Routes.FirstLayerInRows(widths[0], widths[1], Of(32, 1024));
        LayerShape[] layers = LayerShape.LayOut(widths, new bool[widths.Length - 1], inRows, int.MaxValue);
        Assert.Equal(fewest, Routes.FewestForTile(layers, tile));
    }

    [Theory]
    [InlineData(784, 128, 16, 32, true)]
    [InlineData(784, 128, 8, 32, true)]
    [InlineData(784, 128, 4, 32, false)] // a panel would be half a cache line
    [InlineData(784, 128, 0, 32, false)] // scalar
    [InlineData(784, 128, 16, 512, false)] // W fits L1
    [InlineData(784, 100, 16, 32, false)] // ragged
    [InlineData(784, 250, 16, 32, false)]
    [InlineData(784, 300, 16, 32, true)]
    [InlineData(7, 4096, 16, 32, false)]
    [InlineData(784, 32, 16, 32, false)] // narrow
    public void Large_layers_are_packed(int inputs, int outputs, int lanes, int l1, bool packs) =>
        Assert.Equal(packs, Routes.Packs(inputs, outputs, lanes, Of(l1, 1024)));

    [Fact]
    public void Forced_routes_pack_nothing() =>
        Assert.False(Routes.Packs(784, 128, 16, Of(32, 1024) with { Forced = ForcedRoute.Parse("tiles") }));

    [Theory]
    [InlineData("64-4096-4096-8", 32, 2)]
    [InlineData("16-64-4096-4096", 32, 3)] // the first layer is not packed, but those after it gain
    [InlineData("200-300-200", 32, 0)] // all fit L2
    [InlineData("200-300-200", 16, 1)] // half a tile: the layer that is packed
    [InlineData("4096-8-4096", 32, 0)] // a narrow layer needs tiles
    public void Packed_layers_lead_in_rows(string network, int samples, int count)
    {
        TuningMachine machine = Of(32, 1024);
        int[] widths = [.. network.Split('-').Select(int.Parse)];
        LayerShape[] layers = LayerShape.LayOut(widths, new bool[widths.Length - 1], firstInRows: false, int.MaxValue);
        int[] packedAt = [.. layers.Select(layer => Routes.Packs(layer.Inputs, layer.Outputs, 16, in machine) ? 0 : -1)];
        Assert.Equal(count, Routes.LeadingRows(layers, packedAt, lanes: 16, tiles: 1, samples, in machine));
    }

    [Theory]
    [InlineData(16, 49, 32, 128)]
    [InlineData(8, 49, 32, 256)]
    [InlineData(8, 49, 48, 384)]
    [InlineData(16, 48, 32, 4096)] // a few samples: a panel stays in L2
    [InlineData(16, 49, 4, 64)]
    public void Packed_panels_fit_a_cache(int lanes, int samples, int l1, int depth) =>
        Assert.Equal(depth, Routes.PackedDepth(lanes, samples, Of(l1, 1024)));

    [Theory]
    [InlineData(512, 512, 32, 1024, false)]
    [InlineData(512, 512, 31, 1024, true)]
    [InlineData(512, 513, 32, 1024, true)]
    public void Packed_layers_take_tiles_in_rows_beyond_L2(int inputs, int outputs, int samples, int l2, bool rows) =>
        Assert.Equal(rows, Routes.PackedBeatsTiles(inputs, outputs, samples, tile: 32, Of(32, l2)));

    [Theory]
    [InlineData(8193, 9, 32, true)]
    [InlineData(8193, 8, 32, false)] // too few samples to fetch meanwhile
    [InlineData(8192, 9, 32, false)] // the layer fits L1
    [InlineData(8193, 9, 48, false)]
    public void A_gradient_fetches_beyond_L1(int parameters, int samples, int l1, bool fetches) =>
        Assert.Equal(fetches, Routes.GradientFetches(parameters, samples, Of(l1, 1024)));

    [Theory]
    [InlineData(1024, 48, 2048, 5)]
    [InlineData(1024, 24, 2048, 10)]
    [InlineData(10, 48, 2048, 546)]
    [InlineData(1024, 48, 128, 1)] // never none
    public void Panels_of_a_group_fit_half_of_L2(int rows, int width, int l2, int panels) =>
        Assert.Equal(panels, Routes.GramPanels(rows, width, Of(32, l2)));

    [Theory]
    [InlineData("rows", 64, true)]
    [InlineData("single", 64, false)]
    [InlineData("rows", 1, false)]
    public void A_forced_route_beats_the_shape(string names, int samples, bool together) =>
        Assert.Equal(together, Routes.RowsTogether(1024, 1024, samples, Of(32, 1024) with { Forced = ForcedRoute.Parse(names) }));

    [Fact]
    public void Rows_cannot_be_forced_on_a_narrow_layer() =>
        Assert.False(Routes.RowsTogether(784, 32, 64, Of(32, 1024) with { Forced = ForcedRoute.Parse("rows") }));

    [Fact]
    public void A_forced_depth_counts_in_every_kernel()
    {
        TuningMachine machine = Of(32, 256) with { Forced = ForcedRoute.Parse("depth=50") };
        Assert.Equal(50, Routes.RowBlocksFor(784, 128, 64, 6, 16, in machine).Depth);
        Assert.Equal(50, Routes.TileBlocksFor(1000, 16, 4, in machine).Depth);
        Assert.Equal(50, Routes.TileBackDepth(16, in machine));
        Assert.Equal(52, Routes.PairsDepth(in machine)); // whole fours
    }

    private static TuningMachine Of(int l1, int l2) => TuningMachine.Of(l1 * 1024, l2 * 1024);
}
