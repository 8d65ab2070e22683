using System.Collections.Immutable;
using System.Runtime.Intrinsics;
using System.Runtime.Intrinsics.X86;
using FastNN.Contract;
using FastNN.Passes;
using FastNN.Reference;
using FastNN.Simd;

namespace FastNN.Dispatch;

/// <summary>
/// The kernels of one variant behind virtual calls: one a primitive, one a pass through a whole network. Pointers are to memory that stays
/// put for the call; nothing here checks or allocates.
/// </summary>
internal abstract unsafe class KernelSet(KernelVariant variant)
{
    /// <summary>The environment variable that says what <see cref="KernelVariant.Auto"/> means.</summary>
    internal const string EnvironmentVariable = "FASTNN_KERNELS";

    /// <summary>The variants this process accelerates, the widest last. The one list behind dispatch, tests and benchmarks.</summary>
    internal static ImmutableArray<KernelSet> Supported { get; } = FindSupported();

    /// <summary>Its value, null for none. Read once: asking the environment costs more than a tiny kernel, and may allocate.</summary>
    internal static string? Setting { get; } = Environment.GetEnvironmentVariable(EnvironmentVariable);

    private static readonly Lazy<KernelSet> s_default = new(() => Named(Setting), LazyThreadSafetyMode.PublicationOnly);

    internal KernelVariant Variant => variant;

    /// <exception cref="ArgumentOutOfRangeException"><paramref name="kernels"/> is no member of the enumeration.</exception>
    /// <exception cref="PlatformNotSupportedException">This process does not accelerate the variant.</exception>
    /// <exception cref="InvalidOperationException">Auto, and the environment variable names no variant.</exception>
    internal static KernelSet For(KernelVariant kernels) => kernels == KernelVariant.Auto ? s_default.Value : For(kernels, nameof(kernels));

    private static KernelSet For(KernelVariant kernels, string asker)
    {
        foreach (KernelSet set in Supported)
        {
            if (set.Variant == kernels) return set;
        }

        throw Enum.IsDefined(kernels)
            ? new PlatformNotSupportedException(
                $"{asker} asks for {kernels}, which this process does not accelerate; it has {string.Join(", ", Supported.Select(s => s.Variant))}.")
            : new ArgumentOutOfRangeException(
                nameof(kernels), kernels, $"kernels must be one of {string.Join(", ", Enum.GetNames<KernelVariant>())}, but is {(int)kernels}.");
    }

    /// <summary>The set that a value of the environment variable names, in any case; the widest for none and for Auto.</summary>
    internal static KernelSet Named(string? name)
    {
        if (string.IsNullOrEmpty(name) || name.Equals(nameof(KernelVariant.Auto), StringComparison.OrdinalIgnoreCase)) return Supported[^1];

        foreach (KernelVariant kernels in Enum.GetValues<KernelVariant>())
        {
            if (name.Equals(kernels.ToString(), StringComparison.OrdinalIgnoreCase)) return For(kernels, $"The environment variable {EnvironmentVariable}");
        }

        throw new InvalidOperationException(
            $"The environment variable {EnvironmentVariable} is \"{name}\", but must be one of {string.Join(", ", Enum.GetNames<KernelVariant>())}.");
    }

    /// <summary>The set with the passes that suit these layers.</summary>
    internal abstract KernelSet Suit(LayerShape[] layers);

    /// <summary>Floats that a pass forward through these layers needs for their activations.</summary>
    internal virtual int Scratch(LayerShape[] layers) => layers[^1].Activations;

    private readonly ActivationKernels?[] _functions = new ActivationKernels?[Activation.All.Count];

    /// <summary>
    /// The kernels that end in a function, created at the first need. Threads may do so at once: all kernels of a function are alike and hold no numbers, and .NET
    /// publishes what an object holds with the reference to it, on weakly ordered processors too.
    /// </summary>
    internal ActivationKernels Of(Activation activation) => _functions[activation.Index] ??= activation.CreateKernels(this);

    /// <summary>Those of an elementwise function, for <see cref="Activation.CreateKernels"/>.</summary>
    internal abstract ActivationKernels CreateKernels<A>()
        where A : struct, IActivation;

    internal abstract ActivationKernels CreateSoftmaxKernels();

    /// <summary>target[c][r] = source[r][c]; see <see cref="Batch.Transpose"/> for what may lie beside the rows.</summary>
    internal abstract void Transpose(float* source, nint sourceStride, int rows, int columns, float* target, nint targetStride);

    internal abstract void GradientDescent(float* w, float* g, nint count, float scale, float rate);

    /// <summary>An update by a rule. Asked for when a trainer is built, for a generic virtual call is a slow one.</summary>
    internal abstract UpdateKernel UpdateBy<TRule>()
        where TRule : struct, IUpdateRule;

    /// <summary>Σ_k g_k², each component clipped to ±clip before.</summary>
    internal abstract double SumOfSquares(float* g, nint count, float clip);

    /// <summary>
    /// One sample through all layers: x to y, the hidden activations to their places in the workspace. As many floats as
    /// <paramref name="room"/> says may be written at y, at least the outputs.
    /// </summary>
    internal abstract void Forward(LayerShape[] layers, float* parameters, float* x, float* activations, float* y, int room);

