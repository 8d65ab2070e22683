using System.Runtime.InteropServices;
using FastNN.Contract;
using FastNN.Dispatch;
using FastNN.Plumbing;

namespace FastNN;

/// <summary>
/// The kernels by themselves, for code that has a network of its own. Weights are [inputs, outputs] row by row: w_ij, from input j to
/// output i, at <c>j·outputs + i</c>; the number of inputs and outputs is that of the spans. Every method gives the same bits in every
/// variant, runs on the calling thread, is thread-safe for spans that are not shared, and allocates nothing once warm. Arguments come in the
/// order: what goes in, the parameters, what comes out. Where no activation is given it is the sigmoid. To train a network of one's own, call <see cref="Forward"/> layer by layer,
/// <see cref="OutputDelta"/>, then <see cref="BackwardUpdate"/> from the last layer to the first, each time with the inputDelta of the layer
/// before as the next delta.
/// </summary>
/// <remarks>
/// Each method throws an <see cref="ArgumentException"/> when lengths do not fit or a span that is written overlaps another, and, for
/// <c>kernels</c>, what <see cref="Network(ReadOnlySpan{int}, int, KernelVariant)"/> throws; always before anything is written.
/// </remarks>
public static unsafe class Kernels
{
    /// <summary>The variants this process accelerates, the widest last. <see cref="KernelVariant.Scalar"/> is always the first.</summary>
    public static IReadOnlyList<KernelVariant> Supported { get; } = [.. KernelSet.Supported.Select(set => set.Variant)];

    /// <summary>The variant that <see cref="KernelVariant.Auto"/> stands for in this process.</summary>
    /// <exception cref="InvalidOperationException"><c>FASTNN_KERNELS</c> names no variant.</exception>
    /// <exception cref="PlatformNotSupportedException"><c>FASTNN_KERNELS</c> names a variant that this process does not accelerate.</exception>
    public static KernelVariant Default => KernelSet.For(KernelVariant.Auto).Variant;

    /// <summary>
    /// Says in some lines which variant <see cref="KernelVariant.Auto"/> stands for and why, which others there are, and why not, with what decides it:
    /// the processor, JIT or NativeAOT, the environment. For logs and bug reports: the text may change with any version. Allocates; never throws.
    /// </summary>
    public static string Describe() => KernelReport.Current.Text;

    /// <summary>y_k = σ(x_k), at most 2.5 units in the last place off.</summary>
    /// <param name="x">Any length, also 0.</param>
    /// <param name="y">Receives the results; as long as <paramref name="x"/>, and either <paramref name="x"/> itself or apart from it.</param>
    /// <param name="kernels">The variant to run.</param>
    /// <exception cref="ArgumentException">The lengths differ, or the spans overlap without being the same.</exception>
    public static void Sigmoid(ReadOnlySpan<float> x, Span<float> y, KernelVariant kernels = KernelVariant.Auto) =>
        Activate(Activation.Sigmoid, x, y, kernels);

    /// <summary>y = f(x), at most <see cref="Activation.MaxUlp"/> units in the last place off. Softmax is taken over all of the span.</summary>
    /// <param name="activation">The function f.</param>
    /// <param name="x">Any length, also 0.</param>
    /// <param name="y">Receives the results; as long as <paramref name="x"/>, and either <paramref name="x"/> itself or apart from it.</param>
    /// <param name="kernels">The variant to run.</param>
    /// <exception cref="ArgumentNullException"><paramref name="activation"/> is null.</exception>
    /// <exception cref="ArgumentException">The lengths differ, or the spans overlap without being the same.</exception>
    public static void Activate(Activation activation, ReadOnlySpan<float> x, Span<float> y, KernelVariant kernels = KernelVariant.Auto)
    {
        ArgumentNullException.ThrowIfNull(activation);
        KernelSet set = KernelSet.For(kernels);
        Guard.Length(y.Length, x.Length, nameof(y));
        if (x.IsEmpty) return;
        if (!System.Runtime.CompilerServices.Unsafe.AreSame(ref MemoryMarshal.GetReference(x), ref MemoryMarshal.GetReference(y)))
            Guard.NoOverlap(y, nameof(y), x, nameof(x));

        fixed (float* px = x, py = y) set.Of(activation).Activate(px, py, x.Length);
    }

