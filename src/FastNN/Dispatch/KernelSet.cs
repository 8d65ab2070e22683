using System.Collections.Immutable;
using System.Runtime.CompilerServices;
using System.Runtime.Intrinsics;
using System.Runtime.Intrinsics.X86;
using FastNN.Contract;
using FastNN.Reference;
using FastNN.Simd;

namespace FastNN.Dispatch;

/// <summary>
/// The kernels of one variant behind virtual calls, one for each primitive. Pointers are to memory that does not move during the call.
/// Nothing is checked, and nothing is allocated.
/// </summary>
internal abstract unsafe class KernelSet(KernelVariant variant)
{
    /// <summary>The environment variable that says what <see cref="KernelVariant.Auto"/> means.</summary>
    internal const string EnvironmentVariable = "FASTNN_KERNELS";

    private static readonly Lazy<KernelSet> s_default = new(() => Named(Setting), LazyThreadSafetyMode.PublicationOnly);

    /// <summary>
    /// The variants that this process accelerates, the widest last. Dispatch, tests and benchmarks all use this one list.
    /// </summary>
    internal static ImmutableArray<KernelSet> Supported { get; } = FindSupported();

    /// <summary>
    /// The value of the environment variable, null if there is none. It is read once: asking the environment costs more than a tiny kernel,
    /// and may allocate.
    /// </summary>
    internal static string? Setting { get; } = Environment.GetEnvironmentVariable(EnvironmentVariable);

    internal KernelVariant Variant => variant;

    /// <summary>Samples in a full tile.</summary>
    internal abstract int Tile { get; }

    /// <exception cref="ArgumentOutOfRangeException"><paramref name="kernels"/> is no member of the enumeration.</exception>
    /// <exception cref="PlatformNotSupportedException">This process does not accelerate the variant.</exception>
    /// <exception cref="InvalidOperationException">The argument is Auto, and the environment variable names no variant.</exception>
    internal static KernelSet For(KernelVariant kernels) => kernels == KernelVariant.Auto ? s_default.Value : For(kernels, nameof(kernels));

    private static KernelSet For(KernelVariant kernels, string asker)
    {
        foreach (KernelSet set in Supported)
        {
            if (set.Variant == kernels) return set;
        }

        throw Enum.IsDefined(kernels)
            ? new PlatformNotSupportedException(
                $"{asker} asks for {kernels}, which this process does not accelerate; it has "
                + $"{string.Join(", ", Supported.Select(s => s.Variant))}.")
            : new ArgumentOutOfRangeException(
                nameof(kernels), kernels,
                $"kernels must be one of {string.Join(", ", Enum.GetNames<KernelVariant>())}, but is {(int)kernels}.");
    }

    /// <summary>
    /// The set that a value of the environment variable names. Upper and lower case are the same. For null, an empty name and Auto it is
    /// the widest set.
    /// </summary>
    internal static KernelSet Named(string? name)
    {
        if (string.IsNullOrEmpty(name) || name.Equals(nameof(KernelVariant.Auto), StringComparison.OrdinalIgnoreCase)) return Supported[^1];

        foreach (KernelVariant kernels in Enum.GetValues<KernelVariant>())
        {
            if (name.Equals(kernels.ToString(), StringComparison.OrdinalIgnoreCase))
                return For(kernels, $"The environment variable {EnvironmentVariable}");
        }

        throw new InvalidOperationException(
            $"The environment variable {EnvironmentVariable} is \"{name}\", but must be one of "
            + $"{string.Join(", ", Enum.GetNames<KernelVariant>())}.");
    }

    /// <summary>The kernels that end in a function.</summary>
    internal ActivationKernels Of(Activation activation) => activation.KernelsOf(this);

    /// <summary>Creates the kernels of an elementwise function, for <see cref="Activation.CreateKernels"/>.</summary>
    internal abstract ActivationKernels CreateKernels<A>()
        where A : struct, IActivation;

    /// <summary>The same for a function that follows the sums in a pass of its own.</summary>
    internal abstract ActivationKernels CreateFunctionKernels<F>(F f)
        where F : struct, ISpanActivation;

    /// <summary>Creates the kernels of softmax, for <see cref="Activation.CreateKernels"/>.</summary>
    internal abstract ActivationKernels CreateSoftmaxKernels();

    /// <summary>
    /// Gives the primitives, as types, to an object that is written once for all variants. This is a generic virtual call. It is slow, and
    /// only for constructors.
    /// </summary>
    internal abstract TResult GiveTo<TResult>(IKernelUser<TResult> user);

    /// <summary>An update by a rule. This is a generic virtual call too. A trainer asks for it in its constructor.</summary>
    internal abstract UpdateKernel UpdateBy<TRule>()
        where TRule : struct, IUpdateRule;

    /// <summary>The kernels of standardizers.</summary>
    internal abstract StandardizerKernels Standardizing { get; }

    /// <summary>Lanes of the tile for this number of samples, at most <see cref="Tile"/>.</summary>
    internal abstract int LanesFor(int samples);

    /// <summary>Floats of the packed weights of a layer.</summary>
    internal abstract long PackedFloats(int inputs, int outputs);

    /// <summary>Packs the weights of a layer for batches in rows.</summary>
    internal abstract void PackRows(float* w, int inputs, int outputs, float* packed);

