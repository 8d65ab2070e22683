using System.Runtime.CompilerServices;
using FastNN.Contract;
using FastNN.Dispatch;
using FastNN.Tuning;

namespace FastNN.Passes;

/// <summary>
/// The ways of training through a whole network, under one function of the last layer and one cost. Pointers are to memory that does not
/// move during the call. Nothing is checked, and nothing is allocated.
/// </summary>
/// <param name="plan">The plan of the network.</param>
/// <param name="costRows">See <see cref="OutputKernels.CostRows"/>.</param>
internal abstract unsafe class TrainingPasses(NetworkPlan plan, int costRows)
{
    internal NetworkPlan Plan => plan;

    /// <summary>The kernels that know the weights of the batch; null if there are none.</summary>
    internal abstract WeightedOutput? Weighted { get; }

    /// <summary>
    /// The passes of inference, up to the numbers from which the cost is computed: outputs, or the last layer's sums.
    /// </summary>
    internal abstract ForwardPasses Forward { get; }

    /// <summary>
    /// Floats of scratch memory for <see cref="TileDeltas"/> and <see cref="Costs"/>: two deltas and the kept slopes of each tile, the
    /// targets of one tile, and the rows for its costs. Layers in rows use the two deltas in turns.
    /// </summary>
    internal int Scratch
    {
        get
        {
            int together = Routes.TilesTogether(plan.Widest);
            return plan.Tile * ((2 * together + 1) * plan.Widest + together * plan.Shapes[^1].SlopesEnd + costRows);
        }
    }

    /// <summary>One sample forward. Its activations are kept. Then the delta of the outputs. The result is the cost.</summary>
    internal abstract float OutputDelta(float* parameters, float* x, float* y, float* activations, float* deltas);

    /// <summary>
    /// A step of one sample: <see cref="OutputDelta"/>, then backward through all layers. Each layer is updated on the way. The rate is
    /// −learning rate.
    /// </summary>
    internal abstract float Step(float* parameters, float* x, float* y, float* activations, float* deltas, float rate);

    /// <summary>The same as <see cref="Step"/>, but without the update if training ends at the cost.</summary>
    internal abstract float StepUnless(
        in CostGoal goal, float* parameters, float* x, float* y, float* activations, float* deltas, float rate);

    /// <summary>
    /// One sample backward through all layers, from the delta of the outputs. Its gradient is written, or added to what is there. If
    /// inputDelta is not null, it receives the gradient by x, padded.
    /// </summary>
    internal abstract void Backward(
        float* parameters, float* gradient, bool adds, float* x, float* activations, float* deltas, float* inputDelta);

    /// <summary>
    /// Some samples forward together. All that <see cref="InputGradient"/> needs is kept in their workspaces, which are
    /// <paramref name="workspace"/> floats apart. The inputs are <paramref name="xStride"/> floats apart.
    /// </summary>
    internal abstract void ForwardKeeping(
        float* parameters, float* x, nint xStride, int samples, float* activations, int workspace);

    /// <summary>
    /// From what <see cref="ForwardKeeping"/> kept: the delta of the outputs, and backward through all layers to the gradient by x.
    /// There is no gradient by the parameters. The deltas are in the workspaces, too. The gradients by the outputs may be
    /// <paramref name="yStride"/> = 0 floats apart: then all samples have the same.
    /// </summary>
    internal abstract void InputGradient(
        float* parameters, float* y, nint yStride, int samples, float* activations, float* deltas, int workspace, float* inputDelta,
        nint inputStride);

    /// <summary>The same for one sample, but to the gradient by the parameters, which is written.</summary>
    internal abstract void ParameterGradient(float* parameters, float* x, float* y, float* activations, float* deltas, float* gradient);

    /// <summary>
    /// <see cref="InputGradient"/> for tiles of a chunk, forward too, with the bits of one sample. The arguments are those of
    /// <see cref="TileDeltas"/>.
    /// </summary>
    internal abstract void TileInputGradient(
        float* parameters, float* y, in TileChunk chunk, int first, int tiles, float* scratch, float* xGradient);

    /// <summary>
    /// The gradient of each output by the inputs, for tiles of a chunk: [sample][output][input]. If there is an output standardizer, the
    /// outputs are in the user's units.
    /// </summary>
    internal abstract void TileJacobian(
        float* parameters, in TileChunk chunk, int first, int tiles, float* scratch, Standardizer? standardizer, float* jacobian);

    /// <summary>
    /// Floats of scratch memory for <see cref="TileInputGradient"/>, and for <see cref="TileJacobian"/>, which keeps outputs.
    /// </summary>
    internal int DerivativeScratch => Scratch + Routes.TilesTogether(plan.Widest) * plan.Tile * plan.Outputs;

    /// <summary>
    /// Tiles of a chunk forward, their costs, and, if <paramref name="deltas"/>, all their deltas. The tiles are full, or it is the last
    /// alone. y are the targets, from the first sample of these tiles on. If xGradient is not null, it receives the gradient by the inputs,
    /// from the same sample on.
    /// </summary>
    internal abstract void TileDeltas(
        float* parameters, float* y, in TileChunk chunk, int first, int tiles, float* scratch, bool deltas, float* xGradient);