    /// <summary>y_k = f(x_k) and its slope f′(x_k), for an elementwise function.</summary>
    /// <param name="activation">The function f.</param>
    /// <param name="x">Any length, also 0.</param>
    /// <param name="y">Receives the values; as long as <paramref name="x"/>.</param>
    /// <param name="slopes">Receives the slopes; as long as <paramref name="x"/>. No span may overlap another.</param>
    /// <param name="kernels">The variant to run.</param>
    /// <exception cref="ArgumentNullException"><paramref name="activation"/> is null.</exception>
    /// <exception cref="ArgumentException">The function is softmax, the lengths differ, or spans overlap.</exception>
    public static void ActivateWithSlope(
        Activation activation, ReadOnlySpan<float> x, Span<float> y, Span<float> slopes, KernelVariant kernels = KernelVariant.Auto)
    {
        ArgumentNullException.ThrowIfNull(activation);
        if (!activation.IsElementwise)
            throw new ArgumentException($"activation must have a slope for each value by itself, but is {activation}.", nameof(activation));

        KernelSet set = KernelSet.For(kernels);
        Guard.Length(y.Length, x.Length, nameof(y));
        Guard.Length(slopes.Length, x.Length, nameof(slopes));
        Guard.NoOverlap(y, nameof(y), x, nameof(x));
        Guard.NoOverlap(slopes, nameof(slopes), x, nameof(x));
        Guard.NoOverlap(slopes, nameof(slopes), y, nameof(y));
        if (x.IsEmpty) return;

        x.CopyTo(slopes);
        fixed (float* z = slopes, a = y) set.Of(activation).ActivateKeepingSlope(z, a, x.Length);
    }

    /// <summary>One layer forward, one sample: a_i = f(b_i + Σ_j w_ij·x_j).</summary>
    /// <param name="inputs">x, [inputs], at least 1.</param>
    /// <param name="weights">W, [inputs, outputs].</param>
    /// <param name="biases">b, [outputs], at least 1.</param>
    /// <param name="outputs">Receives a, [outputs].</param>
    /// <param name="kernels">The variant to run.</param>
    /// <param name="activation">The function f; the sigmoid for null.</param>
    /// <exception cref="ArgumentException">Lengths do not fit, or <paramref name="outputs"/> overlaps another span.</exception>
    public static void Forward(
        ReadOnlySpan<float> inputs, ReadOnlySpan<float> weights, ReadOnlySpan<float> biases, Span<float> outputs,
        KernelVariant kernels = KernelVariant.Auto, Activation? activation = null)
    {
        KernelSet set = KernelSet.For(kernels);
        Guard.Width(inputs.Length, nameof(inputs));
        Guard.Width(biases.Length, nameof(biases));
        Guard.Length(weights.Length, (long)inputs.Length * biases.Length, nameof(weights));
        Guard.Length(outputs.Length, biases.Length, nameof(outputs));
        Guard.NoOverlap(outputs, nameof(outputs), inputs, nameof(inputs));
        Guard.NoOverlap(outputs, nameof(outputs), weights, nameof(weights));
        Guard.NoOverlap(outputs, nameof(outputs), biases, nameof(biases));

        ActivationKernels function = set.Of(activation ?? Activation.Sigmoid);
        fixed (float* x = inputs, w = weights, b = biases, y = outputs) function.Forward(x, inputs.Length, w, b, y, biases.Length, biases.Length);
    }

    /// <summary>The delta of an output layer under squared error, one sample: δ_i = ∂C/∂z_i = 2(a_i − y_i)·f′(z_i).</summary>
    /// <param name="outputs">a, [outputs], at least 1.</param>
    /// <param name="targets">y, [outputs].</param>
    /// <param name="delta">Receives δ, [outputs].</param>
    /// <param name="kernels">The variant to run.</param>
    /// <param name="activation">The function f, whose slope must follow from a; the sigmoid for null.</param>
    /// <returns>The cost C = Σ_i (a_i − y_i)².</returns>
    /// <exception cref="ArgumentException">
    /// Lengths do not fit, <paramref name="delta"/> overlaps another span, or f′ does not follow from a (see <see cref="ActivateWithSlope"/>).
    /// </exception>
    public static float OutputDelta(
        ReadOnlySpan<float> outputs, ReadOnlySpan<float> targets, Span<float> delta, KernelVariant kernels = KernelVariant.Auto, Activation? activation = null)
    {
        CheckSlope(activation, nameof(activation));
        KernelSet set = KernelSet.For(kernels);
        Guard.Width(outputs.Length, nameof(outputs));
        Guard.Length(targets.Length, outputs.Length, nameof(targets));
        Guard.Length(delta.Length, outputs.Length, nameof(delta));
        Guard.NoOverlap(delta, nameof(delta), outputs, nameof(outputs));
        Guard.NoOverlap(delta, nameof(delta), targets, nameof(targets));

        float* padded = ThreadScratch.Get(VirtualLanes.RoundUp(outputs.Length));
        float cost;
        fixed (float* a = outputs, y = targets) cost = set.Of(activation ?? Activation.Sigmoid).Under(Cost.SquaredError).Delta(a, a, y, padded, outputs.Length);
        new Span<float>(padded, delta.Length).CopyTo(delta);
        return cost;
    }

