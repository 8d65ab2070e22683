namespace FastNN;

/// <summary>A batch forward, tile by tile, on one thread or several.</summary>
internal sealed unsafe class BatchForward : ParallelWork
{
    [ThreadStatic]
    private static BatchForward? t_work;

    private Network? _network;
    private float* _x, _y;
    private int _batch;

    internal static void Run(Network network, float* x, float* y, int batch, int threads)
    {
        BatchForward work = t_work ??= new BatchForward();
        work._network = network;
        work._x = x;
        work._y = y;
        work._batch = batch;
        int tile = network.KernelSet.Tile;
        try
        {
            work.Run((batch - 1) / tile + 1, threads);
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
        nint first = (nint)item * kernels.Tile;
        int left = (int)nint.Min(kernels.Tile, _batch - first);
        float* x = _x + first * network.Inputs, y = _y + first * network.Outputs, scratch = ThreadScratch.Get(network.BatchScratch);
        for (int samples; left > 0; left -= samples, x += (nint)samples * network.Inputs, y += (nint)samples * network.Outputs)
        {
            // A rest takes one vector if it fills it, and no more lanes than it needs otherwise.
            samples = left < kernels.Tile && left > kernels.Tile / 2 ? kernels.Tile / 2 : left;
            if (samples >= network.FewestForTile) kernels.ForwardTile(network.Shapes, network.Buffer.Pointer, x, y, samples, scratch);
            else kernels.ForwardFew(network.Shapes, network.Buffer.Pointer, x, y, samples, scratch);
        }
    }
}
