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

    /// <summary>
    /// Floats of scratch memory for <see cref="TileDeltas"/>: two deltas and the kept slopes of each tile, the targets of one tile, and the
    /// rows for its costs. Layers in rows use the two deltas in turns.
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
    /// One sample backward through all layers, from the delta of the outputs. Its gradient is added to that of the samples before. If
    /// inputDelta is not null, it receives the gradient by x, padded.
    /// </summary>
    internal abstract void BackwardAccumulate(
        float* parameters, float* gradient, float* x, float* activations, float* deltas, float* inputDelta);

    /// <summary>
    /// Tiles of a chunk forward, their costs, and, if <paramref name="deltas"/>, all their deltas. The tiles are full, or it is the last
    /// alone. y are the targets, from the first sample of these tiles on. If xGradient is not null, it receives the gradient by the inputs,
    /// from the same sample on. If outputs is not null, it receives the network's outputs, in its own units.
    /// </summary>
    internal abstract void TileDeltas(
        float* parameters, float* y, in TileChunk chunk, int first, int tiles, float* scratch, bool deltas, float* xGradient,
        float* outputs);

    /// <summary>The network's outputs of one sample, in its own units, after <see cref="OutputDelta"/>.</summary>
    internal abstract void OutputsOf(float* activations, float* outputs);
}

/// <summary>The passes, written once for the primitives of any variant. This file has one sample, the other has tiles.</summary>
internal unsafe partial class TrainingPasses<K, T>(NetworkPlan plan, OutputKernels output, bool tiny = false)
    : TrainingPasses(plan, output.CostRows)
    where K : struct, IKernels
    where T : struct, ITileKernels
{
    private readonly LayerShape[] _layers = plan.Shapes;
    private readonly WeightedOutput? _weighted = output as WeightedOutput;

    /// <summary>What makes outputs of the last layer's numbers, if the cost takes its sums; otherwise null.</summary>
    private readonly ActivationKernels? _after = ReferenceEquals(output.Function, plan.Functions[^1]) ? null : plan.Functions[^1];
    private readonly ActivationKernels[] _functions = [.. plan.Functions.AsSpan(0, plan.Functions.Length - 1), output.Function];

    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    internal override float OutputDelta(float* parameters, float* x, float* y, float* activations, float* deltas)
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

        ref readonly LayerShape last = ref layers[^1];
        return output.Delta(a, activations + last.Kept, y, deltas + last.Activations, last.Outputs);
    }

    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    internal override void OutputsOf(float* activations, float* outputs)
    {
        ref readonly LayerShape last = ref _layers[^1];
        new ReadOnlySpan<float>(activations + last.Activations, last.Outputs).CopyTo(new Span<float>(outputs, last.Outputs));
        _after?.ActivateRows(outputs, 1, last.Outputs, last.Outputs);
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
    internal override void BackwardAccumulate(
        float* parameters, float* gradient, float* x, float* activations, float* deltas, float* inputDelta)
    {
        LayerShape[] layers = _layers;
        for (int l = layers.Length - 1; l > 0; l--)
        {
            ref readonly LayerShape layer = ref layers[l], before = ref layers[l - 1];
            _functions[l - 1].BackwardAccumulate(
                parameters + layer.Weights, gradient + layer.Weights, gradient + layer.Biases, activations + before.Activations,
                activations + before.Kept, layer.Inputs, deltas + layer.Activations, layer.Outputs, deltas + before.Activations);
        }

        ref readonly LayerShape first = ref layers[0];
        K.BackwardAccumulate<Identity>(
            parameters + first.Weights, gradient + first.Weights, gradient + first.Biases, x, first.Inputs,
            deltas + first.Activations, first.Outputs, inputDelta);
    }
}
