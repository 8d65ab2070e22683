using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;
using FastNN.Ensembles;
using FastNN.Plumbing;
using static System.FormattableString;

namespace FastNN;

/// <summary>
/// Many networks of one shape, for evolution, ensembles and searches: thousands of small networks go forward together. Member i is
/// computed as a <see cref="Network"/> with the same parameters computes, with the same bits, for every number of members, every
/// <see cref="KernelVariant"/> and every number of threads.
/// </summary>
/// <remarks>
/// <para>
/// The parameters of sixteen members alternate in memory, and a vector has one number of each. So small networks keep whole vectors busy.
/// <see cref="Read"/> and <see cref="Write"/> copy a member to a network and back.
/// </para>
/// <para>
/// Any number of threads may call <see cref="Forward"/>, <see cref="ForwardShared"/> and <see cref="ForwardMean"/> at the same time. Nobody
/// may change a member meanwhile.
/// </para>
/// </remarks>
public sealed unsafe partial class NetworkEnsemble
{
    /// <summary>
    /// Creates networks like that of the article: a sigmoid in every layer, and parameters uniform in [−3, 3). Member i is
    /// <c>new Network(widths, seed + i)</c>.
    /// </summary>
    /// <param name="widths">The number of neurons in each layer, inputs first.</param>
    /// <param name="count">The number of members, at least 1.</param>
    /// <param name="seed">The seed of member 0. The next members have the next seeds.</param>
    /// <param name="kernels">The kernels that the ensemble uses. All give the same bits.</param>
    /// <exception cref="ArgumentException">There are fewer than two widths.</exception>
    /// <exception cref="ArgumentOutOfRangeException">
    /// A width or <paramref name="count"/> is less than 1, there are more parameters than an array holds, or <paramref name="kernels"/> is
    /// no member of its enumeration.
    /// </exception>
    /// <exception cref="PlatformNotSupportedException">This process does not accelerate <paramref name="kernels"/>.</exception>
    /// <exception cref="InvalidOperationException">
    /// The same as for <see cref="Network(ReadOnlySpan{int}, int, KernelVariant)"/>.
    /// </exception>
    public NetworkEnsemble(ReadOnlySpan<int> widths, int count, int seed, KernelVariant kernels = KernelVariant.Auto)
        : this(new Network(widths, seed, kernels), Initializer.Article, count, seed)
    {
    }

    /// <summary>
    /// Creates networks with one activation for the hidden layers and another one for the last layer. Member i is
    /// <c>new Network(widths, hidden, output, seed + i, initializer)</c>.
    /// </summary>
    /// <param name="widths">The number of neurons in each layer, inputs first.</param>
    /// <param name="hidden">The activation of all layers except the last.</param>
    /// <param name="output">The activation of the last layer.</param>
    /// <param name="count">The number of members, at least 1.</param>
    /// <param name="seed">The seed of member 0. The next members have the next seeds.</param>
    /// <param name="initializer">How the parameters are drawn; null for <see cref="Initializer.PyTorch"/>.</param>
    /// <param name="kernels">The kernels that the ensemble uses. All give the same bits.</param>
    /// <exception cref="ArgumentNullException">An activation is null.</exception>
    /// <exception cref="ArgumentException">
    /// There are fewer than two widths, or <paramref name="hidden"/> is softmax and there is a hidden layer.
    /// </exception>
    /// <exception cref="ArgumentOutOfRangeException">
    /// A width or <paramref name="count"/> is less than 1, there are more parameters than an array holds, or <paramref name="kernels"/> is
    /// no member of its enumeration.
    /// </exception>
    /// <exception cref="PlatformNotSupportedException">This process does not accelerate <paramref name="kernels"/>.</exception>
    /// <exception cref="InvalidOperationException">
    /// The same as for <see cref="Network(ReadOnlySpan{int}, int, KernelVariant)"/>.
    /// </exception>
    public NetworkEnsemble(
        ReadOnlySpan<int> widths, Activation hidden, Activation output, int count, int seed, Initializer? initializer = null,
        KernelVariant kernels = KernelVariant.Auto)
        : this(
            new Network(widths, hidden, output, seed, initializer, kernels), initializer ?? Initializer.PyTorch, count, seed)
    {
    }

