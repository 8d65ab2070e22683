using FastNN.Contract;
using FastNN.Plumbing;
using FastNN.Tuning;

namespace FastNN.Passes;

/// <summary>
/// A batch through a network: cost, and gradient or step. Chunk after chunk, first the tiles forward and back to all deltas, four tiles together,
/// through all layers while their activations are in the cache; then the gradient, each of its rows over all samples of the chunk in ascending order.
/// Both may be split over threads: no sum is. Between chunks the gradient waits in memory as it is, so chunks change no bit either.
/// </summary>
internal sealed unsafe class BatchPass(NetworkPlan plan, float* parameters, int threads, Updater? updater = null) : ParallelWork
{
    /// <summary>
    /// Samples in a chunk, for each thread: so the inputs of all layers stay in L2 until the gradient needs them (784-128-10: 0.5 MB). The gradient is
    /// read and written once a chunk; chunks of 256 and 512 do that less often and were no faster.
    /// </summary>
    internal const int ChunkSamples = 128;

    /// <summary>Floats that a chunk takes at most, unless a single tile takes more.</summary>
    internal const int ChunkFloats = 1 << 24;

    private readonly LayerShape[] _layers = plan.Shapes;
    private readonly int _chunkSamples = ChunkOf(plan, threads);
    private readonly RowRange[] _rows = RowsOf(plan.Shapes, threads, updater != null);
    private readonly int _together = Routes.TilesTogether(plan.Widest);

    private readonly AlignedBuffer? _block = threads == 1 ? updater?.Block : null; // there one block's gradient goes, if one thread may update it at once
    private AlignedBuffer? _memory;
    private TileChunk _chunk;
    private int _group, _first;
    private Phase _phase;
    private bool _deltas, _updates, _updating, _accumulates;
    private TrainingPasses? _passes;
    private float* _y, _sum, _target, _xGradient;
    private float _scale, _rate;
    private CancellationToken _cancellation;
    private int _ticket; // 1 while a caller has it

    /// <summary>The cost of a batch, summed over its samples in ascending order.</summary>
    /// <exception cref="InvalidOperationException">The pass is at work, as for all that follow. Nothing was changed.</exception>
    internal double Cost(TrainingPasses passes, float* x, float* y, int batch)
    {
        using Ticket ticket = TakeTicket();
        return Run(passes, x, y, batch, null, null, 0f, 0f, default);
    }

    /// <summary>The same, and the gradient times <paramref name="scale"/>.</summary>
    internal double Gradient(TrainingPasses passes, float* x, float* y, int batch, float* gradient, float scale, CancellationToken cancellation)
    {
        using Ticket ticket = TakeTicket();
        return Run(passes, x, y, batch, gradient, gradient, scale, 0f, cancellation);
    }

    /// <summary>Adds the gradient to what is there, and writes that with respect to the inputs, if it is not null.</summary>
    internal void Accumulate(TrainingPasses passes, float* x, float* y, int batch, float* gradient, float* xGradient, CancellationToken cancellation)
    {
        using Ticket ticket = TakeTicket();
        _accumulates = true;
        _xGradient = xGradient;
        try
        {
            Run(passes, x, y, batch, gradient, gradient, 1f, 0f, cancellation);
        }
        finally
        {
            _accumulates = false;
            _xGradient = null;
        }
    }

    /// <summary>The same, and w ← w + rate·(scale·g). The gradient is only used if <see cref="NeedsGradient"/>.</summary>
    internal double GradientDescent(
        TrainingPasses passes, float* x, float* y, int batch, float* gradient, float scale, float rate, CancellationToken cancellation)
    {
        using Ticket ticket = TakeTicket();
        return Run(passes, x, y, batch, gradient, parameters, scale, rate, cancellation);
    }

    /// <summary>
    /// The same, and the updater's update: block by block of the gradient while it is in the cache, or after all of it where its norm counts. The gradient
    /// is only used if <see cref="NeedsGradient"/>.
    /// </summary>
    internal double Update(
        TrainingPasses passes, float* x, float* y, int batch, float* gradient, float scale, in UpdateTerms terms, CancellationToken cancellation)
    {
        using Ticket ticket = TakeTicket();
        updater!.Begin(in terms);
        _updates = !updater.LimitsNorm;
        try
        {
            double cost = Run(passes, x, y, batch, gradient, _block == null ? gradient : _block.Pointer, scale, 0f, cancellation);
            if (!_updates)
            {
                cancellation.ThrowIfCancellationRequested();
                updater.Limit(gradient);
                _phase = Phase.Update;
                Run(_rows.Length, threads);
            }

            return cost;
        }
        finally
        {
            _updates = false;
        }
    }

    /// <summary>Whether a step on such a batch needs room for the gradient: because it takes more than one chunk, or for the updater.</summary>
    internal bool NeedsGradient(int batch) => batch > _chunkSamples || (updater != null && _block == null);

    /// <summary>
    /// Two callers at once would write into each other's memory, beyond its end where it is too small for a batch. So the second is refused, before it
    /// touches anything.
    /// </summary>
    private Ticket TakeTicket() =>
        Interlocked.Exchange(ref _ticket, 1) == 0
            ? new Ticket(this)
            : throw new InvalidOperationException("This trainer is at work on another thread: a trainer is for one caller at a time.");

    private double Run(
        TrainingPasses passes, float* x, float* y, int batch, float* gradient, float* target, float scale, float rate, CancellationToken cancellation)
    {
        _passes = passes;
        _cancellation = cancellation;
        try
        {
            return RunChunks(x, y, batch, gradient, target, scale, rate);
        }
        finally
        {
            _cancellation = default;
        }
    }

