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

    /// <summary>All samples, from x to y. packed are the packed weights, or null.</summary>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    internal static void Forward(ForwardPasses passes, float* parameters, float* packed, float* x, float* y, int batch, int threads)
    {
        ForwardBatch work = t_work ??= new ForwardBatch();
        work._passes = passes;
        work._parameters = parameters;
        work._packed = packed;
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
        float* x = _x + first * inputs, y = _y + first * outputs, scratch = ThreadScratch.Get(passes.BatchScratch);
        for (int done; left > 0; left -= done, x += (nint)done * inputs, y += (nint)done * outputs)
        {
            int tiles = Routes.NextTiles(left, tile, out int samples);
            done = tiles * samples;
            if (samples >= fewest) passes.ForwardTiles(_parameters, _packed, x, y, tiles, samples, scratch);
            else passes.ForwardFew(_parameters, _packed, x, y, samples, scratch);
        }
    }
}
