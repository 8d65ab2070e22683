using FastNN.Batch;
using FastNN.Contract;
using FastNN.Plumbing;
using FastNN.Simd;
using FastNN.Tuning;
using TuningMachine = FastNN.Tuning.Machine;

namespace FastNN.Bench.Routing;

/// <summary>The routes of one layer in words. Every decision is asked from the library; here are only the words.</summary>
/// <param name="lanes">Of the variant's vectors.</param>
/// <param name="machine">Its caches, and what is forced.</param>
internal sealed class LayerWords(int lanes, TuningMachine machine)
{
    /// <summary>One sample forward.</summary>
    internal string Sample(in LayerShape layer)
    {
        int width = Routes.TakesFourLanes(layer.Outputs) ? 4 : Routes.TakesEightLanes(layer.Outputs, lanes) ? 8 : lanes;
        string narrower = width < lanes ? $", in {width} lanes" : "";
        if (SumOrder.IsNarrow(layer.Inputs, layer.Outputs)) return $"one sample: narrow, four chains{narrower}";

        return Routes.Streams(layer.Inputs, layer.Outputs, width, in machine)
            ? "one sample: streams six rows"
            : $"one sample: panels of up to eight vectors{narrower}";
    }

    /// <summary>One sample back.</summary>
    internal string SampleBack(in LayerShape layer)
    {
        if (Routes.BackInOneVector(layer.Outputs, lanes)) return "one sample: outputs in one vector, four rows at a time";

        return Routes.BackByOneRow(layer.Outputs, in machine) ? "one sample: one row at a time" : "one sample: four rows at a time";
    }

    /// <summary>Samples in rows, as the user has them.</summary>
    internal string Rows(in LayerShape layer, int samples)
    {
        if (!Routes.RowsTogether(layer.Inputs, layer.Outputs, samples, in machine)) return $"rows, one by one; {Sample(in layer)}";

        RowBlocks blocks = Routes.RowBlocksFor(layer.Inputs, layer.Outputs, samples, RowCount.Most, lanes, in machine);
        string weights = blocks.Depth > 0 ? $"panel copied, {Pass(layer.Inputs, blocks.Depth, "inputs")}" : "weights where they are";
        return $"rows, all samples together, {weights}{(blocks.Fetches ? ", the next panel is fetched" : "")}";
    }

    /// <summary>Samples in the lanes of tiles, forward.</summary>
    internal string Tiles(in LayerShape layer, int tiles, int samples, int tileLanes)
    {
        int vectors = tileLanes > lanes ? 2 : 1, width = tileLanes / vectors;
        string how = Describe(tiles, samples, tileLanes);
        if (SumOrder.IsNarrow(layer.Inputs, layer.Outputs))
        {
            int together = Routes.OutputsTogether(vectors, RegistersOf(width)), depth = Routes.PairsDepth(in machine);
            return Routes.ChainsInPairs(layer.Inputs, layer.Outputs, together, in machine)
                ? $"{how}, narrow: four chains in pairs, {Math.Min(depth, layer.Inputs)} inputs a pass"
                : $"{how}, narrow: four chains together";
        }

        TileBlocks blocks = Routes.TileBlocksFor(layer.Outputs, width, tiles, in machine);
        return $"{how}, {(blocks.Copies ? "weights copied, " : "")}{Pass(layer.Inputs, blocks.Depth, "terms")}";
    }

    /// <summary>Deltas in the lanes of tiles, back to the layer before.</summary>
    internal string TilesBack(in LayerShape layer, int tiles, int samples, int tileLanes)
    {
        int width = tileLanes > lanes ? lanes : tileLanes;
        return $"{Describe(tiles, samples, tileLanes)}, {Pass(layer.Outputs, Routes.TileBackDepth(width, in machine), "terms")}";
    }

    /// <summary>The gradient over a chunk.</summary>
    internal string Gradient(in LayerShape layer, int samples) =>
        $"{samples} samples at once, inputs from {(layer.InputsInRows ? "the user's rows" : "tiles")}"
        + (Routes.GradientFetches(layer.ParametersEnd - layer.Weights, samples, in machine) ? ", the next block is fetched" : "");

    private static string Describe(int tiles, int samples, int tileLanes) =>
        (tiles == 1 ? $"a tile of {samples} samples" : $"tiles of {samples} samples, {tiles} together")
        + (samples < tileLanes ? $" in {tileLanes} lanes" : "");

    /// <summary>Passes are about equal.</summary>
    private static string Pass(int terms, int depth, string what) => $"{Parts.Of(terms, Parts.Of(terms, depth))} {what} a pass";

    private static int RegistersOf(int width) => width switch
    {
        16 => Simd512.Registers,
        8 => Simd256.Registers,
        _ => Simd128.Registers,
    };
}
