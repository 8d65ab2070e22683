using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;
using FastNN.Passes;
using FastNN.Plumbing;

namespace FastNN;

public sealed unsafe partial class Network
{
    private InputDerivatives? _derivatives; // created at the first call; if two threads create it, both objects are the same

    private InputDerivatives Derivatives => _derivatives ??= new InputDerivatives(Plan, Buffer.Pointer);

    private InputDerivatives.Units Units => new(_inputStandardizer, _outputStandardizer);

    /// <summary>
    /// Computes the gradient by the inputs: g_j = Σ_i outputGradient_i·∂output_i/∂input_j for each sample, a vector–Jacobian product. No
    /// trainer is needed, and nothing but <paramref name="inputGradient"/> changes. Any number of threads may call this at the same time,
    /// together with <see cref="Forward"/>. A sample has the same bits alone and in any batch.
    /// </summary>
    /// <remarks>
    /// The first call of a network allocates some objects. A thread allocates if it needs a larger workspace than before, which it keeps.
    /// For one sample this is four floats for each neuron; for a batch it is up to 1,024 floats for each.
    /// </remarks>
    /// <param name="inputs">[batch, <see cref="Inputs"/>], row by row. The length tells the batch size, at least 1.</param>
    /// <param name="outputGradient">
    /// [batch, <see cref="Outputs"/>], row by row: ∂C/∂output of anything C that depends on the outputs. A row with a 1 and zeros gives the
    /// gradient of this output. With standardizers, both gradients are in your units.
    /// </param>
    /// <param name="inputGradient">
    /// Receives [batch, <see cref="Inputs"/>], row by row. It must not overlap the other spans or the parameters.
    /// </param>
    /// <param name="threads">The most threads that work on a batch, at least 1. Any number gives the same bits.</param>
    /// <exception cref="ArgumentException">
    /// A length does not fit the network, or <paramref name="inputGradient"/> overlaps other memory. Nothing was written.
    /// </exception>
    /// <exception cref="ArgumentOutOfRangeException"><paramref name="threads"/> is less than 1.</exception>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    public void InputGradient(
        ReadOnlySpan<float> inputs, ReadOnlySpan<float> outputGradient, Span<float> inputGradient, int threads = 1)
    {
        int batch = 1;
        if (inputs.Length != Inputs || outputGradient.Length != Outputs)
            batch = BatchOf(inputs, nameof(inputs), outputGradient, nameof(outputGradient));
        Guard.Length(inputGradient.Length, inputs.Length, nameof(inputGradient));
        if (threads < 1) Guard.ThrowThreads(threads);
        Guard.NoOverlap(inputGradient, nameof(inputGradient), inputs, nameof(inputs));
        Guard.NoOverlap(inputGradient, nameof(inputGradient), outputGradient, nameof(outputGradient));
        Guard.NoOverlap(inputGradient, nameof(inputGradient), Buffer, nameof(Parameters));

        fixed (float* x = &MemoryMarshal.GetReference(inputs), y = &MemoryMarshal.GetReference(outputGradient))
        fixed (float* target = &MemoryMarshal.GetReference(inputGradient))
        {
            if (batch > 1) InputDerivativeBatch.Run(Derivatives, Units, x, y, target, batch, threads);
            else Derivatives.OfFew(Units, x, y, target, 1);
        }

        GC.KeepAlive(this);
    }

    /// <summary>
    /// Computes the Jacobian ∂output_i/∂input_j for each sample: the rows are what <see cref="InputGradient"/> gives for each output, with
    /// the same bits. One pass forward serves all rows. Any number of threads may call this at the same time, together with
    /// <see cref="Forward"/>. Memory is as there.
    /// </summary>
    /// <param name="inputs">[batch, <see cref="Inputs"/>], row by row. The length tells the batch size, at least 1.</param>
    /// <param name="jacobian">
    /// Receives [batch, <see cref="Outputs"/>, <see cref="Inputs"/>]: ∂output_i/∂input_j of sample s is at <c>(s·n_out + i)·n_in + j</c>.
    /// It must not overlap the inputs or the parameters. With standardizers, it is in your units.
    /// </param>
    /// <param name="threads">The most threads that work on a batch, at least 1. Any number gives the same bits.</param>
    /// <exception cref="ArgumentException">
    /// A length does not fit the network, or <paramref name="jacobian"/> overlaps other memory. Nothing was written.
    /// </exception>
    /// <exception cref="ArgumentOutOfRangeException"><paramref name="threads"/> is less than 1.</exception>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    public void Jacobian(ReadOnlySpan<float> inputs, Span<float> jacobian, int threads = 1)
    {
        int batch = inputs.Length == Inputs ? 1 : SamplesIn(inputs, nameof(inputs));
        long needed = (long)inputs.Length * Outputs;
        if (jacobian.Length != needed)
        {
            throw new ArgumentException(
                $"jacobian must have a length of {needed}, {Outputs} rows of {Inputs} for the batch of {batch} in inputs, "
                + $"but has {jacobian.Length}.",
                nameof(jacobian));
        }

        if (threads < 1) Guard.ThrowThreads(threads);
        Guard.NoOverlap(jacobian, nameof(jacobian), inputs, nameof(inputs));
        Guard.NoOverlap(jacobian, nameof(jacobian), Buffer, nameof(Parameters));

        fixed (float* x = &MemoryMarshal.GetReference(inputs), target = &MemoryMarshal.GetReference(jacobian))
        {
            if (batch > 1) InputDerivativeBatch.Run(Derivatives, Units, x, null, target, batch, threads);
            else Derivatives.OfFew(Units, x, null, target, 1);
        }

        GC.KeepAlive(this);
    }
}
