using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;
using FastNN.Dispatch;
using FastNN.Passes;
using FastNN.Plumbing;

namespace FastNN;

/// <summary>
/// A fully connected network with its parameters in one contiguous buffer. For layer l with the activation f
/// <code>z_i = b_i + Σ_j w_ij·a_j,   a'_i = f(z_i),   W [n_in, n_out], b, z and a' [n_out], a [n_in]</code>
/// and the outputs of one layer are the inputs of the next.
/// </summary>
/// <remarks>
/// Outputs have the range of the last activation, between 0 and 1 for the sigmoid: scale targets accordingly. They are a pure function of parameters and
/// inputs: the same bits for every
/// <see cref="KernelVariant"/>, for a sample alone or in a batch of any size. <see cref="Forward"/> is safe on any number of threads at once,
/// as long as none changes the parameters meanwhile: a <see cref="ServedNetwork"/> can be used while they are trained.
/// </remarks>
public sealed unsafe partial class Network
{
    private const int StackFloats = 512;
    private readonly ForwardPasses _passes;
    private readonly int _scratch;

    /// <summary>Creates the article's kind of network: sigmoid in every layer, parameters uniform in [−3, 3).</summary>
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
        : this(widths, Fill(widths, Activation.Sigmoid, Activation.Sigmoid), seed, Initializer.Article, kernels)
    {
    }

    /// <summary>Creates a network whose hidden layers have one activation and whose last layer has another.</summary>
    /// <param name="widths">Neurons in each layer, inputs first.</param>
    /// <param name="hidden">The activation of all layers but the last.</param>
    /// <param name="output">That of the last.</param>
    /// <param name="seed">Seed of SplitMix64.</param>
    /// <param name="initializer">How the parameters are drawn; <see cref="Initializer.He"/> for null.</param>
    /// <param name="kernels">The kernels to run on; all give the same bits.</param>
    /// <exception cref="ArgumentNullException">An activation is null.</exception>
    /// <exception cref="ArgumentException">There are fewer than two widths, or <paramref name="hidden"/> is softmax and there is such a layer.</exception>
    /// <exception cref="ArgumentOutOfRangeException">As for the other constructors.</exception>
    /// <exception cref="PlatformNotSupportedException">This process does not accelerate <paramref name="kernels"/>.</exception>
    /// <exception cref="InvalidOperationException"><paramref name="kernels"/> is Auto and <c>FASTNN_KERNELS</c> names no variant.</exception>
    public Network(
        ReadOnlySpan<int> widths, Activation hidden, Activation output, int seed, Initializer? initializer = null, KernelVariant kernels = KernelVariant.Auto)
        : this(widths, Fill(widths, hidden, output), seed, initializer, kernels)
    {
    }

    /// <summary>Creates a network with an activation for each layer.</summary>
    /// <param name="widths">Neurons in each layer, inputs first.</param>
    /// <param name="activations">One for each layer behind the inputs, one less than there are widths; softmax only last.</param>
    /// <param name="seed">Seed of SplitMix64, whose numbers are the same on every platform and every version of .NET.</param>
    /// <param name="initializer">How the parameters are drawn; <see cref="Initializer.He"/> for null.</param>
    /// <param name="kernels">The kernels to run on; all give the same bits.</param>
    /// <exception cref="ArgumentNullException">An activation is null.</exception>
    /// <exception cref="ArgumentException">There are fewer than two widths, not one activation for each layer, or softmax comes before the last.</exception>
    /// <exception cref="ArgumentOutOfRangeException">
    /// A width is less than 1, there are more parameters than an array holds, or <paramref name="kernels"/> is no member of its enumeration.
    /// </exception>
    /// <exception cref="PlatformNotSupportedException">This process does not accelerate <paramref name="kernels"/>.</exception>
    /// <exception cref="InvalidOperationException"><paramref name="kernels"/> is Auto and <c>FASTNN_KERNELS</c> names no variant.</exception>
    public Network(
        ReadOnlySpan<int> widths, ReadOnlySpan<Activation> activations, int seed, Initializer? initializer = null, KernelVariant kernels = KernelVariant.Auto)
        : this(widths, activations, KernelSet.For(kernels)) => (initializer ?? Initializer.He).Draw(Layers, seed);

