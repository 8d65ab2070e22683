using System.Runtime.CompilerServices;
using FastNN.Contract;
using FastNN.Plumbing;
using FastNN.Tuning;

namespace FastNN.Passes;

/// <summary>
/// A batch through a network: its cost, and its gradient or an update. The batch is taken chunk by chunk. First the tiles of a chunk go
/// forward, and backward to all deltas. Four tiles go together through all layers, while their activations are in the cache. Then each row
/// of the gradient is summed over all samples of the chunk, in ascending order. Threads may share both, because no sum is split. Between
/// chunks the gradient stays in memory as it is, so chunks change no bit either. Of a batch with several segments
/// (<see cref="GradientSegments"/>) no chunk is in two of them.
/// </summary>
internal sealed unsafe class TrainingBatch(NetworkPlan plan, float* parameters, int threads, Updater? updater = null) : ParallelWork
{
    /// <summary>
    /// Samples in a chunk, for each thread. With this number the inputs of all layers stay in L2 until the gradient needs them (784-128-10:
    /// 0.5 MB). The gradient is read and written once for each chunk. Chunks of 256 and 512 do that less often, and were no faster.
    /// </summary>
    internal const int ChunkSamples = 128;

    /// <summary>The most floats in a chunk, unless a single tile takes more.</summary>
    internal const int ChunkFloats = 1 << 24;

    private readonly LayerShape[] _layers = plan.Shapes;
    private readonly int _chunkSamples = ChunkOf(plan, threads);
    private readonly RowRange[] _ranges = RangesOf(plan.Shapes, threads, updater != null);
    private readonly int _together = Routes.TilesTogether(plan.Widest);

    /// <summary>Memory for one block of the gradient, if one thread may update it at once.</summary>
    private readonly AlignedBuffer? _block = threads == 1 && updater is { LimitsNorm: false } ? updater.Block : null;
    private AlignedBuffer? _memory;
    private SegmentSums? _sums, _segments; // the second is null for batches of one segment
    private TileChunk _chunk;
    private int _group, _first;
    private Phase _phase;
    private bool _wantsDeltas, _updates, _updating, _accumulates, _isFirstSegment, _endsSegment;
    private TrainingPasses? _passes;
    private float* _x, _y, _sum, _target, _xGradient;
    private float _scale, _rate;
    private CostGoal _goal;
    private CancellationToken _cancellation;
    private int _ticket; // 1 while a caller has it

    /// <summary>Turns the inputs of each chunk into the network's own units; null if they are.</summary>
    internal Standardizer? InputStandardizer { get; set; }

    /// <summary>The cost of a batch, summed over its samples in ascending order.</summary>
    /// <exception cref="InvalidOperationException">
    /// Another thread uses this object. Nothing was changed. The other methods throw it too.
    /// </exception>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    internal double Cost(TrainingPasses passes, float* x, float* y, int batch)
    {
        using Ticket ticket = TakeTicket();
        return RunPass(passes, x, y, batch, null, null, 0f, 0f, default);
    }