    /// <summary>
    /// Creates networks with an activation for each layer. Member i is <c>new Network(widths, activations, seed + i, initializer)</c>.
    /// </summary>
    /// <param name="widths">The number of neurons in each layer, inputs first.</param>
    /// <param name="activations">
    /// The activation of each layer after the inputs: one less than there are widths. Softmax is allowed only in the last layer.
    /// </param>
    /// <param name="count">The number of members, at least 1.</param>
    /// <param name="seed">The seed of member 0. The next members have the next seeds.</param>
    /// <param name="initializer">How the parameters are drawn; null for <see cref="Initializer.PyTorch"/>.</param>
    /// <param name="kernels">The kernels that the ensemble uses. All give the same bits.</param>
    /// <exception cref="ArgumentNullException">An activation is null.</exception>
    /// <exception cref="ArgumentException">
    /// There are fewer than two widths, the number of activations is not that of the layers, or softmax is not in the last layer.
    /// </exception>
    /// <exception cref="ArgumentOutOfRangeException">
    /// A width or <paramref name="count"/> is less than 1, there are more parameters than an array holds, or <paramref name="kernels"/> is
    /// no member of its enumeration.
    /// </exception>
    /// <exception cref="PlatformNotSupportedException">This process does not accelerate <paramref name="kernels"/>.</exception>
    /// <exception cref="InvalidOperationException">
    /// The same as for <see cref="Network(ReadOnlySpan{int}, int, KernelVariant)"/>.
    /// </exception>
    public NetworkEnsemble(
        ReadOnlySpan<int> widths, ReadOnlySpan<Activation> activations, int count, int seed, Initializer? initializer = null,
        KernelVariant kernels = KernelVariant.Auto)
        : this(new Network(widths, activations, seed, initializer, kernels), initializer ?? Initializer.PyTorch, count, seed)
    {
    }

    private NetworkEnsemble(Network shape, Initializer initializer, int count, int seed)
        : this(shape, count)
    {
        for (int i = 0; i < count; i++)
        {
            initializer.Draw(shape.Layers, unchecked(seed + i));
            Members.Write(i, shape.Parameters);
        }
    }

    // The parameters of the members mean nothing yet. The caller writes them.
    internal NetworkEnsemble(Network shape, int count)
    {
        if (count < 1)
            throw new ArgumentOutOfRangeException(nameof(count), count, Invariant($"count must be at least 1, but is {count}."));

        (Shape, Count) = (shape, count);
        Members = MemberStore.Of(shape, count);
    }

    /// <summary>The number of members.</summary>
    public int Count { get; }

    /// <summary>The number of values in a sample.</summary>
    public int Inputs => Shape.Inputs;

    /// <summary>The number of values in a prediction.</summary>
    public int Outputs => Shape.Outputs;

    internal MemberStore Members { get; }

    /// <summary>A network with the widths, activations and kernels of the members. Its parameters are not used.</summary>
    internal Network Shape { get; }

    /// <summary>The kernels that the ensemble uses; never <see cref="KernelVariant.Auto"/>.</summary>
    public KernelVariant KernelVariant => Shape.KernelVariant;

    /// <summary>
    /// Computes the outputs of every member, each for its own samples. The first call on a thread allocates a workspace, which the thread
    /// keeps. Later calls allocate nothing.
    /// </summary>
    /// <param name="inputs">
    /// [count, batch, <see cref="Inputs"/>]: value j of sample s of member i is at <c>(i·batch + s)·n_in + j</c>. The length tells the
    /// batch size, at least 1.
    /// </param>
    /// <param name="outputs">
    /// Receives [count, batch, <see cref="Outputs"/>]. It must not overlap the inputs.
    /// </param>
    /// <param name="threads">The most threads that work, at least 1. Any number gives the same bits.</param>
    /// <exception cref="ArgumentException">
    /// A length does not fit the ensemble, or the outputs overlap the inputs. Nothing was written.
    /// </exception>
    /// <exception cref="ArgumentOutOfRangeException"><paramref name="threads"/> is less than 1.</exception>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    public void Forward(ReadOnlySpan<float> inputs, Span<float> outputs, int threads = 1) =>
        Compute(inputs, outputs, Count, threads);

    /// <summary>Computes the outputs of every member for the same samples. Everything else is as for <see cref="Forward"/>.</summary>
    /// <param name="inputs">[batch, <see cref="Inputs"/>], row by row. The length tells the batch size, at least 1.</param>
    /// <param name="outputs">
    /// Receives [count, batch, <see cref="Outputs"/>]: value k of sample s of member i is at <c>(i·batch + s)·n_out + k</c>. It must not
    /// overlap the inputs.
    /// </param>
    /// <param name="threads">The most threads that work, at least 1. Any number gives the same bits.</param>
    /// <exception cref="ArgumentException">
    /// A length does not fit the ensemble, or the outputs overlap the inputs. Nothing was written.
    /// </exception>
    /// <exception cref="ArgumentOutOfRangeException"><paramref name="threads"/> is less than 1.</exception>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    public void ForwardShared(ReadOnlySpan<float> inputs, Span<float> outputs, int threads = 1) =>
        Compute(inputs, outputs, 1, threads);

