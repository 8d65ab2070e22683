using FastNN.Bench.WholeNetworks;
using FastNN.Contract;
using FastNN.Dispatch;
using FastNN.Passes;
using FastNN.Plumbing;
using FastNN.Tuning;
using TuningMachine = FastNN.Tuning.Machine;

namespace FastNN.Bench.Routing;

/// <summary>The routes of all layers of a network for a batch, on one thread.</summary>
internal sealed class RouteTeller
{
    internal const string ForwardPass = "forward";
    private const string StepPass = "forward in a step", BackPass = "back", GradientPass = "gradient";
    private readonly NetworkPlan _plan;
    private readonly LayerShape[] _layers;
    private readonly LayerWords _words;
    private readonly TuningMachine _machine;
    private readonly int _batch, _lanes;

    private RouteTeller(int[] widths, NetworkKind kind, int batch, KernelSet set, TuningMachine machine)
    {
        int layers = widths.Length - 1;
        Activation[] activations = [.. Enumerable.Repeat(kind.Hidden, layers - 1), kind.Output];
        _plan = new NetworkPlan(widths, activations, set);
        bool firstInRows = Routes.FirstLayerInRows(widths[0], widths[1], in machine);
        _layers = LayerShape.LayOut(
            widths, [.. activations.Select(activation => activation.KeepsSlope)], firstInRows, AlignedBuffer.MaxLength);
        (_machine, _batch, _lanes) = (machine, batch, set.Tile / 2);
        _words = new LayerWords(_lanes, machine);
    }

    /// <summary>Every layer forward, where a step takes another route also there, and the way back.</summary>
    internal static IReadOnlyList<RouteLine> Tell(int[] widths, NetworkKind kind, int batch, KernelSet set, TuningMachine machine)
    {
        var teller = new RouteTeller(widths, kind, batch, set, machine);
        List<RouteLine> forward = [.. teller.Forward().Distinct()];
        IEnumerable<RouteLine> step = teller.Step().Distinct()
            .Where(line => line.Pass != StepPass || !forward.Contains(line with { Pass = ForwardPass }));
        return [.. forward, .. step];
    }

    private IEnumerable<RouteLine> Forward()
    {
        if (_batch == 1) return All(ForwardPass, 1, l => OneSample(l));

        List<RouteLine> lines = [];
        ForwardPasses passes = _plan.Forward;
        int tile = _plan.Kernels.Tile, item = ForwardBatch.SamplesTogether(passes, _batch, threads: 1);
        for (int first = 0; first < _batch; first += item)
        {
            for (int left = Math.Min(item, _batch - first); left > 0;)
            {
                int tiles = Routes.NextTiles(left, tile, out int samples);
                left -= tiles * samples;
                lines.AddRange(samples >= passes.FewestForTile ? ForwardTiles(tiles, samples) : ForwardFew(samples));
            }
        }

        return lines;
    }

    private IEnumerable<RouteLine> ForwardTiles(int tiles, int samples)
    {
        if (_plan.Forward.IsTiny) return All(ForwardPass, tiles * samples, l => Tiny(tiles, samples));

        int rows = Routes.LeadingRows(_layers, [], _lanes, tiles, samples, in _machine);
        return All(ForwardPass, tiles * samples, l => RowsOrTiles(l, rows, tiles, samples));
    }

    private IEnumerable<RouteLine> ForwardFew(int samples) =>
        All(ForwardPass, samples, l => _plan.Forward.IsTiny ? OneSample(l) : _words.Rows(in _layers[l], samples));

    private IEnumerable<RouteLine> Step()
    {
        if (_batch == 1)
        {
            return _plan.Forward.IsTiny
                ? All(BackPass, 1, l => OneSample(l))
                : All(BackPass, 1, l => _words.SampleBack(in _layers[l])).Reverse();
        }

        List<RouteLine> lines = [];
        int chunk = TrainingBatch.ChunkOf(_plan, threads: 1);
        for (int first = 0; first < _batch; first += chunk) lines.AddRange(StepOnChunk(Math.Min(chunk, _batch - first)));
        return lines;
    }

    private List<RouteLine> StepOnChunk(int samples)
    {
        List<RouteLine> forward = [], back = [];
        int tile = _plan.Kernels.Tile, tiles = Parts.Of(samples, tile);
        int together = Routes.ShareOfTiles(Routes.TilesTogether(_plan.Widest), tiles, threads: 1);
        for (int group = 0; group < Parts.Of(tiles, together); group++)
        {
            (int first, int full, int end) = TrainingBatch.TilesOf(group, together, samples, tile);
            if (full > first) Add(full - first, tile);
            if (end > full) Add(1, samples % tile);
        }

        return [.. forward, .. back, .. All(GradientPass, samples, l => _words.Gradient(in _layers[l], samples)).Reverse()];

        void Add(int count, int each)
        {
            int rows = Routes.LeadingRowsOfStep(_layers, _lanes, count, each, _plan.Forward.FewestForTile, in _machine);
            int width = each == tile ? tile : _plan.Kernels.LanesFor(each);
            forward.AddRange(All(StepPass, count * each, l => RowsOrTiles(l, rows, count, each)));
            back.AddRange(All(BackPass, count * each, l => _words.TilesBack(in _layers[l], count, each, width)).Skip(1).Reverse());
        }
    }

    private string RowsOrTiles(int layer, int rows, int tiles, int samples)
    {
        if (layer < rows) return _words.Rows(in _layers[layer], tiles * samples);

        return _plan.Forward.IsTiny
            ? Tiny(tiles, samples)
            : _words.Tiles(in _layers[layer], tiles, samples, _plan.Kernels.LanesFor(samples));
    }

    private string OneSample(int layer) => _plan.Forward.IsTiny ? "tiny: four lanes from end to end" : _words.Sample(in _layers[layer]);

    private static string Tiny(int tiles, int samples) =>
        $"tiny: {tiles} {(tiles == 1 ? "tile" : "tiles")} of {samples} samples, all lanes together";

    private IEnumerable<RouteLine> All(string pass, int samples, Func<int, string> route) =>
        from l in Enumerable.Range(0, _layers.Length)
        let layer = $"{_layers[l].Inputs}-{_layers[l].Outputs} × {samples} at {_lanes * 32} bits"
        select new RouteLine(pass, layer, route(l));
}