    /// <summary>
    /// One layer backward, one sample, and its update in the same pass over the weights: δ⁻_j = f′_j·Σ_i w_ij·δ_i with the weights as
    /// they were, then w_ij ← w_ij − learningRate·δ_i·a_j and b_i ← b_i − learningRate·δ_i.
    /// </summary>
    /// <param name="inputs">a, [inputs]: what the layer was given, the outputs of the layer before where there is one.</param>
    /// <param name="delta">δ = ∂C/∂z, [outputs].</param>
    /// <param name="weights">W, [inputs, outputs]; updated.</param>
    /// <param name="biases">b, [outputs]; updated.</param>
    /// <param name="inputDelta">Receives δ⁻, [inputs], the delta of the layer before; empty if it is not wanted.</param>
    /// <param name="learningRate">Finite and greater than 0.</param>
    /// <param name="kernels">The variant to run.</param>
    /// <param name="inputActivation">
    /// The function f of the layer before, whose slope must follow from its outputs a; the sigmoid for null. Identity leaves δ⁻ without f′.
    /// </param>
    /// <exception cref="ArgumentException">Lengths do not fit, a span that is written overlaps another, or f′ does not follow from a.</exception>
    /// <exception cref="ArgumentOutOfRangeException"><paramref name="learningRate"/> is not finite and greater than 0.</exception>
    public static void BackwardUpdate(
        ReadOnlySpan<float> inputs, ReadOnlySpan<float> delta, Span<float> weights, Span<float> biases, Span<float> inputDelta, float learningRate,
        KernelVariant kernels = KernelVariant.Auto, Activation? inputActivation = null)
    {
        CheckSlope(inputActivation, nameof(inputActivation));
        KernelSet set = KernelSet.For(kernels);
        CheckBackward(weights, weights, nameof(weights), biases, nameof(biases), inputs, delta, inputDelta);
        Guard.LearningRate(learningRate);

        var scratch = new PaddedDeltas(delta, inputDelta.Length);
        fixed (float* w = weights, b = biases, a = inputs)
            set.Of(inputActivation ?? Activation.Sigmoid).BackwardUpdate(w, b, a, null, inputs.Length, scratch.Delta, delta.Length, scratch.InputDelta, -learningRate);

        scratch.CopyInputDelta(inputDelta);
    }

    /// <summary>
    /// One layer backward, one sample, its gradient added to that of the samples before: δ⁻_j = f′_j·Σ_i w_ij·δ_i,
    /// ∂C/∂w_ij += δ_i·a_j, ∂C/∂b_i += δ_i.
    /// </summary>
    /// <param name="inputs">a, [inputs]: what the layer was given, the outputs of the layer before where there is one.</param>
    /// <param name="delta">δ = ∂C/∂z, [outputs].</param>
    /// <param name="weights">W, [inputs, outputs].</param>
    /// <param name="weightGradient">∂C/∂W, [inputs, outputs]; added to.</param>
    /// <param name="biasGradient">∂C/∂b, [outputs]; added to.</param>
    /// <param name="inputDelta">Receives δ⁻, [inputs], the delta of the layer before; empty if it is not wanted.</param>
    /// <param name="kernels">The variant to run.</param>
    /// <param name="inputActivation">
    /// The function f of the layer before, whose slope must follow from its outputs a; the sigmoid for null. Identity leaves δ⁻ without f′.
    /// </param>
    /// <exception cref="ArgumentException">Lengths do not fit, a span that is written overlaps another, or f′ does not follow from a.</exception>
    public static void BackwardAccumulate(
        ReadOnlySpan<float> inputs, ReadOnlySpan<float> delta, ReadOnlySpan<float> weights, Span<float> weightGradient, Span<float> biasGradient,
        Span<float> inputDelta, KernelVariant kernels = KernelVariant.Auto, Activation? inputActivation = null)
    {
        CheckSlope(inputActivation, nameof(inputActivation));
        KernelSet set = KernelSet.For(kernels);
        CheckBackward(weights, weightGradient, nameof(weightGradient), biasGradient, nameof(biasGradient), inputs, delta, inputDelta);
        Guard.NoOverlap(weightGradient, nameof(weightGradient), weights, nameof(weights));
        Guard.NoOverlap(biasGradient, nameof(biasGradient), weights, nameof(weights));

        var scratch = new PaddedDeltas(delta, inputDelta.Length);
        fixed (float* w = weights, gw = weightGradient, gb = biasGradient, a = inputs)
            set.Of(inputActivation ?? Activation.Sigmoid).BackwardAccumulate(w, gw, gb, a, null, inputs.Length, scratch.Delta, delta.Length, scratch.InputDelta);

        scratch.CopyInputDelta(inputDelta);
    }

