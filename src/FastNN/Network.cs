using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;

namespace FastNN;

/// <summary>
/// A fully connected network of sigmoid layers with its parameters in one contiguous buffer. For layer l
/// <code>z_i = b_i + Σ_j w_ij·a_j,   a'_i = σ(z_i),   W [n_in, n_out], b, z and a' [n_out], a [n_in]</code>
/// and the outputs of one layer are the inputs of the next.
/// </summary>
/// <remarks>
/// The outputs lie between 0 and 1: scale targets accordingly. They are a pure function of parameters and inputs: the same bits for every
/// <see cref="KernelVariant"/>, for a sample alone or in a batch of any size. <see cref="Forward"/> is safe on any number of threads at once,
/// as long as none changes the parameters meanwhile.
/// </remarks>
public sealed unsafe class Network
{
    private const int StackFloats = 512;
    private readonly int _scratch;

    /// <summary>Creates a network with parameters uniform in [−3, 3), drawn in their order in <see cref="Parameters"/>.</summary>
    /// <param name="widths">
    /// Neurons in each layer, inputs first: <c>[2, 4, 3, 2]</c> takes 2 inputs through hidden layers of 4 and 3 to 2 outputs, with 35 parameters.
    /// </param>
    /// <param name="seed">Seed of SplitMix64, whose numbers are the same on every platform and every version of .NET.</param>
    /// <param name="kernels">The kernels to run on; all give the same bits.</param>
    /// <exception cref="ArgumentException">There are fewer than two widths.</exception>
    /// <exception cref="ArgumentOutOfRangeException">
    /// A width is less than 1, there are more parameters than an array holds, or <paramref name="kernels"/> is no member of its enumeration.
    /// </exception>
    /// <exception cref="PlatformNotSupportedException">This process does not accelerate <paramref name="kernels"/>.</exception>
    /// <exception cref="InvalidOperationException"><paramref name="kernels"/> is Auto and <c>FASTNN_KERNELS</c> names no variant.</exception>
    public Network(ReadOnlySpan<int> widths, int seed, KernelVariant kernels = KernelVariant.Auto)
    {
        Shapes = LayerShape.LayOut(widths);
        Inputs = widths[0];
        Outputs = widths[^1];
        KernelSet = KernelSet.For(kernels).Suit(Shapes);
        _scratch = KernelSet.Scratch(Shapes);
        BatchScratch = KernelSet.BatchScratch(Shapes);
        FewestForTile = KernelSet.FewestForTile(Shapes);
        Buffer = new AlignedBuffer(Shapes[^1].ParametersEnd);
        Layers = Array.AsReadOnly(Array.ConvertAll(Shapes, shape => new Layer(Buffer, shape)));

        var random = new SplitMix64(seed);
        foreach (ref float parameter in Parameters) parameter = random.NextParameter();
    }

    /// <summary>Values in a sample: the width of the first layer.</summary>
    public int Inputs { get; }

    /// <summary>Values in a prediction: the width of the last layer.</summary>
    public int Outputs { get; }

    /// <summary>The layers behind the inputs, the first hidden one first.</summary>
    public IReadOnlyList<Layer> Layers { get; }

    /// <summary>
    /// All parameters, contiguous and aligned to 64 bytes: for each layer W, then b, without padding; w_ij, from input j to output i, at
    /// <c>j·n_out + i</c> of its layer. Write to it to set them; not while another thread runs <see cref="Forward"/>.
    /// </summary>
    public Span<float> Parameters => Buffer.Span;

    /// <summary>The kernels this network runs on; never <see cref="KernelVariant.Auto"/>.</summary>
    public KernelVariant KernelVariant => KernelSet.Variant;

    internal LayerShape[] Shapes { get; }

    internal KernelSet KernelSet { get; }

    internal AlignedBuffer Buffer { get; }

    /// <summary>Floats that some samples of a batch need on their way.</summary>
    internal int BatchScratch { get; }

