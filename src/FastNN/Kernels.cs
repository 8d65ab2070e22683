using System.Runtime.InteropServices;
using FastNN.Contract;
using FastNN.Dispatch;
using FastNN.Plumbing;

namespace FastNN;

/// <summary>
/// The kernels without a network, for code that has a network of its own. Weights are [inputs, outputs] row by row: w_ij, from input j to
/// output i, is at <c>j·outputs + i</c>. The lengths of the spans tell the numbers of inputs and outputs.
/// </summary>
/// <remarks>
/// <para>
/// Every method gives the same bits in every variant, and runs on the calling thread. Different threads may call the methods at the same
/// time, if they do not share spans. A method allocates nothing after its first call on a thread. The arguments have this order: inputs of
/// the kernel, parameters, results. If you name no activation, it is the sigmoid.
/// </para>
/// <para>
/// To train a network of your own, call <see cref="Forward"/> for each layer, then <see cref="OutputDelta"/>, and then
/// <see cref="BackwardUpdate"/> for each layer, from the last to the first. The inputDelta of one call is the delta of the next call.
/// </para>
/// <para>
/// Each method throws an <see cref="ArgumentException"/> if lengths do not fit, or if a span that is written overlaps another one. For
/// <c>kernels</c> it throws the exceptions of <see cref="Network(ReadOnlySpan{int}, int, KernelVariant)"/>. It throws before it writes
/// anything.
/// </para>
/// </remarks>
public static unsafe class Kernels
{
    /// <summary>
    /// The variants that this process accelerates, from narrow to wide. <see cref="KernelVariant.Scalar"/> is always the first.
    /// </summary>
    public static IReadOnlyList<KernelVariant> Supported { get; } = [.. KernelSet.Supported.Select(set => set.Variant)];

    /// <summary>The variant that <see cref="KernelVariant.Auto"/> chooses in this process.</summary>
    /// <exception cref="InvalidOperationException"><c>FASTNN_KERNELS</c> names no variant.</exception>
    /// <exception cref="PlatformNotSupportedException">
    /// <c>FASTNN_KERNELS</c> names a variant that this process does not accelerate.
    /// </exception>
    public static KernelVariant Default => KernelSet.For(KernelVariant.Auto).Variant;

    /// <summary>
    /// Describes in a few lines which variant <see cref="KernelVariant.Auto"/> chooses, and why. Also says which other variants run, and
    /// why the rest do not. The reasons are the processor, JIT or NativeAOT, and the environment. Also names the caches. For logs and bug
    /// reports: the text may change with any version. Allocates; never throws.
    /// </summary>
    public static string Describe() => KernelReport.Current.Text;

    /// <summary>
    /// Checks that the calling thread rounds to nearest and has subnormal numbers, as threads of .NET do by default. Native code can change
    /// this for its thread, and threads that this thread starts may then be the same. FastNN would compute other bits there, without an
    /// error. Takes some tens of nanoseconds, and allocates nothing.
    /// </summary>
    /// <remarks>
    /// <see cref="Trainer.Fit"/> and the constructors of <see cref="Network"/>, <see cref="Trainer"/> and <see cref="ServedNetwork"/> check
    /// it themselves. So does every thread of the pool before it helps. All other methods rely on it, because the check would show in a
    /// small network. Call this once on a thread that native code has started or uses.
    /// </remarks>
    /// <exception cref="InvalidOperationException">
    /// The thread rounds in another way, or takes subnormal numbers as 0. The message says which, and what to do.
    /// </exception>
    public static void CheckFloatingPoint() => FloatingPointMode.Check();

    /// <summary>y_k = σ(x_k). The error is at most 2.5 units in the last place.</summary>
    /// <param name="x">Any length, including 0.</param>
    /// <param name="y">
    /// Receives the results. As long as <paramref name="x"/>; either <paramref name="x"/> itself or without overlap.
    /// </param>
    /// <param name="kernels">The variant that runs.</param>
    /// <exception cref="ArgumentException">The lengths differ, or the spans overlap without being the same.</exception>
    public static void Sigmoid(ReadOnlySpan<float> x, Span<float> y, KernelVariant kernels = KernelVariant.Auto) =>
        Activate(Activation.Sigmoid, x, y, kernels);

