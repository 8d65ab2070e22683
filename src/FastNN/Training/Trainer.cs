using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;

namespace FastNN;

/// <summary>
/// Trains a <see cref="Network"/> in place. One step computes outputs, cost and gradient, and updates the parameters.
/// </summary>
/// <remarks>
/// <para>
/// Not thread-safe: one trainer, one thread, and nobody else using the network meanwhile. The workspace, two floats for each neuron
/// (each layer rounded up to sixteen) and, once a batch has been seen, one for each parameter, belongs to the trainer; a step allocates nothing.
/// </para>
/// </remarks>
public sealed unsafe class Trainer
{
    private readonly Network _network;
    private readonly Optimizer _optimizer;
    private readonly Reduction _reduction;
    private readonly AlignedBuffer _activations;
    private readonly AlignedBuffer _deltas;
    private AlignedBuffer? _gradient;

    /// <summary>Creates a trainer for <paramref name="network"/>.</summary>
    /// <param name="network">The network whose parameters the steps update.</param>
    /// <param name="optimizer">How the gradient becomes an update.</param>
    /// <param name="cost">What to make small.</param>
    /// <param name="reduction">How the costs of a batch's samples become one.</param>
    /// <exception cref="ArgumentNullException">The network or the optimizer is null.</exception>
    /// <exception cref="ArgumentOutOfRangeException"><paramref name="cost"/> or <paramref name="reduction"/> is no member of its enumeration.</exception>
    public Trainer(Network network, Optimizer optimizer, Cost cost = Cost.SquaredError, Reduction reduction = Reduction.Mean)
    {
        ArgumentNullException.ThrowIfNull(network);
        ArgumentNullException.ThrowIfNull(optimizer);
        if (!Enum.IsDefined(cost)) throw new ArgumentOutOfRangeException(nameof(cost), cost, $"cost must be {Cost.SquaredError}, but is {(int)cost}.");
        if (!Enum.IsDefined(reduction))
        {
            throw new ArgumentOutOfRangeException(
                nameof(reduction), reduction, $"reduction must be {Reduction.Mean} or {Reduction.Sum}, but is {(int)reduction}.");
        }

        _network = network;
        _optimizer = optimizer;
        _reduction = reduction;
        _activations = new AlignedBuffer(network.Shapes[^1].ActivationsEnd);
        _deltas = new AlignedBuffer(network.Shapes[^1].ActivationsEnd);
    }

    /// <summary>
    /// One step of training on a sample or a batch: the cost's gradient at the present parameters, then one update along it. A sample alone
    /// is updated while the gradient passes through the layers, with the same bits as gradient first, update after.
    /// </summary>
    /// <param name="inputs">[batch, n_in], row by row; its length says the batch size, at least 1.</param>
    /// <param name="targets">[batch, n_out], row by row: the outputs wished for.</param>
    /// <returns>The cost before the update.</returns>
    /// <exception cref="ArgumentException">A length does not fit the network, or a span overlaps the parameters. Nothing was changed.</exception>
    public float Step(ReadOnlySpan<float> inputs, ReadOnlySpan<float> targets)
    {
        int batch = Validate(inputs, targets);
        fixed (float* x = &MemoryMarshal.GetReference(inputs), y = &MemoryMarshal.GetReference(targets))
        {
            float rate = -_optimizer.LearningRate;
            return batch == 1
                ? _network.KernelSet.Step(_network.Shapes, _network.Buffer.Pointer, x, y, _activations.Pointer, _deltas.Pointer, rate)
                : StepBatch(x, y, batch, rate);
        }
    }

