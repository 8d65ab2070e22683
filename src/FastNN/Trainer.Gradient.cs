using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;
using FastNN.Contract;
using FastNN.Dispatch;
using FastNN.Passes;
using FastNN.Plumbing;

namespace FastNN;

public sealed unsafe partial class Trainer
{
    private TrainingPasses? _given;
    private AlignedBuffer? _gradient, _inputDelta;

    /// <summary>
    /// The gradient from <see cref="ComputeGradient"/>, in the layout of <see cref="Network.Parameters"/>: ∂C/∂w of the cost, reduced over
    /// the batch. With a <see cref="Network.OutputStandardizer"/>, C is here the cost in the network's own units. It is zero before the
    /// first call. You may change it before <see cref="Apply"/>, which leaves it unchanged. The next <see cref="ComputeGradient"/> replaces
    /// it, and a <see cref="Step"/> may replace it. The first use allocates it.
    /// </summary>
    public Span<float> Gradient => GradientBuffer.Span;

    private AlignedBuffer GradientBuffer => _gradient ?? Allocate(ref _gradient, _network.Parameters.Length);

    /// <summary>
    /// The first half of a <see cref="Step"/>: writes the gradient at the present parameters to <see cref="Gradient"/>, and changes nothing
    /// else. <see cref="Apply"/> is the second half. The two together give the bits of <see cref="Step"/>.
    /// </summary>
    /// <param name="inputs">[batch, n_in], row by row.</param>
    /// <param name="targets">[batch, n_out], row by row.</param>
    /// <param name="cancellationToken">Checked between parts of the work.</param>
    /// <returns>The cost.</returns>
    /// <exception cref="ArgumentException">The same as for <see cref="Step"/>.</exception>
    /// <exception cref="OperationCanceledException">
    /// The token was cancelled. The contents of <see cref="Gradient"/> are then meaningless.
    /// </exception>
    /// <exception cref="InvalidOperationException">A batch is running on another thread. Nothing was changed.</exception>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    public float ComputeGradient(ReadOnlySpan<float> inputs, ReadOnlySpan<float> targets, CancellationToken cancellationToken = default)
    {
        int batch = Validate(inputs, targets);
        AlignedBuffer gradient = GradientBuffer;
        cancellationToken.ThrowIfCancellationRequested();
        fixed (float* x = &MemoryMarshal.GetReference(inputs), y = &MemoryMarshal.GetReference(targets))
        {
            float* own = InOwnUnits(x, batch);
            double cost = batch > 1
                ? _pass.Gradient(Passes, own, y, batch, gradient.Pointer, Scale(batch), cancellationToken)
                : DifferentiateSample(Passes, own, y);
            if (batch == 1) GradientOfSample(Passes, own, gradient);
            GC.KeepAlive(this);
            return Reduce(cost, batch);
        }
    }

    /// <summary>
    /// For a cost of your own, for example in reinforcement learning. You give the gradient of your cost by the outputs. This method
    /// computes its gradient by the parameters and adds it to <see cref="Gradient"/>. If you ask for it, it also computes the gradient by
    /// the inputs. The gradients by the parameters are summed over a batch, whatever the <see cref="Reduction"/>. First call
    /// <c>trainer.Gradient.Clear()</c>, then this method as often as you need, then <see cref="Apply"/>.
    /// </summary>
    /// <remarks>This method computes the outputs again. It takes one forward and one backward pass, the same as a step.</remarks>
    /// <param name="inputs">[batch, n_in], row by row, at least one sample.</param>
    /// <param name="outputGradient">
    /// ∂C/∂a, [batch, n_out], row by row. a are the outputs that <see cref="Network.Forward"/> gives, after softmax if the last layer has
    /// it, and in the user's units if there is a standardizer. So the gradient by the inputs is in the user's units too.
    /// </param>
    /// <param name="inputGradient">Receives ∂C/∂x, [batch, n_in], row by row; empty if you do not need it.</param>
    /// <exception cref="ArgumentException">
    /// A length does not fit the network, or spans overlap each other, the parameters, the gradient or the optimizer's state. Nothing was
    /// changed.
    /// </exception>
    /// <exception cref="InvalidOperationException">A batch is running on another thread. Nothing was changed.</exception>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    public void Backward(ReadOnlySpan<float> inputs, ReadOnlySpan<float> outputGradient, Span<float> inputGradient = default)
    {
        int batch = _network.BatchOf(inputs, nameof(inputs), outputGradient, nameof(outputGradient));
        if (!inputGradient.IsEmpty) Guard.Length(inputGradient.Length, inputs.Length, nameof(inputGradient));
        AlignedBuffer gradient = GradientBuffer;
        CheckApart(inputs, nameof(inputs));
        CheckApart(outputGradient, nameof(outputGradient));
        if (!inputGradient.IsEmpty) CheckApart(inputGradient, nameof(inputGradient));
        Guard.NoOverlap(inputGradient, nameof(inputGradient), inputs, nameof(inputs));
        Guard.NoOverlap(inputGradient, nameof(inputGradient), outputGradient, nameof(outputGradient));

        fixed (float* given = inputs, y = outputGradient, dx = inputGradient)
        {
            float* x = InOwnUnits(given, batch);
            if (batch > 1) _pass.Accumulate(PassesUnderGivenGradient, x, y, batch, gradient.Pointer, dx, default);
            else BackwardSample(PassesUnderGivenGradient, x, y, inputGradient);
        }

        GC.KeepAlive(this);
    }

