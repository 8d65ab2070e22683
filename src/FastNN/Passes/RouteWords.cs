using FastNN.Contract;
using FastNN.Tuning;

namespace FastNN.Passes;

/// <summary>The routes of a network's layers in a word or two, for people.</summary>
internal static class RouteWords
{
    private const string Tiny = "four lanes";

    /// <summary>How one sample takes a layer.</summary>
    internal static string OfSample(NetworkPlan plan, int layer)
    {
        ref readonly LayerShape shape = ref plan.Shapes[layer];
        int lanes = plan.Tile / 2;
        if (plan.Tile == 1) return "loops";
        if (plan.Forward.IsTiny) return Tiny;
        if (SumOrder.IsNarrow(shape.Inputs, shape.Outputs)) return "four chains";

        int width = Routes.TakesFourLanes(shape.Outputs) ? 4 : Routes.TakesEightLanes(shape.Outputs, lanes) ? 8 : lanes;
        return Routes.Streams(shape.Inputs, shape.Outputs, width, Machine.Here) ? "stream" : "panels";
    }

    /// <summary>How a batch takes a layer on one thread. The batch is a multiple of all tiles.</summary>
    internal static string OfBatch(NetworkPlan plan, int layer, int batch)
    {
        if (plan.Tile == 1) return "loops";
        if (plan.Forward.IsTiny) return "tiles, " + Tiny;

        int together = Math.Min(batch, ForwardBatch.SamplesTogether(plan.Forward, batch, threads: 1));
        int tiles = Routes.NextTiles(together, plan.Tile, out int samples);
        if (layer < Routes.LeadingRows(plan.Shapes, [], plan.Tile / 2, tiles, samples, Machine.Here)) return "rows";

        ref readonly LayerShape shape = ref plan.Shapes[layer];
        return SumOrder.IsNarrow(shape.Inputs, shape.Outputs) ? "tiles, four chains" : "tiles";
    }
}
