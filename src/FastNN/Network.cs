using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;
using FastNN.Contract;
using FastNN.Dispatch;
using FastNN.Passes;
using FastNN.Plumbing;

namespace FastNN;

/// <summary>
/// A fully connected network. All its parameters are in one contiguous buffer. A layer with the activation f computes
/// <code>z_i = b_i + Σ_j w_ij·a_j,   a'_i = f(z_i),   W [n_in, n_out], b, z and a' [n_out], a [n_in]</code>
/// The outputs of one layer are the inputs of the next.
/// </summary>
/// <remarks>
/// Outputs have the range of the last activation. The sigmoid gives values between 0 and 1, so scale your targets to that range. Outputs
/// depend only on the parameters and the inputs: the bits are the same for every <see cref="KernelVariant"/>, and for a sample alone or in
/// a batch of any size. Any number of threads may call <see cref="Forward"/> at the same time, as long as nobody changes the parameters.
/// Use a <see cref="ServedNetwork"/> while the parameters are trained.
/// </remarks>
public sealed unsafe partial class Network
{
    private const int StackFloats = 512;
    private readonly ForwardPasses _passes;
    private readonly int _scratch; // floats for the activations of one sample
    private AlignedBuffer? _packed;
    private Standardizer? _inputStandardizer, _outputStandardizer;
    private int _onStack; // the same if the stack has room for them and there is no standardizer, else −1: one number to ask

    /// <summary>
    /// Creates a network with a sigmoid in every layer and parameters uniform in [−3, 3), as in the article that derives the training of a
    /// 2-4-3-2 network by hand.
    /// </summary>
    /// <param name="widths">
    /// The number of neurons in each layer, inputs first. <c>[2, 4, 3, 2]</c> has 2 inputs, hidden layers of 4 and 3 neurons, and 2
    /// outputs: 35 parameters.
    /// </param>
    /// <param name="seed">The seed of SplitMix64. Its numbers are the same on every platform and every version of .NET.</param>
    /// <param name="kernels">The kernels that the network uses. All give the same bits.</param>
    /// <exception cref="ArgumentException">There are fewer than two widths.</exception>
    /// <exception cref="ArgumentOutOfRangeException">
    /// A width is less than 1, there are more parameters than an array holds, or <paramref name="kernels"/> is no member of its
    /// enumeration.
    /// </exception>
    /// <exception cref="PlatformNotSupportedException">This process does not accelerate <paramref name="kernels"/>.</exception>
    /// <exception cref="InvalidOperationException">
    /// <paramref name="kernels"/> is Auto and <c>FASTNN_KERNELS</c> names no variant, or <c>FASTNN_CACHES</c> or
    /// <c>FASTNN_ROUTES</c> has a fault. Or the thread fails <see cref="Kernels.CheckFloatingPoint"/>.
    /// </exception>
    public Network(ReadOnlySpan<int> widths, int seed, KernelVariant kernels = KernelVariant.Auto)
        : this(widths, Fill(widths, Activation.Sigmoid, Activation.Sigmoid), seed, Initializer.Article, kernels)
    {
    }

    /// <summary>Creates a network with one activation for the hidden layers and another one for the last layer.</summary>
    /// <param name="widths">The number of neurons in each layer, inputs first.</param>
    /// <param name="hidden">The activation of all layers except the last.</param>
    /// <param name="output">The activation of the last layer.</param>
    /// <param name="seed">The seed of SplitMix64. Its numbers are the same on every platform and every version of .NET.</param>
    /// <param name="initializer">How the parameters are drawn; null for <see cref="Initializer.PyTorch"/>.</param>
    /// <param name="kernels">The kernels that the network uses. All give the same bits.</param>
    /// <exception cref="ArgumentNullException">An activation is null.</exception>
    /// <exception cref="ArgumentException">
    /// There are fewer than two widths, or <paramref name="hidden"/> is softmax and there is a hidden layer.
    /// </exception>
    /// <exception cref="ArgumentOutOfRangeException">
    /// A width is less than 1, there are more parameters than an array holds, or <paramref name="kernels"/> is no member of its
    /// enumeration.
    /// </exception>
    /// <exception cref="PlatformNotSupportedException">This process does not accelerate <paramref name="kernels"/>.</exception>
    /// <exception cref="InvalidOperationException">
    /// <paramref name="kernels"/> is Auto and <c>FASTNN_KERNELS</c> names no variant, or <c>FASTNN_CACHES</c> or
    /// <c>FASTNN_ROUTES</c> has a fault. Or the thread fails <see cref="Kernels.CheckFloatingPoint"/>.
    /// </exception>
    public Network(
        ReadOnlySpan<int> widths, Activation hidden, Activation output, int seed, Initializer? initializer = null,
        KernelVariant kernels = KernelVariant.Auto)
        : this(widths, Fill(widths, hidden, output), seed, initializer, kernels)
    {
    }

