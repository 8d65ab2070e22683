using System.Runtime.CompilerServices;
using System.Runtime.Intrinsics;
using FastNN.Contract;
using FastNN.Dispatch;
using FastNN.Tuning;

namespace FastNN.Passes;

/// <summary>Tiles of a batch: forward, the deltas of the outputs, and backward.</summary>
internal unsafe partial class TrainingPasses<K, T>
{
    private readonly int _fewestForTile = plan.Forward.FewestForTile;

    /// <summary>Kernels that leave the sums as they are.</summary>
    private static ActivationKernels Sums { get; } = new ActivationKernels<K, T, Identity>();

    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    internal override void TileDeltas(
        float* parameters, float* y, in TileChunk chunk, int first, int tiles, float* scratch, bool deltas, float* xGradient)
    {
        var memory = new TileMemory(Plan, in chunk, first, tiles, scratch);
        ForwardOfTiles(parameters, in chunk, first, in memory);
        OutputDeltas(y, in chunk, first, in memory);
        if (deltas) Backward(parameters, in chunk, first, in memory, xGradient);
    }

    /// <summary>Tiles through all layers. The inputs of all layers are kept, and the outputs are where their deltas will be.</summary>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private void ForwardOfTiles(float* parameters, in TileChunk chunk, int first, in TileMemory memory)
    {
        int tiles = memory.Group.Tiles;
        int inRows = Routes.LeadingRowsOfStep(_layers, T.Tile / 2, tiles, memory.Samples, _fewestForTile, Machine.Here);
        if (!_layers[0].InputsInRows)
        {
            RowLayer<T>.ToTiles(
                chunk.XOf(first), tiles, memory.Samples, _layers[0].Inputs, memory.Inputs, memory.Group.InputStride, memory.Lanes);
        }

        bool odd = inRows % 2 != 0; // so that the last layer's rows are not where its tiles go
        ForwardInRows(
            inRows, parameters, chunk.XOf(first), in memory, odd ? memory.InputDelta : memory.Delta,
            odd ? memory.Delta : memory.InputDelta);
        ForwardInTiles(inRows, parameters, in memory);
    }

    /// <summary>
    /// The first layers on samples in rows. The outputs of each are copied to tiles, because the gradient of the next layer reads them
    /// there.
    /// </summary>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private void ForwardInRows(int count, float* parameters, float* x, in TileMemory memory, float* rows, float* otherRows)
    {
        int samples = memory.Group.Tiles * memory.Samples, lanes = memory.Lanes;
        for (int l = 0; l < count; l++)
        {
            ref readonly LayerShape layer = ref _layers[l];
            ActivationKernels function = _functions[l];
            float* y = OutputsOf(l, in memory, out nint stride);
            if (layer.KeepsSlope)
            {
                float* slopes = memory.Slopes + (nint)layer.Slopes * lanes;
                RowLayer<T>.Forward(in layer, Sums, parameters, null, x, layer.Inputs, samples, rows, layer.Outputs);
                RowLayer<T>.ToTiles(rows, memory.Group.Tiles, memory.Samples, layer.Outputs, slopes, memory.SlopesStride, lanes);
                for (int t = 0; t < memory.Group.Tiles; t++)
                    function.ActivateTileKeepingSlope(slopes + t * memory.SlopesStride, y + t * stride, layer.Outputs, lanes);
                if (l + 1 < count) function.ActivateRows(rows, samples, layer.Outputs, layer.Outputs);
            }
            else
            {
                RowLayer<T>.Forward(in layer, function, parameters, null, x, layer.Inputs, samples, rows, layer.Outputs);
                RowLayer<T>.ToTiles(rows, memory.Group.Tiles, memory.Samples, layer.Outputs, y, stride, lanes);
            }

            x = rows;
            rows = otherRows;
            otherRows = x;
        }
    }

