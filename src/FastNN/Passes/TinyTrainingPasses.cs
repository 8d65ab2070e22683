using System.Runtime.CompilerServices;
using System.Runtime.Intrinsics;
using FastNN.Contract;
using FastNN.Dispatch;
using FastNN.Simd;
using V = System.Runtime.Intrinsics.Vector128<float>;

namespace FastNN.Passes;

/// <summary>Training of a <see cref="TinyNetwork"/> by squared error.</summary>
internal sealed unsafe class TinyTrainingPasses<K, T>(NetworkPlan plan, OutputKernels output)
    : TrainingPasses<K, T>(plan, output, tiny: true)
    where K : struct, IKernels
    where T : struct, ITileKernels
{
    private readonly LayerShape[] _layers = plan.Shapes;

    [MethodImpl(MethodImplOptions.NoInlining | MethodImplOptions.AggressiveOptimization)]
    internal override float OutputDelta(float* parameters, float* x, float* y, float* activations, float* deltas)
    {
        V delta = TinyNetwork.OutputDelta(_layers, parameters, TinyNetwork.LoadInput(_layers, x), y, activations, out float cost);
        delta.Store(deltas + _layers[^1].Activations);
        return cost;
    }

    [MethodImpl(MethodImplOptions.NoInlining | MethodImplOptions.AggressiveOptimization)]
    internal override float Step(float* parameters, float* x, float* y, float* activations, float* deltas, float rate)
    {
        LayerShape[] layers = _layers;
        V input = TinyNetwork.LoadInput(layers, x);
        V delta = TinyNetwork.OutputDelta(layers, parameters, input, y, activations, out float cost);
        BackwardUpdate(parameters, input, activations, delta, rate);
        return cost;
    }

    [MethodImpl(MethodImplOptions.NoInlining | MethodImplOptions.AggressiveOptimization)]
    internal override float StepUnless(
        in CostGoal goal, float* parameters, float* x, float* y, float* activations, float* deltas, float rate)
    {
        V input = TinyNetwork.LoadInput(_layers, x);
        V delta = TinyNetwork.OutputDelta(_layers, parameters, input, y, activations, out float cost);
        if (!goal.EndsAt(cost)) BackwardUpdate(parameters, input, activations, delta, rate);
        return cost;
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private void BackwardUpdate(float* parameters, V input, float* activations, V delta, float rate)
    {
        LayerShape[] layers = _layers;
        V mask = Simd128.First(layers[^1].Outputs);
        for (int l = layers.Length - 1; l > 0; l--)
        {
            ref readonly LayerShape layer = ref layers[l];
            V a = Vector128.Load(activations + layers[l - 1].Activations);
            V inputMask = Simd128.First(layer.Inputs);
            V sums = TinyNetwork.BackwardUpdate<Const.Yes>(in layer, parameters, a, delta, mask, rate);
            delta = Simd128.MultiplyAdd(sums, Sigmoid.Slope<Simd128, V>(a), V.Zero) & inputMask;
            mask = inputMask;
        }

        TinyNetwork.BackwardUpdate<Const.No>(in layers[0], parameters, input, delta, mask, rate);
    }
}