    /// <summary>Creates a network with an activation for each layer.</summary>
    /// <param name="widths">The number of neurons in each layer, inputs first.</param>
    /// <param name="activations">
    /// The activation of each layer after the inputs: one less than there are widths. Softmax is allowed only in the last layer.
    /// </param>
    /// <param name="seed">The seed of SplitMix64. Its numbers are the same on every platform and every version of .NET.</param>
    /// <param name="initializer">How the parameters are drawn; null for <see cref="Initializer.PyTorch"/>.</param>
    /// <param name="kernels">The kernels that the network uses. All give the same bits.</param>
    /// <exception cref="ArgumentNullException">An activation is null.</exception>
    /// <exception cref="ArgumentException">
    /// There are fewer than two widths, the number of activations is not that of the layers, or softmax is not in the last layer.
    /// </exception>
    /// <exception cref="ArgumentOutOfRangeException">
    /// A width is less than 1, there are more parameters than an array holds, or <paramref name="kernels"/> is no member of its
    /// enumeration.
    /// </exception>
    /// <exception cref="PlatformNotSupportedException">This process does not accelerate <paramref name="kernels"/>.</exception>
    /// <exception cref="InvalidOperationException">
    /// <paramref name="kernels"/> is Auto and <c>FASTNN_KERNELS</c> names no variant, or <c>FASTNN_CACHES</c> or
    /// <c>FASTNN_ROUTES</c> has a fault. Or the thread fails <see cref="Kernels.CheckFloatingPoint"/>.
    /// </exception>
    public Network(
        ReadOnlySpan<int> widths, ReadOnlySpan<Activation> activations, int seed, Initializer? initializer = null,
        KernelVariant kernels = KernelVariant.Auto)
        : this(widths, activations, KernelSet.For(kernels)) => (initializer ?? Initializer.PyTorch).Draw(Layers, seed);

    /// <summary>Creates a network whose parameters are 0.</summary>
    internal Network(ReadOnlySpan<int> widths, ReadOnlySpan<Activation> activations, KernelSet kernels)
    {
        Plan = new NetworkPlan(widths, activations, kernels);
        FloatingPointMode.Check();
        Inputs = Plan.Inputs;
        Outputs = Plan.Outputs;
        _passes = Plan.Forward;
        _scratch = _passes.Scratch;
        ChooseWay();
        Buffer = new AlignedBuffer(Plan.Parameters);
        var layers = new Layer[Plan.Shapes.Length];
        for (int l = 0; l < layers.Length; l++) layers[l] = new Layer(Buffer, Plan.Shapes[l], activations[l]);
        Layers = Array.AsReadOnly(layers);
    }

    /// <summary>The number of values in a sample: the width of the inputs.</summary>
    public int Inputs { get; }

    /// <summary>The number of values in a prediction: the width of the last layer.</summary>
    public int Outputs { get; }

    /// <summary>The layers after the inputs, from the first hidden layer to the last layer.</summary>
    public IReadOnlyList<Layer> Layers { get; }

    /// <summary>
    /// All parameters, contiguous and aligned to 64 bytes. Each layer has W and then b, without padding. w_ij, from input j to output i, is
    /// at <c>j·n_out + i</c> of its layer. Write to the span to set parameters, but not while another thread runs <see cref="Forward"/>:
    /// that call would use a mixture of old and new ones. A <see cref="ServedNetwork"/> replaces all parameters at once.
    /// </summary>
    public Span<float> Parameters => Buffer.Span;

    /// <summary>The kernels that this network uses; never <see cref="KernelVariant.Auto"/>.</summary>
    public KernelVariant KernelVariant => Plan.Kernels.Variant;

    /// <summary>
    /// Turns inputs into the network's own units: x′ = (x − mean)·factor before the first layer. Null, the default, leaves them as they
    /// are. With it, all inputs that you give are in your own units, also for training. The network keeps a reference, not a copy. Do not
    /// set it while another thread uses the network.
    /// </summary>
    /// <exception cref="ArgumentException">Its width is not that of the inputs.</exception>
    public Standardizer? InputStandardizer
    {
        get => _inputStandardizer;
        set
        {
            CheckWidth(value, nameof(Inputs), Inputs);
            _inputStandardizer = value;
            ChooseWay();
        }
    }

