using System.Runtime.CompilerServices;
using FastNN.Contract;
using FastNN.Dispatch;
using FastNN.Tuning;

namespace FastNN.Passes;

/// <summary>
/// The ways forward through a whole network. Each is behind one virtual call. Pointers are to memory that does not move during the call.
/// Nothing is checked, and nothing is allocated.
/// </summary>
internal abstract unsafe class ForwardPasses(NetworkPlan plan)
{
    internal NetworkPlan Plan => plan;

    /// <summary>Whether four lanes hold each layer from end to end (<see cref="TinyNetwork"/>).</summary>
    internal virtual bool IsTiny => false;

    // These are numbers and not computed when asked for: a batch of 2-4-3-2 would feel that.

    /// <summary>Floats that one sample needs for the activations of hidden layers.</summary>
    internal int Scratch { get; private protected init; } = plan.Shapes[^1].Activations;

    /// <summary>Tiles that go forward together, if a batch has as many.</summary>
    internal int TilesTogether { get; private protected init; } = Routes.TilesTogether(plan.Widest);

    /// <summary>A tile pays from this number of samples on.</summary>
    internal int FewestForTile { get; private protected init; } = Routes.FewestForTile(plan.Shapes, plan.Tile);

    /// <summary>Floats of scratch memory for <see cref="ForwardTiles"/> and <see cref="ForwardFew"/>.</summary>
    internal int BatchScratch { get; private protected init; } =
        2 * VirtualLanes.RoundUp(plan.Widest) * plan.Tile * Routes.TilesTogether(plan.Widest);

    /// <summary>
    /// One sample through all layers, from x to y. The hidden activations go to their places in the workspace. <paramref name="writable"/>
    /// floats may be written at y, at least as many as there are outputs.
    /// </summary>
    internal abstract void Forward(float* parameters, float* x, float* activations, float* y, int writable);

    /// <summary>
    /// The same in the user's units. x is standardized first, and the outputs last, each if there is a standardizer. The scratch has room
    /// for the inputs, the activations and the outputs, each padded.
    /// </summary>
    internal abstract void ForwardInUserUnits(
        float* parameters, float* x, float* scratch, float* y, Standardizer? input, Standardizer? output);

    /// <summary>
    /// Tiles through all layers, from x to y. packed are the packed weights, or null. All tiles have the same number of samples, at most
    /// that of a full tile. There may only be several if they are full.
    /// </summary>
    internal abstract void ForwardTiles(float* parameters, float* packed, float* x, float* y, int tiles, int samples, float* scratch);

    /// <summary>Samples in rows through all layers, from x to y, the same way. There are at most as many as in a full tile.</summary>
    internal abstract void ForwardFew(float* parameters, float* packed, float* x, float* y, int samples, float* scratch);

    /// <summary>The passes of training under the last layer's function and a cost. A trainer asks for them in its constructor.</summary>
    internal abstract TrainingPasses Under(OutputKernels output);
}

