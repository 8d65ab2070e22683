using System.Runtime.CompilerServices;
using FastNN.Contract;
using FastNN.Passes;

namespace FastNN.Optimizers;

/// <summary>
/// The objective of a batch as a function of the parameters of the network: F = C + λ/2·Σ w² over all weights. C is in the network's own
/// units, so that the gradient belongs to it. F is in double precision: it starts with C, and for each layer in ascending order (½·λ)·Σ w²
/// is added, with the sum in sixteen lanes (<see cref="Sums"/>). The caller has a ticket of the batch.
/// </summary>
internal sealed unsafe class Objective(
    NetworkPlan plan, float* parameters, float* activations, float* deltas, TrainingBatch pass, float decay)
{
    private PassBatch _batch;
    private CancellationToken _cancellation;

    /// <summary>C at the last evaluation.</summary>
    internal double Cost { get; private set; }

    /// <summary>The batch of the evaluations, in the network's own units.</summary>
    internal PassBatch Batch => _batch;

    internal CancellationToken Cancellation => _cancellation;

    /// <summary>The batch of the next evaluations.</summary>
    internal void Begin(in PassBatch batch, CancellationToken cancellation)
    {
        _batch = batch;
        _cancellation = cancellation;
    }

    /// <summary>
    /// F at the present parameters, and its gradient: ∂C/∂w as the passes compute it, and then fma(λ, w, ∂C/∂w). If gradient is null, only
    /// F, by a forward pass.
    /// </summary>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    internal double At(float* gradient)
    {
        _cancellation.ThrowIfCancellationRequested();
        Cost = _batch.ReduceExactly(SumAt(gradient));
        double value = Cost;
        if (decay == 0f) return value;

        foreach (ref readonly LayerShape layer in plan.Shapes.AsSpan())
        {
            float* w = parameters + layer.Weights;
            int count = layer.Inputs * layer.Outputs;
            value += 0.5 * decay * Sums.Dot(w, w, count);
            if (gradient != null) plan.Kernels.GradientDescent(gradient + layer.Weights, w, count, 1f, decay);
        }

        return value;
    }

    /// <summary>The sum of the costs of the samples, and the gradient if it is wanted.</summary>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private double SumAt(float* gradient)
    {
        TrainingPasses passes = _batch.Passes;
        if (_batch.Samples > 1)
            return pass.GradientAlone(passes, _batch.X, _batch.Y, _batch.Samples, gradient, _batch.Scale, _cancellation);

        if (_batch.Samples == 0)
        {
            if (gradient != null) new Span<float>(gradient, plan.Parameters).Clear();
            return 0;
        }

        float cost = passes.OutputDelta(parameters, _batch.X, _batch.Y, activations, deltas);
        if (gradient != null) passes.Backward(parameters, gradient, adds: false, _batch.X, activations, deltas, null);
        return cost;
    }
}