    /// <summary>The samples from which on a tile pays.</summary>
    internal int FewestForTile { get; }

    /// <summary>
    /// Computes the outputs of one sample or of a batch. Allocates nothing, but for the first call on a thread, which then keeps the most floats it
    /// has needed: for one sample, and only if the hidden layers, each rounded up to sixteen, have more than 512 neurons together, as many as these;
    /// for a batch at most 256 for each neuron of the widest layer, inputs included and rounded up to sixteen, a quarter of these if it is wider than
    /// 8,192, or, in a network no layer of which is wider than four, 256 for each neuron and each hidden layer.
    /// </summary>
    /// <param name="inputs">[batch, <see cref="Inputs"/>], row by row; its length says the batch size, at least 1.</param>
    /// <param name="outputs">Receives [batch, <see cref="Outputs"/>], row by row; must overlap neither the inputs nor the parameters.</param>
    /// <param name="threads">
    /// The most threads that work on a batch, at least 1: the calling one and others of .NET's thread pool. Any number gives the same bits.
    /// </param>
    /// <exception cref="ArgumentException">A length does not fit the network, or the outputs overlap what they are computed from. Nothing was written.</exception>
    /// <exception cref="ArgumentOutOfRangeException"><paramref name="threads"/> is less than 1.</exception>
    public void Forward(ReadOnlySpan<float> inputs, Span<float> outputs, int threads = 1)
    {
        int batch = 1;
        if (inputs.Length != Inputs || outputs.Length != Outputs) batch = BatchOf(inputs, nameof(inputs), outputs, nameof(outputs));
        if (threads < 1) Guard.ThrowThreads(threads);
        Guard.NoOverlap(outputs, nameof(outputs), inputs, nameof(inputs));
        Guard.NoOverlap(outputs, nameof(outputs), Buffer, nameof(Parameters));

        fixed (float* x = &MemoryMarshal.GetReference(inputs), y = &MemoryMarshal.GetReference(outputs))
        {
            if (batch > 1)
            {
                BatchForward.Run(this, x, y, batch, threads);
            }
            else if (_scratch == 0)
            {
                KernelSet.Forward(Shapes, Buffer.Pointer, x, null, y, Outputs);
            }
            else if (_scratch <= StackFloats)
            {
                ForwardOnStack(x, y);
            }
            else
            {
                KernelSet.Forward(Shapes, Buffer.Pointer, x, ThreadScratch.Get(_scratch), y, Outputs);
            }
        }

        GC.KeepAlive(this);
    }

    /// <summary>
    /// In a frame of its own, without references to pin: the JIT zeroes these in every call, and would zero the scratch between them with
    /// them, 215 instructions.
    /// </summary>
    [SkipLocalsInit]
    [MethodImpl(MethodImplOptions.NoInlining)]
    private void ForwardOnStack(float* x, float* y)
    {
        Unsafe.SkipInit(out Scratch scratch);
        KernelSet.Forward(Shapes, Buffer.Pointer, x, (float*)&scratch, y, Outputs);
    }

    /// <summary>The batch size that both lengths say, or an exception.</summary>
    internal int BatchOf(ReadOnlySpan<float> inputs, string inputsName, ReadOnlySpan<float> outputs, string outputsName)
    {
        int batch = inputs.Length / Inputs;
        if (batch == 0 || batch * Inputs != inputs.Length)
        {
            throw new ArgumentException($"{inputsName} must hold whole samples of {Inputs} values, at least one, but has a length of {inputs.Length}.", inputsName);
        }

        if (outputs.Length != (long)batch * Outputs)
        {
            throw new ArgumentException(
                $"{outputsName} must hold {Outputs} values a sample, {(long)batch * Outputs} for the batch of {batch} in {inputsName}, but has a length of {outputs.Length}.",
                outputsName);
        }

        return batch;
    }

    /// <summary>Room for the hidden activations of a small network on the stack, left as it is found.</summary>
    [InlineArray(StackFloats)]
    private struct Scratch
    {
        private float _first;
    }
}