    /// <summary>
    /// Takes one step of the optimizer along <see cref="Gradient"/>. <see cref="Sgd"/> computes w ← w − learningRate·g; the other
    /// optimizers document their rules. Counts the step in <see cref="OptimizerState"/>. Clipping and decay do not change
    /// <see cref="Gradient"/> itself.
    /// </summary>
    /// <exception cref="InvalidOperationException">
    /// The optimizer's schedule gives no valid factor for this step, or it is a <see cref="SecondOrderOptimizer"/>. Nothing was changed.
    /// </exception>
    public void Apply()
    {
        if (_minimizer != null)
        {
            throw new InvalidOperationException(
                $"{_optimizer.Kind} cannot apply a gradient, because it evaluates the cost several times in a step. "
                + $"Use {nameof(Step)}, {nameof(TrainUntil)} or {nameof(Fit)}.");
        }

        float* gradient = GradientBuffer.Pointer;
        if (_updater != null)
        {
            _updater.Begin(_updater.NextTerms());
            _updater.Limit(gradient);
            _updater.UpdateAll(gradient);
        }
        else
        {
            float rate = -_optimizer.RateAt(OptimizerState.Steps);
            if (rate != 0f)
                _network.Plan.Kernels.GradientDescent(_network.Buffer.Pointer, gradient, _network.Buffer.Length, 1f, rate);
        }

        OptimizerState.Advance();
        GC.KeepAlive(this);
    }

    private TrainingPasses PassesUnderGivenGradient
    {
        get
        {
            _ = Passes; // forgets _given if the output standardizer is another one
            return _given ??= NewPassesUnderGivenGradient();
        }
    }

    private TrainingPasses NewPassesUnderGivenGradient()
    {
        NetworkPlan plan = _network.Plan;
        OutputKernels output = plan.Functions[^1].UnderGivenGradient();
        return plan.Forward.Under(
            _outputStandardizer == null ? output : new StandardizedGradient(output, plan.Kernels.Standardizing, _outputStandardizer));
    }

    /// <summary>
    /// Allocates a buffer once. Two threads may allocate it at the same time, against the rules. Even then no pointer to a replaced buffer
    /// remains.
    /// </summary>
    private static AlignedBuffer Allocate(ref AlignedBuffer? buffer, int length)
    {
        var allocated = new AlignedBuffer(length);
        return Interlocked.CompareExchange(ref buffer, allocated, null) ?? allocated;
    }

    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private void BackwardSample(TrainingPasses given, float* x, float* y, Span<float> inputGradient)
    {
        float* inputDelta = null, parameters = _network.Buffer.Pointer;
        if (!inputGradient.IsEmpty) inputDelta = (_inputDelta ?? Allocate(ref _inputDelta, VirtualLanes.RoundUp(_network.Inputs))).Pointer;
        given.OutputDelta(parameters, x, y, _activations.Pointer, _deltas.Pointer);
        given.Backward(parameters, GradientBuffer.Pointer, adds: true, x, _activations.Pointer, _deltas.Pointer, inputDelta);
        if (inputDelta != null && _network.InputStandardizer is { } input)
            _network.Plan.Kernels.Standardizing.GradientToUserUnits(input, inputDelta, 1);
        new ReadOnlySpan<float>(inputDelta, inputGradient.Length).CopyTo(inputGradient);
    }

    /// <summary>The gradient of a sample, after <see cref="DifferentiateSample"/>.</summary>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private void GradientOfSample(TrainingPasses passes, float* x, AlignedBuffer gradient) =>
        passes.Backward(_network.Buffer.Pointer, gradient.Pointer, adds: false, x, _activations.Pointer, _deltas.Pointer, null);
}