    /// <summary>One sample forward, its activations kept, and the output's delta; the result is its cost.</summary>
    internal abstract float Differentiate(
        LayerShape[] layers, OutputKernels output, float* parameters, float* x, float* y, float* activations, float* deltas);

    /// <summary>A step of one sample: <see cref="Differentiate"/>, then back through all layers, descending its gradient on the way.</summary>
    internal abstract float Step(
        LayerShape[] layers, OutputKernels output, float* parameters, float* x, float* y, float* activations, float* deltas, float rate);

    /// <summary>
    /// One sample back through all layers from the output's delta, adding its gradient to that of the samples before; to inputDelta, padded, if it is not null,
    /// the gradient with respect to x.
    /// </summary>
    internal abstract void Accumulate(
        LayerShape[] layers, float* parameters, float* gradient, float* x, float* activations, float* deltas, float* inputDelta);

    /// <summary>Samples in a full tile.</summary>
    internal abstract int Tile { get; }

    /// <summary>Lanes of the tile for so many samples, at most <see cref="Tile"/>.</summary>
    internal abstract int LanesFor(int samples);

    /// <summary>Tiles that go forward together where a batch has as many.</summary>
    internal virtual int TilesTogether(LayerShape[] layers) => TileGroup.SizeFor(layers);

    /// <summary>Tiles of the same number of samples, at most <see cref="Tile"/>, through all layers, x to y; several only if full.</summary>
    internal abstract void ForwardTiles(LayerShape[] layers, float* parameters, float* x, float* y, int tiles, int samples, float* scratch);

    /// <summary>The samples from which on a tile pays; fewer are taken in rows, by all layers and not by the first ones alone.</summary>
    internal virtual int FewestForTile(LayerShape[] layers)
    {
        const int smallNetwork = 2048;
        long products = 0;
        foreach (ref readonly LayerShape layer in layers.AsSpan()) products += (long)layer.Inputs * layer.Outputs;
        return Tile == 1 ? 1 : products <= smallNetwork ? 5 : Tile / 2;
    }

    /// <summary>Samples, at most <see cref="Tile"/>, through all layers in rows, x to y.</summary>
    internal abstract void ForwardFew(LayerShape[] layers, float* parameters, float* x, float* y, int samples, float* scratch);

    /// <summary>Floats of scratch that <see cref="ForwardTiles"/> and <see cref="ForwardFew"/> take.</summary>
    internal virtual int BatchScratch(LayerShape[] layers) =>
        2 * VirtualLanes.RoundUp(LayerShape.Widest(layers)) * Tile * TileGroup.SizeFor(layers);

    /// <summary>
    /// Tiles of a chunk forward, full ones or the last alone, their costs and, if wanted, all their deltas. y are the targets of the first of
    /// these tiles and of the following samples; xGradient, if it is not null, receives in the same way the gradient with respect to the inputs. Scratch takes
    /// <see cref="DifferentiateScratch"/>.
    /// </summary>
    internal abstract void DifferentiateTiles(
        LayerShape[] layers, OutputKernels output, float* parameters, float* y, in TileChunk chunk, int first, int tiles, float* scratch, bool deltas, float* xGradient);

    /// <summary>
    /// Two deltas and the slopes that are kept for each tile, the targets of one, and sixteen rows for its costs. Layers that are taken in rows go to and fro
    /// between the deltas.
    /// </summary>
    internal int DifferentiateScratch(LayerShape[] layers)
    {
        int together = TileGroup.SizeFor(layers);
        return Tile * ((2 * together + 1) * LayerShape.Widest(layers) + together * layers[^1].SlopesEnd + VirtualLanes.Count);
    }

    /// <summary>Rows from..to of a layer's gradient over a chunk; see <see cref="ITileKernels.BatchGradient"/>.</summary>
    internal abstract void BatchGradient(in TileChunk chunk, in LayerShape layer, int from, int to, float* sum, float* target, float scale, float rate);

    private static ImmutableArray<KernelSet> FindSupported()
    {
        var sets = ImmutableArray.CreateBuilder<KernelSet>();
        sets.Add(new KernelSet<ScalarKernels, ScalarTileKernels>(KernelVariant.Scalar));
        if (Vector128.IsHardwareAccelerated) sets.Add(new KernelSet<VectorKernels<Simd128, Vector128<float>>, VectorTileKernels<Simd128, Vector128<float>>>(KernelVariant.Vector128));

        // IsHardwareAccelerated, not Avx512F.IsSupported: where 512-bit vectors slow the clock, the runtime says no to them.
        if (Vector256.IsHardwareAccelerated && Avx2.IsSupported)
            sets.Add(new KernelSet<VectorKernels<Simd256, Vector256<float>>, VectorTileKernels<Simd256, Vector256<float>>>(KernelVariant.Vector256));
        if (Vector512.IsHardwareAccelerated && Avx512F.IsSupported)
            sets.Add(new KernelSet<VectorKernels<Simd512, Vector512<float>>, VectorTileKernels<Simd512, Vector512<float>>>(KernelVariant.Vector512));
        return sets.ToImmutable();
    }
}