    /// <summary>
    /// The costs of samples, from what <see cref="Forward"/> left in rows at a. Then a becomes the network's outputs, in its own units.
    /// </summary>
    internal abstract void Costs(float* a, float* y, int samples, float* scratch, float* costs);
}

/// <summary>
/// The passes, written once for the primitives of any variant. This file has one sample. The others have tiles, and derivatives of
/// inference.
/// </summary>
internal unsafe partial class TrainingPasses<K, T>(NetworkPlan plan, OutputKernels output, bool tiny = false)
    : TrainingPasses(plan, output.CostRows)
    where K : struct, IKernels
    where T : struct, ITileKernels
{
    private readonly LayerShape[] _layers = plan.Shapes;

    /// <summary>What makes outputs of the last layer's numbers, if the cost takes its sums; otherwise null.</summary>
    private readonly ActivationKernels? _after = ReferenceEquals(output.Function, plan.Functions[^1]) ? null : plan.Functions[^1];
    private readonly ActivationKernels[] _functions = [.. plan.Functions.AsSpan(0, plan.Functions.Length - 1), output.Function];

    internal override WeightedOutput? Weighted { get; } = output as WeightedOutput;

    internal override ForwardPasses Forward => _after == null ? Plan.Forward : field ??= new ForwardPasses<K, T>(Plan, _functions);

    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    internal override float OutputDelta(float* parameters, float* x, float* y, float* activations, float* deltas)
    {
        ForwardAll(parameters, x, activations);
        return DeltaOfOutputs(y, activations, deltas);
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private void ForwardAll(float* parameters, float* x, float* activations)
    {
        LayerShape[] layers = _layers;
        float* a = x;
        for (int l = 0; l < layers.Length; l++)
        {
            ref readonly LayerShape layer = ref layers[l];
            ActivationKernels function = _functions[l];
            float* w = parameters + layer.Weights, b = parameters + layer.Biases, next = activations + layer.Activations;
            int writable = layer.PaddedOutputs;
            if (layer.KeepsSlope)
                function.ForwardKeepingSlope(a, layer.Inputs, w, b, next, activations + layer.Kept, layer.Outputs, writable);
            else
                function.Forward(a, layer.Inputs, w, b, next, layer.Outputs, writable);
            a = next;
        }
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private float DeltaOfOutputs(float* y, float* activations, float* deltas)
    {
        ref readonly LayerShape last = ref _layers[^1];
        return output.Delta(activations + last.Activations, activations + last.Kept, y, deltas + last.Activations, last.Outputs);
    }

    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    internal override float Step(float* parameters, float* x, float* y, float* activations, float* deltas, float rate)
    {
        float cost = OutputDelta(parameters, x, y, activations, deltas);
        BackwardUpdate(parameters, x, activations, deltas, rate);
        return cost;
    }

    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    internal override float StepUnless(
        in CostGoal goal, float* parameters, float* x, float* y, float* activations, float* deltas, float rate)
    {
        float cost = OutputDelta(parameters, x, y, activations, deltas);
        if (!goal.EndsAt(cost)) BackwardUpdate(parameters, x, activations, deltas, rate);
        return cost;
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private void BackwardUpdate(float* parameters, float* x, float* activations, float* deltas, float rate)
    {
        LayerShape[] layers = _layers;
        for (int l = layers.Length - 1; l > 0; l--)
        {
            ref readonly LayerShape layer = ref layers[l], before = ref layers[l - 1];
            _functions[l - 1].BackwardUpdate(
                parameters + layer.Weights, parameters + layer.Biases, activations + before.Activations, activations + before.Kept,
                layer.Inputs, deltas + layer.Activations, layer.Outputs, deltas + before.Activations, rate);
        }

        ref readonly LayerShape first = ref layers[0];
        _functions[0].BackwardUpdate(
            parameters + first.Weights, parameters + first.Biases, x, null, first.Inputs, deltas + first.Activations, first.Outputs, null,
            rate);
    }

    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    internal override void Backward(
        float* parameters, float* gradient, bool adds, float* x, float* activations, float* deltas, float* inputDelta)
    {
        LayerShape[] layers = _layers;
        for (int l = layers.Length - 1; l >= 0; l--)
        {
            bool first = l == 0;
            ref readonly LayerShape layer = ref layers[l], before = ref layers[first ? 0 : l - 1];
            ActivationKernels function = first ? Sums : _functions[l - 1];
            float* w = parameters + layer.Weights, gw = gradient + layer.Weights, gb = gradient + layer.Biases;
            float* a = first ? x : activations + before.Activations, kept = activations + before.Kept, delta = deltas + layer.Activations;
            float* next = first ? inputDelta : deltas + before.Activations;
            if (adds) function.BackwardAccumulate(w, gw, gb, a, kept, layer.Inputs, delta, layer.Outputs, next);
            else function.BackwardGradient(w, gw, gb, a, kept, layer.Inputs, delta, layer.Outputs, next);
        }
    }
}