    /// <summary>target[c][r] = source[r][c]. <see cref="Batch.Transpose"/> says what may be beside the rows.</summary>
    internal abstract void Transpose(float* source, nint sourceStride, int rows, int columns, float* target, nint targetStride);

    internal abstract void GradientDescent(float* w, float* g, nint count, float scale, float rate);

    /// <summary>Σ_k g_k². Each component is clipped to ±clip first.</summary>
    internal abstract double SumOfSquares(float* g, nint count, float clip, double least = 0);

    /// <summary>Adds the gradient of a segment to those before. See <see cref="IKernels.SegmentSum"/>.</summary>
    internal abstract void SegmentSum(float* s, float* e, float* g, nint count, float scale);

    /// <summary>The gradient of rows from..to of a layer over a chunk. See <see cref="ITileKernels.BatchGradient"/>.</summary>
    internal abstract void BatchGradient(
        in TileChunk chunk, in LayerShape layer, int from, int to, float* sum, float* target, float scale, float rate);

    /// <summary>Floats in the panels of a segment of J.</summary>
    internal abstract long GramFloats(int columns, int rows);

    /// <summary>Writes one row of a segment into the panels. See <see cref="ITileKernels.PackGramRow"/>.</summary>
    internal abstract void PackGramRow(float* source, int columns, float* panels, int row, int rows);

    /// <summary>H += JᵀJ over a segment, in rows from..to of H. See <see cref="ITileKernels.AddGram"/>.</summary>
    internal abstract void AddGram(float* panels, int rows, int from, int to, double* h, nint stride);

    private static ImmutableArray<KernelSet> FindSupported()
    {
        var sets = ImmutableArray.CreateBuilder<KernelSet>();
        sets.Add(new KernelSet<ScalarKernels, ScalarTileKernels>(KernelVariant.Scalar));
        if (Vector128.IsHardwareAccelerated) sets.Add(Of<Simd128, Vector128<float>>(KernelVariant.Vector128));

        // IsHardwareAccelerated, not Avx512F.IsSupported: if 512-bit vectors slow the clock, the runtime says no to them.
        if (Vector256.IsHardwareAccelerated && Avx2.IsSupported) sets.Add(Of<Simd256, Vector256<float>>(KernelVariant.Vector256));
        if (Vector512.IsHardwareAccelerated && Avx512F.IsSupported) sets.Add(Of<Simd512, Vector512<float>>(KernelVariant.Vector512));
        return sets.ToImmutable();
    }

    private static KernelSet<VectorKernels<S, V>, VectorTileKernels<S, V>> Of<S, V>(KernelVariant variant)
        where S : struct, ISimd<V>
        where V : struct => new(variant);
}

/// <summary>The primitives <typeparamref name="K"/> and, for batches, <typeparamref name="T"/>, behind those virtual calls.</summary>
internal sealed unsafe class KernelSet<K, T>(KernelVariant variant) : KernelSet(variant)
    where K : struct, IKernels
    where T : struct, ITileKernels
{
    internal override int Tile => T.Tile;

    internal override ActivationKernels CreateKernels<A>() => new ActivationKernels<K, T, A>();

    internal override ActivationKernels CreateFunctionKernels<F>(F f) => new FunctionKernels<K, T, F>(f);

    internal override ActivationKernels CreateSoftmaxKernels() => new SoftmaxKernels<K, T>();

    internal override TResult GiveTo<TResult>(IKernelUser<TResult> user) => user.Take<K, T>();

    internal override UpdateKernel UpdateBy<TRule>() => new UpdateKernel<K, T, TRule>();

    internal override StandardizerKernels Standardizing { get; } = new StandardizerKernels<K, T>();

    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    internal override int LanesFor(int samples) => T.LanesFor(samples);

    internal override long PackedFloats(int inputs, int outputs) => T.PackedFloats(inputs, outputs);

    internal override void PackRows(float* w, int inputs, int outputs, float* packed) => T.PackRows(w, inputs, outputs, packed);

    internal override void Transpose(float* source, nint sourceStride, int rows, int columns, float* target, nint targetStride) =>
        T.Transpose(source, sourceStride, rows, columns, target, targetStride);

    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    internal override void GradientDescent(float* w, float* g, nint count, float scale, float rate) =>
        K.GradientDescent(w, g, count, scale, rate);

    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    internal override double SumOfSquares(float* g, nint count, float clip, double least = 0) => K.SumOfSquares(g, count, clip, least);

    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    internal override void SegmentSum(float* s, float* e, float* g, nint count, float scale) => K.SegmentSum(s, e, g, count, scale);

    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    internal override void BatchGradient(
        in TileChunk chunk, in LayerShape layer, int from, int to, float* sum, float* target, float scale, float rate) =>
        T.BatchGradient(in chunk, in layer, from, to, sum, target, scale, rate);

    internal override long GramFloats(int columns, int rows) => T.GramFloats(columns, rows);

    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    internal override void PackGramRow(float* source, int columns, float* panels, int row, int rows) =>
        T.PackGramRow(source, columns, panels, row, rows);

    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    internal override void AddGram(float* panels, int rows, int from, int to, double* h, nint stride) =>
        T.AddGram(panels, rows, from, to, h, stride);
}
