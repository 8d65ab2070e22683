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
    private float* _parameters, _packed, _x, _y;
    private int _batch, _samples;
    private Standardizer? _input, _output;

    /// <summary>All samples, from x to y, both in the user's units. packed are the packed weights, or null.</summary>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    internal static void Forward(
        ForwardPasses passes, float* parameters, float* packed, Standardizer? input, Standardizer? output, float* x, float* y, int batch,
        int threads)
    {
        ForwardBatch work = t_work ??= new ForwardBatch();
        work._passes = passes;
        work._parameters = parameters;
        work._packed = packed;
        if (input != null) work._input = input; // null is there already. To store a reference takes 2 ns, of 150 for 64 samples of 2-4-3-2
        if (output != null) work._output = output;
        work._x = x;
        work._y = y;
        work._batch = batch;
        work._samples = SamplesTogether(passes, batch, threads);
        try
        {
            work.Run(Parts.Of(batch, work._samples), threads);
        }
        finally
        {
            work._passes = null;
            work._input = work._output = null;
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
        float* scratch = ThreadScratch.Get(passes.BatchScratch + (_input == null ? 0 : _samples * inputs));
        float* own = scratch + passes.BatchScratch;
        for (int done; left > 0; left -= done, x += (nint)done * inputs, y += (nint)done * outputs)
        {
            int tiles = Routes.NextTiles(left, tile, out int samples);
            done = tiles * samples;
            if (_input != null) passes.Plan.Kernels.Standardizing.ToOwnUnits(_input, x, done, own);
            float* a = _input == null ? x : own;
            if (samples >= fewest) passes.ForwardTiles(_parameters, _packed, a, y, tiles, samples, scratch);
            else passes.ForwardFew(_parameters, _packed, a, y, samples, scratch);
            if (_output != null) passes.Plan.Kernels.Standardizing.ToUserUnits(_output, y, done, y);
        }
    }
}
