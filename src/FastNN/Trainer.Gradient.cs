using System.Runtime.InteropServices;
using FastNN.Contract;
using FastNN.Passes;
using FastNN.Plumbing;

namespace FastNN;

public sealed unsafe partial class Trainer
{
    private TrainingPasses? _given;
    private AlignedBuffer? _gradient, _inputDelta;

    /// <summary>
    /// The gradient that <see cref="ComputeGradient"/> left, in the layout of <see cref="Network.Parameters"/>: ∂C/∂w of the cost reduced over the
    /// batch, zero before the first. It may be changed before <see cref="Apply"/>, which leaves it; the next <see cref="ComputeGradient"/> replaces
    /// it, and a <see cref="Step"/> may. The first use allocates it.
    /// </summary>
    public Span<float> Gradient => GradientBuffer.Span;

    private AlignedBuffer GradientBuffer => _gradient ?? Allocate(ref _gradient, _network.Parameters.Length);

    /// <summary>
    /// The first half of a <see cref="Step"/>: puts the gradient at the present parameters into <see cref="Gradient"/>, and changes nothing else.
    /// <see cref="Apply"/> is the second half; both together give the bits of a step.
    /// </summary>
    /// <param name="inputs">[batch, n_in], row by row.</param>
    /// <param name="targets">[batch, n_out], row by row.</param>
    /// <param name="cancellationToken">Asked between parts of the work.</param>
    /// <returns>The cost.</returns>
    /// <exception cref="ArgumentException">As for <see cref="Step"/>.</exception>
    /// <exception cref="OperationCanceledException">The token said so. What is in the gradient by then means nothing.</exception>
    /// <exception cref="InvalidOperationException">A batch is at work on another thread. Nothing was changed.</exception>
    public float ComputeGradient(ReadOnlySpan<float> inputs, ReadOnlySpan<float> targets, CancellationToken cancellationToken = default)
    {
        int batch = Validate(inputs, targets);
        AlignedBuffer gradient = GradientBuffer;
        cancellationToken.ThrowIfCancellationRequested();
        fixed (float* x = &MemoryMarshal.GetReference(inputs), y = &MemoryMarshal.GetReference(targets))
        {
            double cost = batch > 1
                ? _pass.Gradient(_passes, x, y, batch, gradient.Pointer, Scale(batch), cancellationToken)
                : GradientOfSample(x, y, gradient);
            GC.KeepAlive(this);
            return Reduce(cost, batch);
        }
    }

    /// <summary>
    /// For people with a cost of their own, as in reinforcement learning: from its gradient with respect to the outputs, that with respect to the parameters,
    /// added to what is in <see cref="Gradient"/>, and, if wanted, that with respect to the inputs. Over a batch the first are summed, whatever the
    /// <see cref="Reduction"/>. Begin with <c>trainer.Gradient.Clear()</c>, call this as often as there are samples, then <see cref="Apply"/>.
    /// </summary>
    /// <remarks>The outputs are computed once more on the way: 1 forward pass and 1 back, of which a step has as many.</remarks>
    /// <param name="inputs">[batch, n_in], row by row, at least one sample.</param>
    /// <param name="outputGradient">∂C/∂a, [batch, n_out], row by row: a of the last layer, softmax included if it has that.</param>
    /// <param name="inputGradient">Receives ∂C/∂x, [batch, n_in], row by row; empty if it is not wanted.</param>
    /// <exception cref="ArgumentException">
    /// A length does not fit the network, or spans overlap each other, the parameters or the gradient. Nothing was changed.
    /// </exception>
    /// <exception cref="InvalidOperationException">A batch is at work on another thread. Nothing was changed.</exception>
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

        _given ??= _network.Plan.Forward.Under(_network.Plan.Functions[^1].UnderGivenGradient());
        fixed (float* x = inputs, y = outputGradient, dx = inputGradient)
        {
            if (batch > 1) _pass.Accumulate(_given, x, y, batch, gradient.Pointer, dx, default);
            else BackwardSample(_given, x, y, inputGradient);
        }

        GC.KeepAlive(this);
    }

    /// <summary>
    /// One step of the optimizer along <see cref="Gradient"/>: for <see cref="Sgd"/> w ← w − learningRate·g, for the others as they document. Counts in
    /// <see cref="OptimizerState"/>. Clipping and decay leave the gradient itself as it is.
    /// </summary>
    /// <exception cref="InvalidOperationException">The optimizer's schedule gives no valid factor for this step. Nothing was changed.</exception>
    public void Apply()
    {
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
            if (rate != 0f) _network.Plan.Kernels.GradientDescent(_network.Buffer.Pointer, gradient, _network.Buffer.Length, 1f, rate);
        }

        OptimizerState.Advance();
        GC.KeepAlive(this);
    }

    /// <summary>A buffer once and for all: if two threads allocate it at once, against the rules, no pointer is left to one that is replaced.</summary>
    private static AlignedBuffer Allocate(ref AlignedBuffer? buffer, int length)
    {
        var allocated = new AlignedBuffer(length);
        return Interlocked.CompareExchange(ref buffer, allocated, null) ?? allocated;
    }

    private void BackwardSample(TrainingPasses given, float* x, float* y, Span<float> inputGradient)
    {
        float* inputDelta = null, parameters = _network.Buffer.Pointer;
        if (!inputGradient.IsEmpty) inputDelta = (_inputDelta ?? Allocate(ref _inputDelta, VirtualLanes.RoundUp(_network.Inputs))).Pointer;
        given.OutputDelta(parameters, x, y, _activations.Pointer, _deltas.Pointer);
        given.BackwardAccumulate(parameters, GradientBuffer.Pointer, x, _activations.Pointer, _deltas.Pointer, inputDelta);
        new ReadOnlySpan<float>(inputDelta, inputGradient.Length).CopyTo(inputGradient);
    }

    private float GradientOfSample(float* x, float* y, AlignedBuffer gradient)
    {
        gradient.Span.Fill(-0f); // fma(δ, a, −0) is δ·a, whatever zero that is
        float cost = DifferentiateSample(x, y);
        _passes.BackwardAccumulate(_network.Buffer.Pointer, gradient.Pointer, x, _activations.Pointer, _deltas.Pointer, null);
        return cost;
    }
}
