using System.Runtime.CompilerServices;
using FastNN.Contract;
using FastNN.Dispatch;
using FastNN.Tuning;

namespace FastNN.Passes;

/// <summary>Derivatives from a gradient by the outputs. All sums have the order of one sample.</summary>
internal unsafe partial class TrainingPasses<K, T>
{
    /// <summary>Whether the given gradient by the outputs is their delta, because the last function is the identity.</summary>
    private readonly bool _givenIsDelta = output.Function.GetType() == typeof(ActivationKernels<K, T, Identity>);

    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    internal override void ForwardKeeping(
        float* parameters, float* x, nint xStride, int samples, float* activations, int workspace)
    {
        if (samples == 1)
        {
            ForwardAll(parameters, x, activations);
            return;
        }

        for (int l = 0; l < _layers.Length; l++)
        {
            ref readonly LayerShape layer = ref _layers[l];
            ActivationKernels function = _functions[l], inRows = layer.KeepsSlope ? Sums : function;
            float* y = activations + layer.Activations, kept = activations + layer.Kept;
            RowLayer<T>.Forward(in layer, inRows, parameters, null, x, xStride, samples, kept, workspace);
            for (int s = 0; s < samples && layer.KeepsSlope; s++)
                function.ActivateKeepingSlope(kept + s * (nint)workspace, y + s * (nint)workspace, layer.Outputs);
            x = y;
            xStride = workspace;
        }
    }

    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    internal override void InputGradient(
        float* parameters, float* y, nint yStride, int samples, float* activations, float* deltas, int workspace, float* inputDelta,
        nint inputStride)
    {
        LayerShape[] layers = _layers;
        float* delta = y;
        nint stride = yStride;
        if (!_givenIsDelta)
        {
            for (int s = 0; s < samples; s++)
                DeltaOfOutputs(y + s * yStride, activations + s * (nint)workspace, deltas + s * (nint)workspace);
            delta = deltas + layers[^1].Activations;
            stride = workspace;
        }

        for (int l = layers.Length - 1; l > 0; l--)
        {
            ref readonly LayerShape layer = ref layers[l], before = ref layers[l - 1];
            float* a = activations + before.Activations, kept = activations + before.Kept, next = deltas + before.Activations;
            BackwardDelta(_functions[l - 1], in layer, parameters, a, kept, workspace, samples, delta, stride, next, workspace);
            delta = next;
            stride = workspace;
        }

        // The identity needs no inputs, but its loads may stay in the code. So the inputs are what the call writes.
        BackwardDelta(
            Sums, in layers[0], parameters, inputDelta, inputDelta, inputStride, samples, delta, stride, inputDelta, inputStride);
    }