    /// <summary>A step of gradient descent over a buffer: w_k ← w_k − learningRate·(scale·g_k).</summary>
    /// <param name="parameters">w, any length; updated.</param>
    /// <param name="gradient">g, as long as <paramref name="parameters"/>.</param>
    /// <param name="scale">1 for the gradient as it is, 1/batch for the mean of a sum over a batch; any other value will do.</param>
    /// <param name="learningRate">Finite and greater than 0.</param>
    /// <param name="kernels">The variant to run.</param>
    /// <exception cref="ArgumentException">The lengths differ, or the spans overlap.</exception>
    /// <exception cref="ArgumentOutOfRangeException"><paramref name="learningRate"/> is not finite and greater than 0.</exception>
    public static void GradientDescent(
        Span<float> parameters, ReadOnlySpan<float> gradient, float scale, float learningRate, KernelVariant kernels = KernelVariant.Auto)
    {
        KernelSet set = KernelSet.For(kernels);
        Guard.Length(gradient.Length, parameters.Length, nameof(gradient));
        Guard.NoOverlap(parameters, nameof(parameters), gradient, nameof(gradient));
        Guard.LearningRate(learningRate);
        fixed (float* w = parameters, g = gradient) set.GradientDescent(w, g, parameters.Length, scale, -learningRate);
    }

    private static void CheckSlope(Activation? activation, string name)
    {
        if (activation is { } function && (function.KeepsSlope || !function.IsElementwise))
        {
            throw new ArgumentException(
                $"{name} must be a function whose slope follows from its value, but is {function}: take Identity, and multiply by the slopes of ActivateWithSlope.", name);
        }
    }

    /// <summary>The checks of both backward kernels; the targets are what the pass updates.</summary>
    private static void CheckBackward(
        ReadOnlySpan<float> weights, ReadOnlySpan<float> weightTarget, string weightName, ReadOnlySpan<float> biasTarget, string biasName,
        ReadOnlySpan<float> inputs, ReadOnlySpan<float> delta, ReadOnlySpan<float> inputDelta)
    {
        Guard.Width(inputs.Length, nameof(inputs));
        Guard.Width(delta.Length, nameof(delta));
        Guard.Length(weights.Length, (long)inputs.Length * delta.Length, nameof(weights));
        Guard.Length(weightTarget.Length, weights.Length, weightName);
        Guard.Length(biasTarget.Length, delta.Length, biasName);
        if (!inputDelta.IsEmpty) Guard.Length(inputDelta.Length, inputs.Length, nameof(inputDelta));

        Guard.NoOverlap(weightTarget, weightName, biasTarget, biasName);
        Guard.NoOverlap(weightTarget, weightName, inputs, nameof(inputs));
        Guard.NoOverlap(weightTarget, weightName, delta, nameof(delta));
        Guard.NoOverlap(biasTarget, biasName, inputs, nameof(inputs));
        Guard.NoOverlap(biasTarget, biasName, delta, nameof(delta));
        Guard.NoOverlap(inputDelta, nameof(inputDelta), weights, nameof(weights));
        Guard.NoOverlap(inputDelta, nameof(inputDelta), weightTarget, weightName);
        Guard.NoOverlap(inputDelta, nameof(inputDelta), biasTarget, biasName);
        Guard.NoOverlap(inputDelta, nameof(inputDelta), inputs, nameof(inputs));
        Guard.NoOverlap(inputDelta, nameof(inputDelta), delta, nameof(delta));
    }

    /// <summary>The two deltas of a backward kernel in the thread's scratch, padded as the kernels want them.</summary>
    private readonly ref struct PaddedDeltas
    {
        internal PaddedDeltas(ReadOnlySpan<float> delta, int inputs)
        {
            int padded = VirtualLanes.RoundUp(delta.Length);
            Delta = ThreadScratch.Get(padded + VirtualLanes.RoundUp(inputs));
            delta.CopyTo(new Span<float>(Delta, padded));
            new Span<float>(Delta + delta.Length, padded - delta.Length).Clear();
            InputDelta = inputs == 0 ? null : Delta + padded;
        }

        internal float* Delta { get; }

        /// <summary>Null if it is not wanted.</summary>
        internal float* InputDelta { get; }

        internal void CopyInputDelta(Span<float> inputDelta) => new Span<float>(InputDelta, inputDelta.Length).CopyTo(inputDelta);
    }
}