    /// <summary>
    /// y = f(x). The error is at most <see cref="Activation.MaxUlp"/> units in the last place. Softmax takes all values of the span
    /// together.
    /// </summary>
    /// <param name="activation">The function f.</param>
    /// <param name="x">Any length, including 0.</param>
    /// <param name="y">
    /// Receives the results. As long as <paramref name="x"/>; either <paramref name="x"/> itself or without overlap.
    /// </param>
    /// <param name="kernels">The variant that runs.</param>
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

    /// <summary>y_k = f(x_k) and the slope f′(x_k), for an elementwise function.</summary>
    /// <param name="activation">The function f.</param>
    /// <param name="x">Any length, including 0.</param>
    /// <param name="y">Receives the values. As long as <paramref name="x"/>.</param>
    /// <param name="slopes">Receives the slopes. As long as <paramref name="x"/>. No span may overlap another.</param>
    /// <param name="kernels">The variant that runs.</param>
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
    /// <param name="kernels">The variant that runs.</param>
    /// <param name="activation">The function f; null for the sigmoid.</param>
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
        fixed (float* x = inputs, w = weights, b = biases, y = outputs)
            function.Forward(x, inputs.Length, w, b, y, biases.Length, biases.Length);
    }

    /// <summary>The output delta for squared error, one sample: δ_i = ∂C/∂z_i = 2(a_i − y_i)·f′(z_i).</summary>
    /// <param name="outputs">a, [outputs], at least 1.</param>
    /// <param name="targets">y, [outputs].</param>
    /// <param name="delta">Receives δ, [outputs].</param>
    /// <param name="kernels">The variant that runs.</param>
    /// <param name="activation">The function f; null for the sigmoid. Its slope must follow from its value a.</param>
    /// <returns>The cost C = Σ_i (a_i − y_i)².</returns>
    /// <exception cref="ArgumentException">
    /// Lengths do not fit, <paramref name="delta"/> overlaps another span, or f′ does not follow from a (see
    /// <see cref="ActivateWithSlope"/>).
    /// </exception>
    public static float OutputDelta(
        ReadOnlySpan<float> outputs, ReadOnlySpan<float> targets, Span<float> delta,
        KernelVariant kernels = KernelVariant.Auto, Activation? activation = null)
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
        fixed (float* a = outputs, y = targets)
            cost = set.Of(activation ?? Activation.Sigmoid).Under(Cost.SquaredError).Delta(a, a, y, padded, outputs.Length);

        new Span<float>(padded, delta.Length).CopyTo(delta);
        return cost;
    }

    /// <summary>
    /// The backward pass of one layer for one sample, with the update in the same pass over the weights. First δ⁻_j = f′_j·Σ_i w_ij·δ_i
    /// with the old weights, then w_ij ← w_ij − learningRate·δ_i·a_j and b_i ← b_i − learningRate·δ_i.
    /// </summary>
    /// <param name="inputs">a, [inputs]: the inputs of this layer. They are the outputs of the layer before, if there is one.</param>
    /// <param name="delta">δ = ∂C/∂z, [outputs].</param>
    /// <param name="weights">W, [inputs, outputs]; updated.</param>
    /// <param name="biases">b, [outputs]; updated.</param>
    /// <param name="inputDelta">Receives δ⁻, [inputs], the delta of the layer before; empty if you do not need it.</param>
    /// <param name="learningRate">Finite and greater than 0.</param>
    /// <param name="kernels">The variant that runs.</param>
    /// <param name="inputActivation">
    /// The function f of the layer before; null for the sigmoid. Its slope must follow from its value a. With Identity, δ⁻ has no factor
    /// f′.
    /// </param>
    /// <exception cref="ArgumentException">
    /// Lengths do not fit, a span that is written overlaps another, or f′ does not follow from a.
    /// </exception>
    /// <exception cref="ArgumentOutOfRangeException"><paramref name="learningRate"/> is not finite and greater than 0.</exception>
    public static void BackwardUpdate(
        ReadOnlySpan<float> inputs, ReadOnlySpan<float> delta, Span<float> weights, Span<float> biases,
        Span<float> inputDelta, float learningRate, KernelVariant kernels = KernelVariant.Auto, Activation? inputActivation = null)
    {
        CheckSlope(inputActivation, nameof(inputActivation));
        KernelSet set = KernelSet.For(kernels);
        CheckBackward(weights, weights, nameof(weights), biases, nameof(biases), inputs, delta, inputDelta);
        Guard.LearningRate(learningRate);

        var scratch = new PaddedDeltas(delta, inputDelta.Length);
        fixed (float* w = weights, b = biases, a = inputs)
        {
            set.Of(inputActivation ?? Activation.Sigmoid)
                .BackwardUpdate(w, b, a, null, inputs.Length, scratch.Delta, delta.Length, scratch.InputDelta, -learningRate);
        }

        scratch.CopyInputDelta(inputDelta);
    }

    /// <summary>
    /// The backward pass of one layer for one sample. Adds its gradient to the gradient of the samples before: δ⁻_j = f′_j·Σ_i w_ij·δ_i,
    /// ∂C/∂w_ij += δ_i·a_j, ∂C/∂b_i += δ_i.
    /// </summary>
    /// <param name="inputs">a, [inputs]: the inputs of this layer. They are the outputs of the layer before, if there is one.</param>
    /// <param name="delta">δ = ∂C/∂z, [outputs].</param>
    /// <param name="weights">W, [inputs, outputs].</param>
    /// <param name="weightGradient">∂C/∂W, [inputs, outputs]. The gradient of this sample is added.</param>
    /// <param name="biasGradient">∂C/∂b, [outputs]. The gradient of this sample is added.</param>
    /// <param name="inputDelta">Receives δ⁻, [inputs], the delta of the layer before; empty if you do not need it.</param>
    /// <param name="kernels">The variant that runs.</param>
    /// <param name="inputActivation">
    /// The function f of the layer before; null for the sigmoid. Its slope must follow from its value a. With Identity, δ⁻ has no factor
    /// f′.
    /// </param>
    /// <exception cref="ArgumentException">
    /// Lengths do not fit, a span that is written overlaps another, or f′ does not follow from a.
    /// </exception>
    public static void BackwardAccumulate(
        ReadOnlySpan<float> inputs, ReadOnlySpan<float> delta, ReadOnlySpan<float> weights,
        Span<float> weightGradient, Span<float> biasGradient, Span<float> inputDelta,
        KernelVariant kernels = KernelVariant.Auto, Activation? inputActivation = null)
    {
        CheckSlope(inputActivation, nameof(inputActivation));
        KernelSet set = KernelSet.For(kernels);
        CheckBackward(weights, weightGradient, nameof(weightGradient), biasGradient, nameof(biasGradient), inputs, delta, inputDelta);
        Guard.NoOverlap(weightGradient, nameof(weightGradient), weights, nameof(weights));
        Guard.NoOverlap(biasGradient, nameof(biasGradient), weights, nameof(weights));

        var scratch = new PaddedDeltas(delta, inputDelta.Length);
        fixed (float* w = weights, gw = weightGradient, gb = biasGradient, a = inputs)
        {
            set.Of(inputActivation ?? Activation.Sigmoid)
                .BackwardAccumulate(w, gw, gb, a, null, inputs.Length, scratch.Delta, delta.Length, scratch.InputDelta);
        }

        scratch.CopyInputDelta(inputDelta);
    }

    /// <summary>One step of gradient descent on a buffer: w_k ← w_k − learningRate·(scale·g_k).</summary>
    /// <param name="parameters">w, any length; updated.</param>
    /// <param name="gradient">g, as long as <paramref name="parameters"/>.</param>
    /// <param name="scale">1 takes the gradient as it is. 1/batch makes the mean of a sum over a batch. Any other value is allowed.</param>
    /// <param name="learningRate">Finite and greater than 0.</param>
    /// <param name="kernels">The variant that runs.</param>
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
                $"{name} must be a function whose slope follows from its value, but is {function}: "
                + "take Identity, and multiply by the slopes of ActivateWithSlope.",
                name);
        }
    }

    /// <summary>The checks of both backward kernels. The targets are the spans that the pass writes.</summary>
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

    /// <summary>The two deltas of a backward kernel in the scratch memory of the thread, padded as the kernels need them.</summary>
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

        /// <summary>Null if the caller does not need it.</summary>
        internal float* InputDelta { get; }

        internal void CopyInputDelta(Span<float> inputDelta) => new Span<float>(InputDelta, inputDelta.Length).CopyTo(inputDelta);
    }
}