    /// <summary>
    /// A layer backward, for some samples: so many rows of W at a time that they stay in L1 while all samples pass.
    /// </summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static void BackwardDelta(
        ActivationKernels function, in LayerShape layer, float* parameters, float* a, float* kept, nint aStride, int samples, float* delta,
        nint stride, float* next, nint nextStride)
    {
        float* w = parameters + layer.Weights;
        int outputs = layer.Outputs, inputs = layer.Inputs;
        int together = samples == 1 ? inputs : Routes.BackwardRows(inputs, outputs, Machine.Here);
        for (int j = 0; j < inputs; j += together)
        {
            int rows = Math.Min(together, inputs - j);
            for (int s = 0; s < samples; s++)
            {
                nint at = s * aStride + j;
                function.BackwardDelta(
                    w + j * (nint)outputs, a + at, kept + at, rows, delta + s * stride, outputs, next + s * nextStride + j);
            }
        }
    }

    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    internal override void ParameterGradient(
        float* parameters, float* x, float* y, float* activations, float* deltas, float* gradient)
    {
        DeltaOfOutputs(y, activations, deltas);
        Backward(parameters, gradient, adds: false, x, activations, deltas, null);
    }

    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    internal override void TileInputGradient(
        float* parameters, float* y, in TileChunk chunk, int first, int tiles, float* scratch, float* xGradient)
    {
        var memory = new TileMemory(Plan, in chunk, first, tiles, scratch);
        ForwardOfTiles(parameters, in chunk, first, in memory);
        OutputDeltas(y, in chunk, first, in memory);
        BackwardDeltas(parameters, in memory, xGradient, _layers[0].Inputs);
    }

    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    internal override void TileJacobian(
        float* parameters, in TileChunk chunk, int first, int tiles, float* scratch, Standardizer? standardizer, float* jacobian)
    {
        int outputs = _layers[^1].Outputs, inputs = _layers[0].Inputs;
        var memory = new TileMemory(Plan, in chunk, first, tiles, scratch + (nint)tiles * Plan.Tile * outputs);
        ForwardOfTiles(parameters, in chunk, first, in memory);
        int floats = outputs * memory.Lanes; // the outputs of a tile
        for (int t = 0; t < tiles; t++) OutputsOf(t, floats, in memory).CopyTo(new Span<float>(scratch + (nint)t * floats, floats));
        for (int i = 0; i < outputs; i++)
        {
            for (int t = 0; t < tiles; t++)
            {
                new Span<float>(scratch + (nint)t * floats, floats).CopyTo(OutputsOf(t, floats, in memory));
                UnitDelta(i, t, standardizer, in memory);
            }

            BackwardDeltas(parameters, in memory, jacobian + i * (nint)inputs, (nint)outputs * inputs);
        }
    }

    private static Span<float> OutputsOf(int tile, int floats, in TileMemory memory) =>
        new(memory.Delta + tile * memory.Group.OutputStride, floats);

    /// <summary>The delta of the outputs of a tile under the gradient that is 1 for output i, and 0 for the others.</summary>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private void UnitDelta(int i, int tile, Standardizer? standardizer, in TileMemory memory)
    {
        ref readonly LayerShape last = ref _layers[^1];
        int lanes = memory.Lanes;
        Span<float> gradient = new(memory.Targets, last.Outputs * lanes);
        gradient.Clear();
        gradient.Slice(i * lanes, lanes).Fill(1f);
        if (standardizer != null) Plan.Kernels.Standardizing.TileGradientToOwnUnits(standardizer, memory.Targets, lanes);
        float* slopes = memory.Slopes + tile * memory.SlopesStride + (nint)last.Slopes * lanes;
        output.TileDelta(
            memory.Delta + tile * memory.Group.OutputStride, slopes, memory.Targets, last.Outputs, lanes, memory.Costs);
    }

    /// <summary>
    /// From the deltas of the outputs to the gradient by the inputs, which is written in rows, <paramref name="stride"/> floats apart.
    /// </summary>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private void BackwardDeltas(float* parameters, in TileMemory memory, float* xGradient, nint stride)
    {
        int lanes = memory.Lanes, samples = memory.Samples, tiles = memory.Group.Tiles;
        float* delta = memory.Delta, inputDelta = memory.InputDelta;
        for (int l = _layers.Length - 1; l >= 0; l--)
        {
            // The first layer has no function before it. The identity may load what it does not need: delta is large enough.
            ref readonly LayerShape layer = ref _layers[l];
            TileGroup group = memory.Group with { InputStride = memory.Group.OutputStride };
            float* kept = l == 0 ? delta : KeptBefore(l, in memory, out group);
            ActivationKernels function = l == 0 ? Sums : _functions[l - 1];
            function.TileBackwardDelta(parameters + layer.Weights, delta, layer.Outputs, kept, layer.Inputs, inputDelta, lanes, group);
            float* free = delta;
            delta = inputDelta;
            inputDelta = free;
        }

        for (int t = 0; t < tiles; t++)
            ToRows(delta + t * memory.Group.OutputStride, in memory, xGradient + (nint)t * samples * stride, stride);
    }

    /// <summary>
    /// A tile of gradients by the inputs goes to rows. Fewer than four floats must not be written to rows that are further apart: the
    /// transposition would write a fourth. They go through the memory of the targets.
    /// </summary>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private void ToRows(float* tile, in TileMemory memory, float* rows, nint stride)
    {
        int inputs = _layers[0].Inputs, samples = memory.Samples;
        if (inputs >= 4 || stride == inputs)
        {
            T.Transpose(tile, memory.Lanes, inputs, samples, rows, stride);
            return;
        }

        float* from = memory.Targets;
        T.Transpose(tile, memory.Lanes, inputs, samples, from, inputs);
        for (; samples > 0; samples--, from += inputs, rows += stride) new Span<float>(from, inputs).CopyTo(new Span<float>(rows, inputs));
    }
}