    /// <summary>
    /// Tiles through the layers from <paramref name="first"/> on. The inputs of that layer are in place. This writes the inputs of all
    /// later layers, and the outputs of the last.
    /// </summary>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private void ForwardInTiles(int first, float* parameters, in TileMemory memory)
    {
        int lanes = memory.Lanes;
        for (int l = first; l < _layers.Length; l++)
        {
            ref readonly LayerShape layer = ref _layers[l];
            ActivationKernels function = _functions[l];
            float* a = memory.Inputs + (nint)layer.InputRows * lanes, y = OutputsOf(l, in memory, out nint stride);
            TileGroup group = memory.Group with { OutputStride = stride };
            if (layer.KeepsSlope)
            {
                float* slopes = memory.Slopes + (nint)layer.Slopes * lanes;
                TileSums(in layer, parameters, a, slopes, lanes, group with { OutputStride = memory.SlopesStride });
                for (int t = 0; t < group.Tiles; t++)
                    function.ActivateTileKeepingSlope(slopes + t * memory.SlopesStride, y + t * stride, layer.Outputs, lanes);
            }
            else
            {
                TileSums(in layer, parameters, a, y, lanes, group);
                function.ActivateTiles(y, layer.Outputs, lanes, group.Tiles, stride);
            }
        }
    }

    /// <summary>Where a layer's outputs go: to the inputs of the next layer. Those of the last go where their deltas will be.</summary>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private float* OutputsOf(int l, in TileMemory memory, out nint stride)
    {
        bool last = l == _layers.Length - 1;
        stride = last ? memory.Group.OutputStride : memory.Group.InputStride;
        return last ? memory.Delta : memory.Inputs + (nint)_layers[l + 1].InputRows * memory.Lanes;
    }

    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private void TileSums(in LayerShape layer, float* parameters, float* a, float* z, int lanes, TileGroup group)
    {
        if (!tiny)
        {
            T.TileForward(a, layer.Inputs, parameters + layer.Weights, parameters + layer.Biases, z, layer.Outputs, lanes, group);
            return;
        }

        for (int t = 0; t < group.Tiles; t++)
            T.TileTinyForward(in layer, parameters, a + t * group.InputStride, z + t * group.OutputStride, lanes);
    }

    /// <summary>Quicker than a call for so few floats. Scalar has one lane, and vectors have at least four.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static void FillWithOnes(float* row, int lanes)
    {
        row[0] = 1f;
        for (int s = 0; s < lanes - 1; s += 4) Vector128.Store(Vector128<float>.One, row + s);
    }

    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    internal override void Costs(float* a, float* y, int samples, float* scratch, float* costs)
    {
        ref readonly LayerShape last = ref _layers[^1];
        int outputs = last.Outputs;
        for (int first = 0, count; first < samples; first += count)
        {
            count = Math.Min(T.Tile, samples - first);
            int lanes = count == T.Tile ? count : T.LanesFor(count);
            nint from = (nint)first * outputs;
            float* tile = scratch, targets = tile + (nint)outputs * lanes, slopes = targets + (nint)outputs * lanes;
            float* sums = slopes + (nint)last.SlopesEnd * lanes;
            T.Transpose(a + from, outputs, count, outputs, tile, lanes);
            T.Transpose(y + from, outputs, count, outputs, targets, lanes);
            output.TileDelta(tile, slopes, targets, outputs, lanes, sums); // its delta is not used, so the slopes may be anything
            new Span<float>(sums, count).CopyTo(new Span<float>(costs + first, count));
        }

        _after?.ActivateRows(a, samples, outputs, outputs);
    }

    /// <summary>The ones that are the inputs of the biases, and the deltas of the last layer with the costs.</summary>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private void OutputDeltas(float* y, in TileChunk chunk, int first, in TileMemory memory)
    {
        ref readonly LayerShape last = ref _layers[^1];
        int lanes = memory.Lanes, samples = memory.Samples;
        for (int t = 0; t < memory.Group.Tiles; t++)
        {
            float* inputs = memory.Inputs + t * memory.Group.InputStride;
            foreach (ref readonly LayerShape layer in _layers.AsSpan()) FillWithOnes(inputs + (nint)layer.OnesRow * lanes, lanes);
            float* rows = y + (nint)t * samples * last.Outputs;
            T.Transpose(rows, last.Outputs, samples, last.Outputs, memory.Targets, lanes);
            Weighted?.LoadTile(rows, samples, lanes, memory.Costs);
            float* slopes = memory.Slopes + t * memory.SlopesStride + (nint)last.Slopes * lanes;
            output.TileDelta(
                memory.Delta + t * memory.Group.OutputStride, slopes, memory.Targets, last.Outputs, lanes, memory.Costs);
            new Span<float>(memory.Costs, samples).CopyTo(new Span<float>(chunk.Costs + (first + t) * chunk.Tile, samples));
        }
    }