    /// <summary>
    /// Repeats <see cref="Step"/> on the same samples until their cost is small enough, a number of steps is reached, or the cost is no
    /// number any more (the training diverged).
    /// </summary>
    /// <param name="inputs">[batch, n_in], row by row.</param>
    /// <param name="targets">[batch, n_out], row by row.</param>
    /// <param name="cost">The cost to reach, at least 0.</param>
    /// <param name="maxSteps">The most updates to make, at least 0.</param>
    /// <returns>The updates made and the cost they led to.</returns>
    /// <exception cref="ArgumentOutOfRangeException"><paramref name="cost"/> is negative or NaN, or <paramref name="maxSteps"/> negative.</exception>
    /// <exception cref="ArgumentException">As for <see cref="Step"/>.</exception>
    public TrainingResult TrainUntil(ReadOnlySpan<float> inputs, ReadOnlySpan<float> targets, float cost, int maxSteps)
    {
        if (!(cost >= 0)) throw new ArgumentOutOfRangeException(nameof(cost), cost, $"cost must be at least 0, but is {cost}.");
        ArgumentOutOfRangeException.ThrowIfNegative(maxSteps);
        float reached = Evaluate(inputs, targets);
        int steps = 0;
        while (!(reached <= cost) && steps < maxSteps && float.IsFinite(reached))
        {
            reached = Step(inputs, targets); // the cost before the step, which is the last one's cost after it
            steps++;
            if (reached <= cost || steps == maxSteps || !float.IsFinite(reached)) reached = Evaluate(inputs, targets);
        }

        return new TrainingResult(steps, reached, reached <= cost);
    }

    /// <summary>The cost of the network on samples, held out from training perhaps. Changes no parameter.</summary>
    /// <param name="inputs">[batch, n_in], row by row.</param>
    /// <param name="targets">[batch, n_out], row by row.</param>
    /// <returns>The cost, reduced over the batch like <see cref="Step"/>'s.</returns>
    /// <exception cref="ArgumentException">As for <see cref="Step"/>.</exception>
    public float Evaluate(ReadOnlySpan<float> inputs, ReadOnlySpan<float> targets)
    {
        int batch = Validate(inputs, targets);
        double cost = 0;
        fixed (float* x = &MemoryMarshal.GetReference(inputs), y = &MemoryMarshal.GetReference(targets))
        {
            for (int s = 0; s < batch; s++) cost += Differentiate(x + (nint)s * _network.Inputs, y + (nint)s * _network.Outputs);
        }

        return Reduce(cost, batch);
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private int Validate(ReadOnlySpan<float> inputs, ReadOnlySpan<float> targets)
    {
        int batch = 1;
        if (inputs.Length != _network.Inputs || targets.Length != _network.Outputs)
            batch = _network.BatchOf(inputs, nameof(inputs), targets, nameof(targets));
        Guard.NoOverlap(inputs, nameof(inputs), _network.Buffer, "network.Parameters");
        Guard.NoOverlap(targets, nameof(targets), _network.Buffer, "network.Parameters");
        return batch;
    }

    /// <summary>Adds up the samples' gradients in ascending order, then descends their sum or mean.</summary>
    private float StepBatch(float* x, float* y, int batch, float rate)
    {
        _gradient ??= new AlignedBuffer(_network.Parameters.Length);
        _gradient.Span.Clear();
        double cost = 0;
        for (int s = 0; s < batch; s++, x += _network.Inputs, y += _network.Outputs)
        {
            cost += Differentiate(x, y);
            _network.KernelSet.Accumulate(_network.Shapes, _network.Buffer.Pointer, _gradient.Pointer, x, _activations.Pointer, _deltas.Pointer);
        }

        float scale = _reduction == Reduction.Mean ? 1f / batch : 1f;
        _network.KernelSet.GradientDescent(_network.Buffer.Pointer, _gradient.Pointer, _network.Buffer.Length, scale, rate);
        return Reduce(cost, batch);
    }

    private float Differentiate(float* x, float* y) =>
        _network.KernelSet.Differentiate(_network.Shapes, _network.Buffer.Pointer, x, y, _activations.Pointer, _deltas.Pointer);

    private float Reduce(double cost, int batch) => (float)(_reduction == Reduction.Mean ? cost / batch : cost);
}
