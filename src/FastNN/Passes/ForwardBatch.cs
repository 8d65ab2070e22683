using System.Runtime.CompilerServices;
using FastNN.Plumbing;
using FastNN.Tuning;

namespace FastNN.Passes;

/// <summary>Forward for a batch, tile by tile, on one thread or several.</summary>
internal sealed unsafe class ForwardBatch : ParallelWork
{
    [ThreadStatic]
    private static ForwardBatch? t_work;

    private ForwardPasses? _passes;
    private TrainingPasses? _measuring; // null if nobody asks for costs
    private float* _parameters, _packed, _x, _y, _targets, _costs;
    private int _batch, _samples;
    private Standardizer? _input, _output;

    /// <summary>All samples, from x to y, both in the user's units. packed are the packed weights, or null.</summary>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    internal static void Forward(
        ForwardPasses passes, float* parameters, float* packed, Standardizer? input, Standardizer? output, float* x, float* y, int batch,
        int threads)
    {
        ForwardBatch work = t_work ??= new ForwardBatch();
        work.Run(passes, parameters, packed, input, output, x, y, batch, threads);
    }

    /// <summary>
    /// The same with the cost of each sample, by the passes that <paramref name="measuring"/> has for it. The targets are in the user's
    /// units.
    /// </summary>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    internal static void Measure(
        TrainingPasses measuring, float* parameters, Standardizer? input, Standardizer? output, float* x, float* targets, int batch,
        float* y, float* costs, int threads)
    {
        ForwardBatch work = t_work ??= new ForwardBatch();
        work._measuring = measuring;
        work._targets = targets;
        work._costs = costs;
        try
        {
            work.Run(measuring.Forward, parameters, null, input, output, x, y, batch, threads);
        }
        finally
        {
            work._measuring = null;
        }
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private void Run(
        ForwardPasses passes, float* parameters, float* packed, Standardizer? input, Standardizer? output, float* x, float* y, int batch,
        int threads)
    {
        _passes = passes;
        _parameters = parameters;
        _packed = packed;
        if (input != null) _input = input; // null is there already. To store a reference takes 2 ns, of 150 for 64 samples of 2-4-3-2
        if (output != null) _output = output;
        _x = x;
        _y = y;
        _batch = batch;
        _samples = SamplesTogether(passes, batch, threads);
        try
        {
            Run(Parts.Of(batch, _samples), threads);
        }
        finally
        {
            _passes = null;
            _input = _output = null;
        }
    }

    /// <summary>Samples in an item of work for a thread.</summary>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    internal static int SamplesTogether(ForwardPasses passes, int batch, int threads)
    {
        int tile = passes.Plan.Tile;
        return tile * Routes.ShareOfTiles(passes.TilesTogether, Parts.Of(batch, tile), threads);
    }

    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private protected override void RunItem(int item)
    {
        ForwardPasses passes = _passes!;
        int inputs = passes.Plan.Inputs, outputs = passes.Plan.Outputs, tile = passes.Plan.Tile, fewest = passes.FewestForTile;
        nint first = (nint)item * _samples;
        int left = (int)nint.Min(_samples, _batch - first);
        float* x = _x + first * inputs, y = _y + first * outputs;
        int floats = _measuring == null ? passes.BatchScratch : Math.Max(passes.BatchScratch, _measuring.Scratch);
        float* scratch = ThreadScratch.Get(floats + (_input == null ? 0 : _samples * inputs)), own = scratch + floats;
        for (int done; left > 0; left -= done, x += (nint)done * inputs, y += (nint)done * outputs)
        {
            int tiles = Routes.NextTiles(left, tile, out int samples);
            done = tiles * samples;
            if (_input != null) passes.Plan.Kernels.Standardizing.ToOwnUnits(_input, x, done, own);
            float* a = _input == null ? x : own;
            if (samples >= fewest) passes.ForwardTiles(_parameters, _packed, a, y, tiles, samples, scratch);
            else passes.ForwardFew(_parameters, _packed, a, y, samples, scratch);
            if (_measuring != null) MeasureRows(_measuring, y, done, scratch);
            if (_output != null) passes.Plan.Kernels.Standardizing.ToUserUnits(_output, y, done, y);
        }
    }

    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private void MeasureRows(TrainingPasses measuring, float* y, int samples, float* scratch)
    {
        nint from = (nint)(y - _y);
        measuring.Costs(y, _targets + from, samples, scratch, _costs + from / measuring.Plan.Outputs);
    }
}