    /// <summary>
    /// Turns the outputs y′ of the last layer into your units: y = y′/factor + mean. Null, the default, leaves them as they are. With it,
    /// outputs, targets, costs, metrics, and gradients by outputs are in your units. The network learns in its own units: targets become (y
    /// − mean)·factor, and <see cref="Trainer.Gradient"/> is the gradient of their cost. The network keeps a reference, not a copy. Do not
    /// set it while another thread uses the network.
    /// </summary>
    /// <exception cref="ArgumentException">
    /// Its width is not that of the outputs, or the last layer's activation is not <see cref="Activation.Identity"/>.
    /// </exception>
    public Standardizer? OutputStandardizer
    {
        get => _outputStandardizer;
        set
        {
            CheckWidth(value, nameof(Outputs), Outputs);
            if (value != null && Layers[^1].Activation != Activation.Identity)
            {
                throw new ArgumentException(
                    $"OutputStandardizer needs {Activation.Identity} as the last layer's activation, but that is {Layers[^1].Activation}.",
                    nameof(value));
            }

            _outputStandardizer = value;
            ChooseWay();
        }
    }

    internal NetworkPlan Plan { get; }

    private int[] Widths => [Inputs, .. Layers.Select(layer => layer.Outputs)];

    internal AlignedBuffer Buffer { get; }