    /// <summary>
    /// The deltas of all layers, packed for the gradient. If xGradient is not null, it receives the gradient by the inputs.
    /// </summary>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private void Backward(float* parameters, in TileChunk chunk, int first, in TileMemory memory, float* xGradient)
    {
        int lanes = memory.Lanes;
        float* delta = memory.Delta, inputDelta = memory.InputDelta;
        for (int l = _layers.Length - 1; ; l--)
        {
            ref readonly LayerShape layer = ref _layers[l];
            Pack(in layer, delta, in chunk, first, in memory);

            if (l == 0) break;

            float* kept = KeptBefore(l, in memory, out TileGroup keptGroup), w = parameters + layer.Weights;
            _functions[l - 1].TileBackward(w, delta, layer.Outputs, kept, layer.Inputs, inputDelta, lanes, keptGroup);
            float* free = delta;
            delta = inputDelta;
            inputDelta = free;
        }

        if (xGradient != null) BackwardToInputs(parameters, delta, inputDelta, in memory, xGradient);
    }

    /// <summary>What f′ of the layer before is computed from, and how far apart the tiles are there.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private float* KeptBefore(int l, in TileMemory memory, out TileGroup group)
    {
        ref readonly LayerShape before = ref _layers[l - 1];
        group = before.KeepsSlope ? memory.Group with { InputStride = memory.SlopesStride } : memory.Group;
        return before.KeepsSlope
            ? memory.Slopes + (nint)before.Slopes * memory.Lanes
            : memory.Inputs + (nint)_layers[l].InputRows * memory.Lanes;
    }

    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private static void Pack(in LayerShape layer, float* delta, in TileChunk chunk, int first, in TileMemory memory)
    {
        float* panels = chunk.DeltasOf(in layer);
        for (int t = 0; t < memory.Group.Tiles; t++)
        {
            T.PackDelta(
                delta + t * memory.Group.OutputStride, memory.Lanes, layer.Outputs, memory.Samples, panels, (first + t) * chunk.Tile,
                chunk.Samples);
        }
    }

    /// <summary>The gradient by the inputs, from the delta of the first layer.</summary>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private void BackwardToInputs(float* parameters, float* delta, float* inputDelta, in TileMemory memory, float* xGradient)
    {
        ref readonly LayerShape layer = ref _layers[0];
        int inputs = layer.Inputs, lanes = memory.Lanes, samples = memory.Samples, tiles = memory.Group.Tiles;
        nint stride = memory.Group.OutputStride;

        // The identity needs nothing kept, but its loads may stay in the code. So kept is delta. It is large enough.
        var within = new TileGroup(tiles, stride, stride);
        T.TileBackward<Identity>(parameters + layer.Weights, delta, layer.Outputs, delta, inputs, inputDelta, lanes, within);
        for (int t = 0; t < tiles; t++)
            T.Transpose(inputDelta + t * stride, lanes, inputs, samples, xGradient + (nint)t * samples * inputs, inputs);
    }

    /// <summary>Where the numbers of a group of tiles are, on the way through all layers.</summary>
    private readonly struct TileMemory
    {
        internal readonly float* Inputs, Slopes, Delta, InputDelta, Targets, Costs;
        internal readonly nint SlopesStride;
        internal readonly TileGroup Group;
        internal readonly int Lanes, Samples;

        internal TileMemory(NetworkPlan plan, in TileChunk chunk, int first, int tiles, float* scratch)
        {
            Lanes = chunk.LanesOf(first);
            Samples = chunk.SamplesOf(first);
            nint widest = (nint)plan.Widest * Lanes;
            SlopesStride = (nint)plan.Shapes[^1].SlopesEnd * Lanes;
            Delta = scratch;
            InputDelta = Delta + tiles * widest;
            Targets = InputDelta + tiles * widest;
            Slopes = Targets + widest;
            Costs = Slopes + tiles * SlopesStride;
            Inputs = chunk.TileOf(first);
            Group = new TileGroup(tiles, (nint)chunk.TileRows * Lanes, widest);
        }
    }
}