    /// <summary>The same, with parameters of 0.</summary>
    internal Network(ReadOnlySpan<int> widths, ReadOnlySpan<Activation> activations, KernelSet kernels)
    {
        Plan = new NetworkPlan(widths, activations, kernels);
        Inputs = Plan.Inputs;
        Outputs = Plan.Outputs;
        _passes = Plan.Forward;
        _scratch = _passes.Scratch;
        Buffer = new AlignedBuffer(Plan.Parameters);
        var layers = new Layer[Plan.Shapes.Length];
        for (int l = 0; l < layers.Length; l++) layers[l] = new Layer(Buffer, Plan.Shapes[l], activations[l]);
        Layers = Array.AsReadOnly(layers);
    }

    /// <summary>Values in a sample: the width of the first layer.</summary>
    public int Inputs { get; }

    /// <summary>Values in a prediction: the width of the last layer.</summary>
    public int Outputs { get; }

    /// <summary>The layers behind the inputs, the first hidden one first.</summary>
    public IReadOnlyList<Layer> Layers { get; }

    /// <summary>
    /// All parameters, contiguous and aligned to 64 bytes: for each layer W, then b, without padding; w_ij, from input j to output i, at
    /// <c>j·n_out + i</c> of its layer. Write to it to set them; not while another thread runs
    /// <see cref="Forward"/>, who would compute with some of both: a <see cref="ServedNetwork"/> takes whole sets of them.
    /// </summary>
    public Span<float> Parameters => Buffer.Span;

    /// <summary>The kernels this network runs on; never <see cref="KernelVariant.Auto"/>.</summary>
    public KernelVariant KernelVariant => Plan.Kernels.Variant;

    internal NetworkPlan Plan { get; }

    private int[] Widths => [Inputs, .. Layers.Select(layer => layer.Outputs)];

    internal AlignedBuffer Buffer { get; }

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
                ForwardBatch.Forward(_passes, Buffer.Pointer, x, y, batch, threads);
            }
            else if (_scratch == 0)
            {
                _passes.Forward(Buffer.Pointer, x, null, y, Outputs);
            }
            else if (_scratch <= StackFloats)
            {
                ForwardOnStack(x, y);
            }
            else
            {
                _passes.Forward(Buffer.Pointer, x, ThreadScratch.Get(_scratch), y, Outputs);
            }
        }

        GC.KeepAlive(this);
    }

    /// <summary>
    /// Creates a network with the same widths, activations, kernels and parameters, these in memory of its own: to keep the best of a training, or as the
    /// target network of reinforcement learning. The parameters must not change meanwhile.
    /// </summary>
    /// <returns>The copy.</returns>
    public Network Clone()
    {
        var clone = new Network(Widths, [.. Layers.Select(layer => layer.Activation)], Plan.Kernels);
        Parameters.CopyTo(clone.Parameters);
        return clone;
    }

    /// <summary>Widths, activations and kernels, for logs: <c>64-32-10, Relu Softmax, Vector512</c>.</summary>
    public override string ToString() => $"{string.Join('-', Widths)}, {string.Join(' ', Layers.Select(layer => layer.Activation))}, {KernelVariant}";

    /// <summary>
    /// In a frame of its own, without references to pin: the JIT zeroes these in every call, and would zero the scratch between them with
    /// them, 215 instructions.
    /// </summary>
    [SkipLocalsInit]
    [MethodImpl(MethodImplOptions.NoInlining)]
    private void ForwardOnStack(float* x, float* y)
    {
        Unsafe.SkipInit(out Scratch scratch);
        _passes.Forward(Buffer.Pointer, x, (float*)&scratch, y, Outputs);
    }

    /// <summary>One activation for each layer behind the inputs. What is wrong with the widths, the constructor that goes on finds.</summary>
    private static Activation[] Fill(ReadOnlySpan<int> widths, Activation hidden, Activation output)
    {
        ArgumentNullException.ThrowIfNull(hidden);
        ArgumentNullException.ThrowIfNull(output);
        if (widths.Length > 2 && !hidden.IsElementwise)
        {
            throw new ArgumentException(
                $"hidden must be an activation of each neuron by itself, but is {hidden}, which couples the neurons of a layer and must be that of the last.",
                nameof(hidden));
        }

        var activations = new Activation[Math.Max(1, widths.Length - 1)];
        Array.Fill(activations, hidden);
        activations[^1] = output;
        return activations;
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