/// <summary>Written once for the primitives of any variant.</summary>
/// <param name="plan">The plan of the network.</param>
/// <param name="functions">For each layer, the kernels that end in its function: the plan's, but the last may be another.</param>
internal unsafe class ForwardPasses<K, T>(NetworkPlan plan, ActivationKernels[] functions) : ForwardPasses(plan)
    where K : struct, IKernels
    where T : struct, ITileKernels
{
    private readonly LayerShape[] _layers = plan.Shapes;
    private readonly ActivationKernels[] _functions = functions;
    private readonly int[] _packedAt = plan.PackedAt;
    private readonly Run[] _runs = RunsOf(plan.Shapes, functions);
    private readonly int _inputs = plan.Inputs, _outputs = plan.Outputs, _scratch = plan.Shapes[^1].Activations;
    private readonly int _paddedInputs = VirtualLanes.RoundUp(plan.Inputs), _paddedOutputs = plan.Shapes[^1].PaddedOutputs;

    internal override TrainingPasses Under(OutputKernels output) => new TrainingPasses<K, T>(Plan, output);

    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    internal override void Forward(float* parameters, float* x, float* activations, float* y, int writable) =>
        ForwardRuns(parameters, x, activations, y, writable);

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private void ForwardRuns(float* parameters, float* x, float* activations, float* y, int writable)
    {
        Run[] runs = _runs;
        int last = runs.Length - 1;
        for (int r = 0; r < last; r++)
        {
            float* next = activations + runs[r].Layers[^1].Activations;
            runs[r].Function.ForwardLayers(runs[r].Layers, parameters, x, activations, next, runs[r].Layers[^1].PaddedOutputs);
            x = next;
        }

        runs[last].Function.ForwardLayers(runs[last].Layers, parameters, x, activations, y, writable);
    }

    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    internal override void ForwardInUserUnits(
        float* parameters, float* x, float* scratch, float* y, Standardizer? input, Standardizer? output)
    {
        int outputs = _outputs;
        float* activations = scratch + _paddedInputs;
        if (input != null)
        {
            K.StandardizeRows<ToOwnUnits>(x, _inputs, input.MeanPointer, input.FactorPointer, input.Period, scratch, _paddedInputs);
            x = scratch;
        }

        if (output == null)
        {
            ForwardRuns(parameters, x, activations, y, outputs);
        }
        else
        {
            float* own = activations + _scratch;
            ForwardRuns(parameters, x, activations, own, _paddedOutputs);
            K.StandardizeRows<ToUserUnits>(own, outputs, output.MeanPointer, output.FactorPointer, output.Period, y, outputs);
        }
    }

    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    internal override void ForwardFew(float* parameters, float* packed, float* x, float* y, int samples, float* scratch)
    {
        float* a = x, next = scratch, free = scratch + (nint)samples * VirtualLanes.RoundUp(Plan.Widest);
        int stride = _layers[0].Inputs;
        for (int l = 0; l < _layers.Length; l++)
        {
            bool last = l == _layers.Length - 1;
            if (last) next = y;
            int nextStride = last ? _layers[l].Outputs : VirtualLanes.RoundUp(_layers[l].Outputs);
            RowLayer<T>.Forward(in _layers[l], _functions[l], parameters, PackedOf(l, packed), a, stride, samples, next, nextStride);
            a = next;
            stride = nextStride;
            next = free;
            free = a;
        }
    }

    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    internal override void ForwardTiles(float* parameters, float* packed, float* x, float* y, int tiles, int samples, float* scratch)
    {
        int lanes = T.LanesFor(samples), outputs = _layers[^1].Outputs;
        int first = Routes.LeadingRows(_layers, packed == null ? [] : _packedAt, T.Tile / 2, tiles, samples, Machine.Here);
        nint tileFloats = (nint)Plan.Widest * lanes;
        float* a = scratch, next = scratch + tiles * tileFloats;
        for (int l = 0; l < first; l++)
        {
            bool last = l == _layers.Length - 1;
            RowLayer<T>.Forward(
                in _layers[l], _functions[l], parameters, PackedOf(l, packed), x, _layers[l].Inputs, tiles * samples, last ? y : next,
                _layers[l].Outputs);
            if (last) return;

            x = next;
            next = a;
            a = x;
        }

        if (first > 0) // x is now at one of the two places
        {
            a = next;
            next = x;
        }

        RowLayer<T>.ToTiles(x, tiles, samples, _layers[first].Inputs, a, tileFloats, lanes);
        a = ForwardTiles(parameters, first, a, next, new TileGroup(tiles, tileFloats, tileFloats), lanes);
        for (int t = 0; t < tiles; t++) T.Transpose(a + t * tileFloats, lanes, outputs, samples, y + (nint)t * samples * outputs, outputs);
    }

    /// <summary>
    /// Tiles through the layers from <paramref name="first"/> on, in turns between two places. The result is where the outputs are.
    /// </summary>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private float* ForwardTiles(float* parameters, int first, float* a, float* next, TileGroup group, int lanes)
    {
        for (int l = first; l < _layers.Length; l++)
        {
            ref readonly LayerShape layer = ref _layers[l];
            T.TileForward(a, layer.Inputs, parameters + layer.Weights, parameters + layer.Biases, next, layer.Outputs, lanes, group);
            _functions[l].ActivateTiles(next, layer.Outputs, lanes, group.Tiles, group.OutputStride);
            float* free = a;
            a = next;
            next = free;
        }

        return a;
    }

    /// <summary>The packed weights of a layer, null if there are none.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private float* PackedOf(int layer, float* packed) =>
        packed == null || _packedAt[layer] == NetworkPlan.NotPacked ? null : packed + _packedAt[layer];

    private static Run[] RunsOf(LayerShape[] layers, ActivationKernels[] functions)
    {
        List<Run> runs = [];
        for (int first = 0, end; first < layers.Length; first = end)
        {
            end = first + 1;
            while (end < layers.Length && functions[end] == functions[first]) end++;
            runs.Add(new Run(functions[first], layers[first..end]));
        }

        return [.. runs];
    }

    /// <summary>Layers in a row that end in the same function. One virtual call takes one sample through all of them.</summary>
    private readonly record struct Run(ActivationKernels Function, LayerShape[] Layers);
}
