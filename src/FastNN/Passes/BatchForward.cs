using FastNN.Contract;
using FastNN.Dispatch;
using FastNN.Plumbing;

namespace FastNN.Passes;

/// <summary>A batch forward, tile by tile, on one thread or several.</summary>
internal sealed unsafe class BatchForward : ParallelWork
{
    [ThreadStatic]
    private static BatchForward? t_work;

    private Network? _network;
    private float* _x, _y;
    private int _batch, _samples;

    internal static void Run(Network network, float* x, float* y, int batch, int threads)
    {
        BatchForward work = t_work ??= new BatchForward();
        work._network = network;
        work._x = x;
        work._y = y;
        work._batch = batch;
        int tile = network.KernelSet.Tile;
        work._samples = tile * TileGroup.Share(network.KernelSet.TilesTogether(network.Shapes), (batch - 1) / tile + 1, threads);
        try
        {
            work.Run((batch - 1) / work._samples + 1, threads);
        }
        finally
        {
            work._network = null;
        }
    }

    private protected override void RunItem(int item)
    {
        Network network = _network!;
        KernelSet kernels = network.KernelSet;
        nint first = (nint)item * _samples;
        int left = (int)nint.Min(_samples, _batch - first);
        float* x = _x + first * network.Inputs, y = _y + first * network.Outputs, scratch = ThreadScratch.Get(network.BatchScratch);
        for (int done; left > 0; left -= done, x += (nint)done * network.Inputs, y += (nint)done * network.Outputs)
        {
            // A rest takes one vector if it fills it, and no more lanes than it needs otherwise.
            int tiles = Math.Max(1, left / kernels.Tile), samples = Math.Min(left, kernels.Tile);
            if (samples < kernels.Tile && samples > kernels.Tile / 2) samples = kernels.Tile / 2;
            done = tiles * samples;
            if (samples >= network.FewestForTile) kernels.ForwardTiles(network.Shapes, network.Buffer.Pointer, x, y, tiles, samples, scratch);
            else kernels.ForwardFew(network.Shapes, network.Buffer.Pointer, x, y, samples, scratch);
        }
    }
}