    private double RunChunks(float* x, float* y, int batch, float* gradient, float* target, float scale, float rate)
    {
        int samples = Math.Min(batch, _chunkSamples), tile = plan.Kernels.Tile;
        int floats = checked((int)TileChunk.Floats(_layers, tile, samples));
        if (_memory == null || _memory.Length < floats) _memory = new AlignedBuffer(floats);
        _deltas = target != null;
        double cost = 0;
        for (int first = 0; first < batch; first += samples)
        {
            samples = Math.Min(batch - first, _chunkSamples);
            bool last = first + samples == batch;
            int rest = samples % tile;
            _chunk = new TileChunk(
                _memory.Pointer, x + (nint)first * plan.Inputs, _layers, tile, rest == 0 ? tile : plan.Kernels.LanesFor(rest), samples);
            _y = y + (nint)first * plan.Outputs;
            _first = first;
            _group = Routes.ShareOfTiles(_together, _chunk.Tiles, threads);
            _phase = Phase.Differentiate;
            Run((_chunk.Tiles - 1) / _group + 1, threads);
            _cancellation.ThrowIfCancellationRequested();
            for (int s = 0; s < samples; s++) cost += _chunk.Costs[s];
            if (target == null) continue;

            _phase = Phase.AddUp;
            _updating = last && _updates;
            _sum = first == 0 && !_accumulates ? null : gradient;
            _target = last ? target : gradient;
            _scale = last ? scale : 1f;
            _rate = last ? rate : 0f;
            Run(_rows.Length, threads);
        }

        return cost;
    }

    private protected override void RunItem(int item)
    {
        if (_phase == Phase.Differentiate) Differentiate(item);
        else if (_phase == Phase.AddUp) AddUp(in _rows[item]);
        else Update(in _rows[item], _target + _layers[_rows[item].Layer].Weights);
    }

    /// <summary>The full tiles of a group together, the last of a chunk by itself if it is not full.</summary>
    private void Differentiate(int group)
    {
        (int first, int full, int end) = TilesOf(group, _group, _chunk.Samples, _chunk.Tile);
        if (full > first) Differentiate(first, full - first);
        if (end > full) Differentiate(full, 1);
    }

    private void Differentiate(int first, int tiles)
    {
        if (_cancellation.IsCancellationRequested) return;

        float* y = _y + (nint)first * _chunk.Tile * plan.Outputs;
        float* xGradient = _xGradient == null ? null : _xGradient + ((nint)_first + first * _chunk.Tile) * plan.Inputs;
        _passes!.DifferentiateTiles(parameters, y, in _chunk, first, tiles, ThreadScratch.Get(_passes.Scratch), _deltas, xGradient);
    }

    private void AddUp(in RowRange rows)
    {
        ref readonly LayerShape layer = ref _layers[rows.Layer];
        float* sum = _sum == null ? null : _sum + layer.Weights;
        float* target = _updating && _block != null ? _block.Pointer - rows.From * (nint)layer.Outputs : _target + layer.Weights;
        plan.Kernels.BatchGradient(in _chunk, in layer, rows.From, rows.To, sum, target, _scale, _rate);
        if (_updating) Update(in rows, target);
    }

    /// <param name="rows">Which parameters.</param>
    /// <param name="gradient">Where the gradient of their layer begins, or would if it were not for these rows alone.</param>
    private void Update(in RowRange rows, float* gradient)
    {
        ref readonly LayerShape layer = ref _layers[rows.Layer];
        updater!.UpdateRows(in layer, rows.From, rows.To, gradient + rows.From * (nint)layer.Outputs);
    }

    /// <summary>The tiles of a group: from the first to before full these go together, and the one from there to the end by itself.</summary>
    internal static (int First, int Full, int End) TilesOf(int group, int together, int samples, int tile)
    {
        int first = group * together, end = Math.Min(first + together, Parts.Of(samples, tile));
        return (first, Math.Min(end, samples / tile), end);
    }

    /// <summary>Samples in a chunk.</summary>
    internal static int ChunkOf(NetworkPlan plan, int threads)
    {
        int tile = plan.Kernels.Tile;
        long fitting = ChunkFloats / Math.Max(1, TileChunk.Floats(plan.Shapes, tile, tile) / tile);
        return (int)Math.Clamp(fitting / tile * tile, tile, (long)ChunkSamples * threads);
    }

    /// <summary>
    /// The gradient's rows in items: each layer's together for one thread, in blocks of some dozens for several. For an updater in blocks that fit L1
    /// beside nothing else, of whole sixes, as the kernel takes rows.
    /// </summary>
    private static RowRange[] RowsOf(LayerShape[] layers, int threads, bool updates)
    {
        const int block = 24;
        List<RowRange> items = [];
        for (int l = 0; l < layers.Length; l++)
        {
            int rows = layers[l].Inputs + 1, size = threads == 1 ? rows : block;
            if (updates) size = Math.Min(size, Updater.RowsInBlock(in layers[l]));
            for (int from = 0; from < rows; from += size) items.Add(new RowRange(l, from, Math.Min(rows, from + size)));
        }

        return [.. items];
    }

    /// <summary>The pass is the holder's alone until this is disposed.</summary>
    private readonly ref struct Ticket(BatchPass pass)
    {
        public void Dispose() => Volatile.Write(ref pass._ticket, 0);
    }

    /// <summary>Rows of a layer's W, the biases being the last.</summary>
    private readonly record struct RowRange(int Layer, int From, int To);

    private enum Phase
    {
        /// <summary>Tiles forward and back.</summary>
        Differentiate,

        /// <summary>Rows of the gradient, and the update of their parameters where that may be.</summary>
        AddUp,

        /// <summary>The update of rows whose gradient was complete before.</summary>
        Update,
    }
}