    /// <summary>
    /// Computes the mean and the standard deviation over the members of every output, for the same samples. In an ensemble of networks that
    /// were trained from different seeds, the deviation says how uncertain the mean is. The first call on a thread allocates workspaces,
    /// which the thread keeps. Later calls allocate nothing.
    /// </summary>
    /// <remarks>
    /// The mean is Σ_i y_i/count, and the deviation is √(Σ_i (y_i − mean)²/count), as for deep ensembles (B. Lakshminarayanan and others,
    /// NIPS 2017). Both sums are in double precision, over the members in ascending order, and the mean in the deviation is not rounded.
    /// Each result is rounded to float once.
    /// </remarks>
    /// <param name="inputs">[batch, <see cref="Inputs"/>], row by row. The length tells the batch size, at least 1.</param>
    /// <param name="means">Receives [batch, <see cref="Outputs"/>]. It must not overlap the inputs.</param>
    /// <param name="deviations">Receives [batch, <see cref="Outputs"/>]. It must not overlap the inputs or the means.</param>
    /// <param name="threads">The most threads that work, at least 1. Any number gives the same bits.</param>
    /// <exception cref="ArgumentException">
    /// A length does not fit the ensemble, or two of the spans overlap. Nothing was written.
    /// </exception>
    /// <exception cref="ArgumentOutOfRangeException"><paramref name="threads"/> is less than 1.</exception>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    public void ForwardMean(ReadOnlySpan<float> inputs, Span<float> means, Span<float> deviations, int threads = 1)
    {
        int batch = BatchOf(inputs.Length, 1);
        Guard.Length(means.Length, (long)batch * Outputs, nameof(means));
        Guard.Length(deviations.Length, (long)batch * Outputs, nameof(deviations));
        if (threads < 1) Guard.ThrowThreads(threads);
        Guard.NoOverlap(means, nameof(means), inputs, nameof(inputs));
        Guard.NoOverlap(deviations, nameof(deviations), inputs, nameof(inputs));
        Guard.NoOverlap(deviations, nameof(deviations), means, nameof(means));
        fixed (float* x = &MemoryMarshal.GetReference(inputs), mean = &MemoryMarshal.GetReference(means))
        {
            fixed (float* deviation = &MemoryMarshal.GetReference(deviations))
                MemberStatistics.Run(Members, x, batch, mean, deviation, threads);
        }

        GC.KeepAlive(this);
    }

    /// <summary>
    /// The number of members, and widths, activations and kernels, for example <c>1024 × 8-16-1, Tanh Identity, Vector512</c>.
    /// </summary>
    /// <returns>The text, the same in every culture.</returns>
    public override string ToString() => Invariant($"{Count} × {Shape}");

    /// <summary>The batch size of inputs and of outputs or targets, of all members or of one that stands for all.</summary>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    internal int BatchOf(ReadOnlySpan<float> inputs, ReadOnlySpan<float> targets, int givers)
    {
        int batch = BatchOf(inputs.Length, givers);
        if (targets.Length != (long)givers * batch * Outputs) ThrowOther(nameof(targets), targets.Length, givers, batch);
        return batch;
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private int BatchOf(int inputs, int givers)
    {
        long sample = (long)givers * Inputs;
        int batch = (int)(inputs / sample);
        if (batch < 1 || batch * sample != inputs) ThrowInputs(inputs, sample, nameof(inputs));
        return batch;
    }

    /// <summary>Forward for inputs of all members, or of one that stands for all.</summary>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private void Compute(ReadOnlySpan<float> inputs, Span<float> outputs, int givers, int threads)
    {
        int batch = BatchOf(inputs.Length, givers);
        if (outputs.Length != (long)Count * batch * Outputs) ThrowOther(nameof(outputs), outputs.Length, Count, batch);
        if (threads < 1) Guard.ThrowThreads(threads);
        Guard.NoOverlap(outputs, nameof(outputs), inputs, nameof(inputs));
        fixed (float* x = &MemoryMarshal.GetReference(inputs), y = &MemoryMarshal.GetReference(outputs))
        {
            nint xStride = givers == Count ? (nint)batch * Inputs : 0;
            ForwardWork.Run(Members, x, xStride, y, batch, threads);
        }

        GC.KeepAlive(this);
    }

    private static void ThrowInputs(int length, long sample, string name) => throw new ArgumentException(
        Invariant($"{name} must hold whole batches of at least one sample, a multiple of {sample} values, but has a length of {length}."),
        name);

    private void ThrowOther(string name, int length, int givers, int batch) => throw new ArgumentException(
        Invariant($"{name} must have a length of {(long)givers * batch * Outputs}, {Outputs} values for each of {givers} ")
        + Invariant($"{(givers == 1 ? "batch" : "members")} and the batch of {batch} in inputs, but has {length}."),
        name);
}