    /// <summary>
    /// Computes the outputs of one sample or of a batch. It allocates only if a thread needs a larger workspace than before. The thread
    /// keeps the workspace, so this is usually its first call. One sample needs a workspace only if the hidden layers, each rounded up to a
    /// multiple of 16, have more than 512 neurons together: then one float for each of these neurons. A batch needs at most 256 floats for
    /// each neuron of the widest layer, inputs included and rounded up to a multiple of 16. It needs a quarter of that if the layer is
    /// wider than 8,192. If no layer is wider than 4, a batch needs at most 256 floats for each neuron and each hidden layer. With
    /// standardizers it also needs the inputs and outputs of one sample, or up to 256 samples of inputs.
    /// </summary>
    /// <param name="inputs">[batch, <see cref="Inputs"/>], row by row. The length tells the batch size, at least 1.</param>
    /// <param name="outputs">Receives [batch, <see cref="Outputs"/>], row by row. It must not overlap the inputs or the parameters.</param>
    /// <param name="threads">
    /// The most threads that work on a batch, at least 1: the calling thread and threads of .NET's thread pool. Any number gives the same
    /// bits.
    /// </param>
    /// <exception cref="ArgumentException">
    /// A length does not fit the network, or the outputs overlap the inputs or the parameters. Nothing was written.
    /// </exception>
    /// <exception cref="ArgumentOutOfRangeException"><paramref name="threads"/> is less than 1.</exception>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
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
                float* packed = _packed == null ? null : _packed.Pointer;
                ForwardBatch.Forward(_passes, Buffer.Pointer, packed, _inputStandardizer, _outputStandardizer, x, y, batch, threads);
            }
            else if (_onStack == 0)
            {
                _passes.Forward(Buffer.Pointer, x, null, y, Outputs);
            }
            else if (_onStack > 0)
            {
                ForwardOnStack(x, y);
            }
            else
            {
                ForwardAnotherWay(x, y);
            }
        }

        GC.KeepAlive(this);
    }

    /// <summary>
    /// Packs the weights of large layers for batches. Afterwards batches use the packed weights, so call this again whenever the parameters
    /// have changed. Only a <see cref="ServedNetwork"/> knows when they do.
    /// </summary>
    internal void Pack()
    {
        if (Plan.PackedFloats == 0) return;

        _packed ??= new AlignedBuffer(Plan.PackedFloats);
        for (int l = 0; l < Plan.Shapes.Length; l++)
        {
            ref readonly LayerShape layer = ref Plan.Shapes[l];
            if (Plan.PackedAt[l] == NetworkPlan.NotPacked) continue;

            Plan.Kernels.PackRows(Buffer.Pointer + layer.Weights, layer.Inputs, layer.Outputs, _packed.Pointer + Plan.PackedAt[l]);
        }
    }

    /// <summary>Widths, activations and kernels, for logs, for example <c>64-32-10, Relu Softmax, Vector512</c>.</summary>
    public override string ToString() =>
        $"{string.Join('-', Widths)}, {string.Join(' ', Layers.Select(layer => layer.Activation))}, {KernelVariant}";

    /// <summary>
    /// A method of its own, without references to pin. The JIT zeroes such references in every call, and would also zero the scratch that
    /// lies between them: 215 instructions.
    /// </summary>
    [SkipLocalsInit]
    [MethodImpl(MethodImplOptions.NoInlining | MethodImplOptions.AggressiveOptimization)]
    private void ForwardOnStack(float* x, float* y)
    {
        Unsafe.SkipInit(out Scratch scratch);
        _passes.Forward(Buffer.Pointer, x, AlignedBuffer.AlignUp((float*)&scratch), y, Outputs);
    }

    [SkipLocalsInit]
    [MethodImpl(MethodImplOptions.NoInlining | MethodImplOptions.AggressiveOptimization)]
    private void ForwardInUserUnitsOnStack(float* x, float* y)
    {
        Unsafe.SkipInit(out Scratch scratch);
        ForwardInUserUnits(x, y, (float*)&scratch);
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private void ForwardInUserUnits(float* x, float* y, float* scratch) =>
        _passes.ForwardInUserUnits(
            Buffer.Pointer, x, AlignedBuffer.AlignUp(scratch), y, _inputStandardizer, _outputStandardizer);

    /// <summary>One sample that needs more than the stack has for activations, or that a standardizer changes.</summary>
    [MethodImpl(MethodImplOptions.NoInlining | MethodImplOptions.AggressiveOptimization)]
    private void ForwardAnotherWay(float* x, float* y)
    {
        if (_inputStandardizer == null && _outputStandardizer == null)
        {
            _passes.Forward(Buffer.Pointer, x, ThreadScratch.Get(_scratch), y, Outputs);
            return;
        }

        // The inputs, the activations and the outputs, each padded, from the next cache line on.
        int floats = VirtualLanes.RoundUp(Inputs) + _scratch + VirtualLanes.RoundUp(Outputs) + VirtualLanes.Count;
        if (floats <= StackFloats) ForwardInUserUnitsOnStack(x, y);
        else ForwardInUserUnits(x, y, ThreadScratch.Get(floats));
    }

    private void ChooseWay() =>
        _onStack = _inputStandardizer != null || _outputStandardizer != null || _scratch > StackFloats ? -1 : _scratch;

    private static void CheckWidth(Standardizer? value, string what, int width)
    {
        if (value is { Width: var given } && given != width)
        {
            throw new ArgumentException(
                $"The standardizer must have the network's {what}, {width}, as its width, but has {given}.", nameof(value));
        }
    }

    /// <summary>One activation for each layer after the inputs. The constructor that is called next checks the widths.</summary>
    private static Activation[] Fill(ReadOnlySpan<int> widths, Activation hidden, Activation output)
    {
        ArgumentNullException.ThrowIfNull(hidden);
        ArgumentNullException.ThrowIfNull(output);
        if (widths.Length > 2 && !hidden.IsElementwise)
        {
            throw new ArgumentException(
                $"hidden must be an activation of each neuron by itself, but is {hidden}, which couples the neurons of a layer. "
                + $"Only the last layer may have {hidden}.",
                nameof(hidden));
        }

        var activations = new Activation[Math.Max(1, widths.Length - 1)];
        Array.Fill(activations, hidden);
        activations[^1] = output;
        return activations;
    }

    /// <summary>The batch size that both lengths tell. Throws if they do not fit.</summary>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    internal int BatchOf(ReadOnlySpan<float> inputs, string inputsName, ReadOnlySpan<float> outputs, string outputsName)
    {
        int batch = SamplesIn(inputs, inputsName);
        if (outputs.Length != (long)batch * Outputs)
        {
            string hint = outputs.Length == batch && outputsName == "targets" ? " Labels are of the type int: give them as an int[]." : "";
            throw new ArgumentException(
                $"{outputsName} must hold {Outputs} values a sample, {(long)batch * Outputs} for the batch of {batch} in {inputsName}, "
                + $"but has a length of {outputs.Length}.{hint}",
                outputsName);
        }

        return batch;
    }

    /// <summary>The number of samples that the length tells. Throws if it does not fit.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    internal int SamplesIn(ReadOnlySpan<float> inputs, string name)
    {
        int samples = inputs.Length / Inputs;
        if (samples > 0 && samples * Inputs == inputs.Length) return samples;

        throw new ArgumentException(
            $"{name} must hold whole samples of {Inputs} values, at least one, but has a length of {inputs.Length}.", name);
    }

    /// <summary>
    /// Space on the stack for the hidden activations of a small network, from the next cache line on. It is not cleared. By the place of
    /// the stack alone, 8-16-16-1 took up to 8 % longer.
    /// </summary>
    [InlineArray(StackFloats + VirtualLanes.Count)]
    private struct Scratch
    {
        private float _first;
    }
}