    /// <summary>
    /// The same, added to the cost of the samples before, by the passes of inference. The outputs are those of the user. costs receives the
    /// cost of each sample. The caller has a ticket.
    /// </summary>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    internal double Measure(
        TrainingPasses passes, Standardizer? output, float* x, float* y, int batch, float* outputs, float* costs, double costBefore)
    {
        ForwardBatch.Measure(passes, parameters, InputStandardizer, output, x, y, batch, outputs, costs, threads);
        return Sum(costBefore, costs, batch);
    }

    /// <summary>The cost, and the gradient times <paramref name="scale"/>.</summary>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    internal double Gradient(
        TrainingPasses passes, float* x, float* y, int batch, float* gradient, float scale, CancellationToken cancellation)
    {
        using Ticket ticket = TakeTicket();
        return GradientAlone(passes, x, y, batch, gradient, scale, cancellation);
    }

    /// <summary>The same. The caller has a ticket. If gradient is null, only the cost.</summary>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    internal double GradientAlone(
        TrainingPasses passes, float* x, float* y, int batch, float* gradient, float scale, CancellationToken cancellation) =>
        RunPass(passes, x, y, batch, gradient, gradient, scale, 0f, cancellation);

    /// <summary>Adds the gradient to the one in memory. If xGradient is not null, it receives the gradient by the inputs.</summary>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    internal void Accumulate(
        TrainingPasses passes, float* x, float* y, int batch, float* gradient, float* xGradient, CancellationToken cancellation)
    {
        using Ticket ticket = TakeTicket();
        _accumulates = true;
        _xGradient = xGradient;
        try
        {
            RunPass(passes, x, y, batch, gradient, gradient, 1f, 0f, cancellation);
        }
        finally
        {
            _accumulates = false;
            _xGradient = null;
        }
    }

    /// <summary>
    /// The cost, and w ← w + rate·(scale·g), unless training ends at this cost. The gradient is only used if <see cref="NeedsGradient"/>.
    /// </summary>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    internal double GradientDescent(
        TrainingPasses passes, float* x, float* y, int batch, float* gradient, float scale, float rate, in CostGoal goal,
        CancellationToken cancellation)
    {
        using Ticket ticket = TakeTicket();
        _goal = goal;
        return RunPass(passes, x, y, batch, gradient, parameters, scale, rate, cancellation);
    }

    /// <summary>
    /// The cost, and the update by the updater, unless training ends at this cost. Blocks of the gradient are used while they are in the
    /// cache. If the norm of the gradient is limited, the update follows after all of it. The gradient is only used if
    /// <see cref="NeedsGradient"/>.
    /// </summary>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    internal double Update(
        TrainingPasses passes, float* x, float* y, int batch, float* gradient, float scale, in UpdateTerms terms, in CostGoal goal,
        CancellationToken cancellation)
    {
        using Ticket ticket = TakeTicket();
        _goal = goal;
        updater!.Begin(in terms);
        _updates = !updater.LimitsNorm;
        try
        {
            float* target = _block == null ? gradient : _block.Pointer;
            double cost = RunPass(passes, x, y, batch, gradient, target, scale, 0f, cancellation);
            if (!_updates && !goal.EndsAtSum(cost))
            {
                cancellation.ThrowIfCancellationRequested();
                updater.Limit(gradient);
                _phase = Phase.Update;
                Run(_ranges.Length, threads);
            }

            return cost;
        }
        finally
        {
            _updates = false;
        }
    }

    /// <summary>
    /// Whether a step on a batch needs memory for the gradient, because it takes more than one chunk, or for the updater.
    /// </summary>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    internal bool NeedsGradient(int batch) => batch > _chunkSamples || (updater != null && _block == null);

    /// <summary>
    /// Two callers at the same time would write to each other's memory, and beyond its end if it is too small for one of the batches. So
    /// the second caller is refused before it changes anything.
    /// </summary>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    internal Ticket TakeTicket() =>
        Interlocked.Exchange(ref _ticket, 1) == 0 // a fence: what the caller before wrote is read after it
            ? new Ticket(this)
            : throw AtWork();

    internal static InvalidOperationException AtWork() =>
        new("This trainer is at work on another thread: a trainer is for one caller at a time.");

    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private double RunPass(
        TrainingPasses passes, float* x, float* y, int batch, float* gradient, float* target, float scale, float rate,
        CancellationToken cancellation)
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
            _goal = default;
        }
    }

    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private double RunChunks(float* x, float* y, int batch, float* gradient, float* target, float scale, float rate)
    {
        int samples = Math.Min(batch, _chunkSamples), tile = plan.Tile;
        int floats = checked((int)TileChunk.Floats(_layers, tile, samples)), own = InputStandardizer == null ? 0 : samples * plan.Inputs;
        if (_memory == null || _memory.Length < floats + own) _memory = new AlignedBuffer(checked(floats + own));
        _wantsDeltas = target != null;
        _segments = target == null || batch <= GradientSegments.Samples ? null : _sums ??= new SegmentSums(plan.Kernels, plan.Parameters);
        double cost = 0;
        for (int first = 0; first < batch; first += samples)
        {
            int left = GradientSegments.Samples - first % GradientSegments.Samples; // in this segment
            samples = Math.Min(Math.Min(batch - first, left), _chunkSamples);
            bool last = first + samples == batch;
            int rest = samples % tile;
            _x = x + (nint)first * plan.Inputs;
            _chunk = new TileChunk(
                _memory.Pointer, own == 0 ? _x : _memory.Pointer + floats, _layers, tile, rest == 0 ? tile : plan.Kernels.LanesFor(rest),
                samples);
            _y = y + (nint)first * plan.Outputs;
            _first = first;
            _group = Routes.ShareOfTiles(_together, _chunk.Tiles, threads);
            _phase = Phase.Deltas;
            Run(Parts.Of(_chunk.Tiles, _group), threads);
            _cancellation.ThrowIfCancellationRequested();
            cost = Sum(cost, _chunk.Costs, samples);
            if (target == null || (last && _goal.EndsAtSum(cost))) continue;

            bool begins = first == 0 ? !_accumulates : _segments != null && left == GradientSegments.Samples;
            _sum = begins ? null : gradient;
            _target = last && _segments == null ? target : gradient;
            (_scale, _rate) = last ? (scale, rate) : (1f, 0f);
            _updating = last && _updates;
            _endsSegment = last || samples == left;
            _isFirstSegment = first < GradientSegments.Samples;
            _phase = Phase.Gradient;
            Run(_ranges.Length, threads);
        }

        return cost;
    }

    /// <summary>
    /// In ascending order. Among other calls, the sum would be in memory between the samples: a step of 2-4-3-2 × 1024 took a quarter of
    /// its time there.
    /// </summary>
    [MethodImpl(MethodImplOptions.NoInlining | MethodImplOptions.AggressiveOptimization)]
    private static double Sum(double cost, float* costs, int samples)
    {
        for (float* end = costs + samples; costs < end; costs++) cost += *costs;
        return cost;
    }

    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private protected override void RunItem(int item)
    {
        if (_phase == Phase.Deltas) DeltasOfGroup(item);
        else if (_phase == Phase.Gradient) GradientOf(in _ranges[item]);
        else Update(in _ranges[item], _target + _layers[_ranges[item].Layer].Weights);
    }

    /// <summary>The full tiles of a group go together. The last tile of a chunk goes by itself if it is not full.</summary>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private void DeltasOfGroup(int group)
    {
        (int first, int full, int end) = TilesOf(group, _group, _chunk.Samples, _chunk.Tile);
        if (full > first) DeltasOfTiles(first, full - first);
        if (end > full) DeltasOfTiles(full, 1);
    }

    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private void DeltasOfTiles(int first, int tiles)
    {
        if (_cancellation.IsCancellationRequested) return;

        int sample = first * _chunk.Tile, samples = Math.Min(tiles * _chunk.Tile, _chunk.Samples - sample);
        float* y = _y + (nint)sample * plan.Outputs;
        float* xGradient = _xGradient == null ? null : _xGradient + ((nint)_first + sample) * plan.Inputs;
        if (InputStandardizer is { } input)
            plan.Kernels.Standardizing.ToOwnUnits(input, _x + (nint)sample * plan.Inputs, samples, _chunk.XOf(first));
        _passes!.TileDeltas(parameters, y, in _chunk, first, tiles, ThreadScratch.Get(_passes.Scratch), _wantsDeltas, xGradient);
        if (InputStandardizer != null && xGradient != null)
            plan.Kernels.Standardizing.GradientToUserUnits(InputStandardizer, xGradient, samples);
    }

    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private void GradientOf(in RowRange rows)
    {
        ref readonly LayerShape layer = ref _layers[rows.Layer];
        float* sum = _sum == null ? null : _sum + layer.Weights, target = _target + layer.Weights;
        if (_segments != null)
        {
            plan.Kernels.BatchGradient(in _chunk, in layer, rows.From, rows.To, sum, target, 1f, 0f);
            if (_endsSegment) EndSegment(_segments, in rows, in layer, target);
        }
        else
        {
            if (_updating && _block != null) target = _block.Pointer - rows.From * (nint)layer.Outputs;
            plan.Kernels.BatchGradient(in _chunk, in layer, rows.From, rows.To, sum, target, _scale, _rate);
        }

        if (_updating) Update(in rows, target);
    }

    /// <summary>Adds rows of the gradient of a segment to those of the segments before. After the last segment they are used.</summary>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private void EndSegment(SegmentSums segments, in RowRange rows, in LayerShape layer, float* gradient)
    {
        int at = rows.From * layer.Outputs, count = (rows.To - rows.From) * layer.Outputs, from = layer.Weights + at;
        if (_isFirstSegment) segments.Begin(from, gradient + at, count);
        else segments.Add(from, gradient + at, count, _scale);
        if (_rate != 0f) plan.Kernels.GradientDescent(parameters + from, gradient + at, count, 1f, _rate);
    }

    /// <param name="rows">The rows whose parameters are updated.</param>
    /// <param name="gradient">
    /// Where the gradient of their layer begins. If only these rows are in memory, it is where it would begin.
    /// </param>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private void Update(in RowRange rows, float* gradient)
    {
        ref readonly LayerShape layer = ref _layers[rows.Layer];
        updater!.UpdateRows(in layer, rows.From, rows.To, gradient + rows.From * (nint)layer.Outputs);
    }

    /// <summary>
    /// The tiles of a group. Those from First to Full are full and go together. If there is a tile from Full to End, it goes by itself.
    /// </summary>
    internal static (int First, int Full, int End) TilesOf(int group, int together, int samples, int tile)
    {
        int first = group * together, end = Math.Min(first + together, Parts.Of(samples, tile));
        return (first, Math.Min(end, samples / tile), end);
    }

    /// <summary>Samples in a chunk, whole tiles and at most a segment.</summary>
    internal static int ChunkOf(NetworkPlan plan, int threads)
    {
        int tile = plan.Tile;
        long fitting = ChunkFloats / Math.Max(1, TileChunk.Floats(plan.Shapes, tile, tile) / tile);
        long most = Math.Min((long)ChunkSamples * threads, GradientSegments.Samples);
        return (int)Math.Clamp(fitting / tile * tile, tile, most);
    }

    /// <summary>
    /// The rows of the gradient as items of work. With one thread, the rows of a layer are one item. With several, an item is a block of
    /// some dozen rows. For an updater, a block fits L1 if nothing else is there. It has whole sixes of rows, because the kernel takes six
    /// together.
    /// </summary>
    private static RowRange[] RangesOf(LayerShape[] layers, int threads, bool updates)
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

    /// <summary>Until this is disposed, only its holder may use the object.</summary>
    internal readonly ref struct Ticket(TrainingBatch batch)
    {
        public void Dispose() => Volatile.Write(ref batch._ticket, 0); // what this caller wrote comes before it
    }

    /// <summary>Rows of a layer's W. The biases are the last row.</summary>
    private readonly record struct RowRange(int Layer, int From, int To);

    private enum Phase
    {
        /// <summary>Tiles forward, and backward to all deltas.</summary>
        Deltas,

        /// <summary>Rows of the gradient, and the update of their parameters if it may follow at once.</summary>
        Gradient,

        /// <summary>The update of rows whose gradient is already complete.</summary>
        Update,
    }
}
