using System.Collections.Immutable;
using System.Runtime.Intrinsics;
using System.Runtime.Intrinsics.X86;
using FastNN.Scalar;
using FastNN.Simd;
using FastNN.Vectorised;

namespace FastNN;

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

    // Read once: asking the environment costs more than a tiny kernel, and may allocate.
    private static readonly Lazy<KernelSet> s_default =
        new(() => Named(Environment.GetEnvironmentVariable(EnvironmentVariable)), LazyThreadSafetyMode.PublicationOnly);

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

    internal abstract void Sigmoid(float* x, float* y, nint count);

    internal abstract void Forward(float* x, int inputs, float* w, float* b, float* y, int outputs);

    internal abstract float OutputDelta(float* a, float* y, float* delta, int count);

    internal abstract void Descend(float* w, float* b, float* a, int inputs, float* delta, int outputs, float* inputDelta, float rate);

    internal abstract void Accumulate(float* w, float* gw, float* gb, float* a, int inputs, float* delta, int outputs, float* inputDelta);

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
    internal abstract float Differentiate(LayerShape[] layers, float* parameters, float* x, float* y, float* activations, float* deltas);

    /// <summary>A step of one sample: <see cref="Differentiate"/>, then back through all layers, descending its gradient on the way.</summary>
    internal abstract float Step(LayerShape[] layers, float* parameters, float* x, float* y, float* activations, float* deltas, float rate);

    /// <summary>One sample back through all layers from the output's delta, adding its gradient to that of the samples before.</summary>
    internal abstract void Accumulate(LayerShape[] layers, float* parameters, float* gradient, float* x, float* activations, float* deltas);

    /// <summary>Samples in a full tile.</summary>
    internal abstract int Tile { get; }

    /// <summary>Lanes of the tile for so many samples, at most <see cref="Tile"/>.</summary>
    internal abstract int LanesFor(int samples);

    /// <summary>Tiles that go forward together where a batch has as many.</summary>
    internal virtual int TilesTogether(LayerShape[] layers) => TileGroup.SizeFor(layers);

    /// <summary>Tiles of the same number of samples, at most <see cref="Tile"/>, through all layers, x to y; several only if full.</summary>
    internal abstract void ForwardTiles(LayerShape[] layers, float* parameters, float* x, float* y, int tiles, int samples, float* scratch);

    /// <summary>The samples from which on a tile pays; fewer are taken in rows, by all layers and not by the first alone.</summary>
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
        2 * Padding.RoundUp(LayerShape.Widest(layers)) * Tile * TileGroup.SizeFor(layers);

    /// <summary>
    /// Tiles of a chunk forward, full ones or the last alone, their costs and, if wanted, all their deltas. y are the targets of the first of
    /// these tiles and of the following samples. Scratch takes <see cref="DifferentiateScratch"/>.
    /// </summary>
    internal abstract void DifferentiateTiles(
        LayerShape[] layers, float* parameters, float* y, in TileChunk chunk, int first, int tiles, float* scratch, bool deltas);

    /// <summary>
    /// Two deltas for each tile, the targets of one, and sixteen rows for its costs. Where all layers are taken in rows, these go to and fro between the second
    /// delta and the targets: then there is one tile.
    /// </summary>
    internal int DifferentiateScratch(LayerShape[] layers) =>
        Tile * ((2 * TileGroup.SizeFor(layers) + 1) * LayerShape.Widest(layers) + Padding.Lanes);

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

/// <summary>
/// The passes over the primitives <typeparamref name="K"/>, and for batches <typeparamref name="T"/>, written once for all variants.
/// </summary>
internal unsafe class KernelSet<K, T>(KernelVariant variant) : KernelSet(variant)
    where K : struct, IKernels
    where T : struct, ITileKernels
{
    internal override KernelSet Suit(LayerShape[] layers) =>
        Variant != KernelVariant.Scalar && Array.TrueForAll(layers, layer => Math.Max(layer.Inputs, layer.Outputs) <= TinyKernelSet<K, T>.MaxWidth)
            ? new TinyKernelSet<K, T>(Variant)
            : this;

    internal override void Sigmoid(float* x, float* y, nint count) => K.Sigmoid(x, y, count);

    internal override void Forward(float* x, int inputs, float* w, float* b, float* y, int outputs) => K.Forward(x, inputs, w, b, y, outputs, outputs);

    internal override float OutputDelta(float* a, float* y, float* delta, int count) => K.OutputDelta(a, y, delta, count);

    internal override void Descend(float* w, float* b, float* a, int inputs, float* delta, int outputs, float* inputDelta, float rate) =>
        K.Descend(w, b, a, inputs, delta, outputs, inputDelta, rate);

    internal override void Accumulate(float* w, float* gw, float* gb, float* a, int inputs, float* delta, int outputs, float* inputDelta) =>
        K.Accumulate(w, gw, gb, a, inputs, delta, outputs, inputDelta);

    internal override void GradientDescent(float* w, float* g, nint count, float scale, float rate) => K.GradientDescent(w, g, count, scale, rate);

    internal override UpdateKernel UpdateBy<TRule>() => new UpdateKernel<K, TRule>();

    internal override double SumOfSquares(float* g, nint count, float clip) => K.SumOfSquares(g, count, clip);

    internal override void Forward(LayerShape[] layers, float* parameters, float* x, float* activations, float* y, int room)
    {
        float* a = x;
        foreach (ref readonly LayerShape layer in layers.AsSpan(0, layers.Length - 1))
        {
            float* next = activations + layer.Activations;
            K.Forward(a, layer.Inputs, parameters + layer.Weights, parameters + layer.Biases, next, layer.Outputs, Padding.RoundUp(layer.Outputs));
            a = next;
        }

        ref readonly LayerShape output = ref layers[^1];
        K.Forward(a, output.Inputs, parameters + output.Weights, parameters + output.Biases, y, output.Outputs, room);
    }

    internal override float Differentiate(LayerShape[] layers, float* parameters, float* x, float* y, float* activations, float* deltas)
    {
        ref readonly LayerShape output = ref layers[^1];
        float* a = activations + output.Activations;
        Forward(layers, parameters, x, activations, a, Padding.RoundUp(output.Outputs));
        return K.OutputDelta(a, y, deltas + output.Activations, output.Outputs);
    }

    internal override float Step(LayerShape[] layers, float* parameters, float* x, float* y, float* activations, float* deltas, float rate)
    {
        float cost = Differentiate(layers, parameters, x, y, activations, deltas);
        for (int l = layers.Length - 1; l >= 0; l--)
        {
            ref readonly LayerShape layer = ref layers[l];
            float* a = l == 0 ? x : activations + layers[l - 1].Activations;
            float* inputDelta = l == 0 ? null : deltas + layers[l - 1].Activations;
            K.Descend(
                parameters + layer.Weights, parameters + layer.Biases, a, layer.Inputs, deltas + layer.Activations, layer.Outputs, inputDelta, rate);
        }

        return cost;
    }

    internal override void Accumulate(LayerShape[] layers, float* parameters, float* gradient, float* x, float* activations, float* deltas)
    {
        for (int l = layers.Length - 1; l >= 0; l--)
        {
            ref readonly LayerShape layer = ref layers[l];
            float* a = l == 0 ? x : activations + layers[l - 1].Activations;
            float* inputDelta = l == 0 ? null : deltas + layers[l - 1].Activations;
            K.Accumulate(
                parameters + layer.Weights, gradient + layer.Weights, gradient + layer.Biases,
                a, layer.Inputs, deltas + layer.Activations, layer.Outputs, inputDelta);
        }
    }

    internal override int Tile => T.Tile;

    internal override int LanesFor(int samples) => T.LanesFor(samples);

    internal override void ForwardFew(LayerShape[] layers, float* parameters, float* x, float* y, int samples, float* scratch)
    {
        float* a = x, next = scratch, free = scratch + (nint)samples * Padding.RoundUp(LayerShape.Widest(layers));
        int stride = layers[0].Inputs;
        for (int l = 0; l < layers.Length; l++)
        {
            bool last = l == layers.Length - 1;
            if (last) next = y;
            int nextStride = last ? layers[l].Outputs : Padding.RoundUp(layers[l].Outputs);
            LayerInRows(in layers[l], parameters, a, stride, samples, next, nextStride);
            a = next;
            stride = nextStride;
            next = free;
            free = a;
        }
    }

    /// <summary>One layer on samples in rows: all together where that is better.</summary>
    private static void LayerInRows(in LayerShape layer, float* parameters, float* a, nint stride, int samples, float* y, int yStride)
    {
        float* w = parameters + layer.Weights, b = parameters + layer.Biases;
        if (RowForward.Suits(layer.Inputs, layer.Outputs, samples))
        {
            T.RowForward(a, stride, samples, layer.Inputs, w, b, y, yStride, layer.Outputs);
        }
        else
        {
            for (int s = 0; s < samples; s++) K.Forward(a + s * stride, layer.Inputs, w, b, y + s * (nint)yStride, layer.Outputs, yStride);
        }
    }

    internal override void ForwardTiles(LayerShape[] layers, float* parameters, float* x, float* y, int tiles, int samples, float* scratch)
    {
        int lanes = T.LanesFor(samples), outputs = layers[^1].Outputs, first = layers[0].TakesRows ? 1 : 0;
        nint room = (nint)LayerShape.Widest(layers) * lanes;
        float* a = scratch, next = scratch + tiles * room;
        if (first > 0)
        {
            bool last = layers.Length == 1;
            LayerInRows(in layers[0], parameters, x, layers[0].Inputs, tiles * samples, last ? y : next, layers[0].Outputs);
            if (last) return;
            x = next;
        }

        RowsToTiles(x, tiles, samples, layers[first].Inputs, a, room, lanes);
        foreach (ref readonly LayerShape layer in layers.AsSpan(first))
        {
            float* w = parameters + layer.Weights, b = parameters + layer.Biases;
            T.TileForward(a, layer.Inputs, w, b, next, layer.Outputs, lanes, new TileGroup(tiles, room, room));
            float* free = a;
            a = next;
            next = free;
        }

        for (int t = 0; t < tiles; t++) T.Transpose(a + t * room, lanes, outputs, samples, y + (nint)t * samples * outputs, outputs);
    }

    /// <summary>[tiles·samples][columns] to tiles that lie so much room apart.</summary>
    private static void RowsToTiles(float* rows, int tiles, int samples, int columns, float* target, nint room, int lanes)
    {
        for (int t = 0; t < tiles; t++) T.Transpose(rows + (nint)t * samples * columns, columns, samples, columns, target + t * room, lanes);
    }

    internal override void DifferentiateTiles(
        LayerShape[] layers, float* parameters, float* y, in TileChunk chunk, int first, int tiles, float* scratch, bool deltas)
    {
        ref readonly LayerShape output = ref layers[^1];
        int lanes = chunk.LanesOf(first), samples = chunk.SamplesOf(first);
        nint room = (nint)LayerShape.Widest(layers) * lanes, next = (nint)chunk.Rows * lanes;
        float* delta = scratch, inputDelta = delta + tiles * room, targets = inputDelta + tiles * room, costs = targets + room;

        float* tile = chunk.TileOf(first);
        var group = new TileGroup(tiles, next, room);
        int inRows = samples < FewestForTile(layers) ? layers.Length : layers[0].TakesRows ? 1 : 0;
        if (!layers[0].TakesRows) RowsToTiles(chunk.XOf(first), tiles, samples, layers[0].Inputs, tile, next, lanes);
        ForwardLayersInRows(layers, inRows, parameters, chunk.XOf(first), samples, tile, lanes, delta, group, inputDelta, targets);
        if (inRows < layers.Length) ForwardLayers(layers, inRows, parameters, tile, lanes, delta, group);

        for (int t = 0; t < tiles; t++)
        {
            foreach (ref readonly LayerShape layer in layers.AsSpan())
                new Span<float>(tile + t * next + ((nint)layer.InputRows + layer.Inputs) * lanes, lanes).Fill(1f);
            T.Transpose(y + (nint)t * samples * output.Outputs, output.Outputs, samples, output.Outputs, targets, lanes);
            T.TileOutputDelta(delta + t * room, targets, output.Outputs, lanes, costs);
            new Span<float>(costs, samples).CopyTo(new Span<float>(chunk.Costs + (first + t) * chunk.Tile, samples));
        }

        for (int l = layers.Length - 1; deltas; l--)
        {
            ref readonly LayerShape layer = ref layers[l];
            for (int t = 0; t < tiles; t++)
                T.PackDelta(delta + t * room, lanes, layer.Outputs, samples, chunk.DeltasOf(in layer), (first + t) * chunk.Tile, chunk.Samples);
            if (l == 0) break;

            T.TileBackward(
                parameters + layer.Weights, delta, layer.Outputs, tile + (nint)layer.InputRows * lanes, layer.Inputs, inputDelta, lanes, group);
            float* free = delta;
            delta = inputDelta;
            inputDelta = free;
        }
    }

    /// <summary>
    /// The first layers on samples in rows, as <see cref="ForwardLayers"/> takes the others: the outputs of each are turned into tiles, for its gradient
    /// is taken from there.
    /// </summary>
    private static void ForwardLayersInRows(
        LayerShape[] layers, int count, float* parameters, float* x, int samples, float* tile, int lanes, float* output, TileGroup group, float* rows, float* otherRows)
    {
        for (int l = 0; l < count; l++)
        {
            ref readonly LayerShape layer = ref layers[l];
            bool last = l == layers.Length - 1;
            LayerInRows(in layer, parameters, x, layer.Inputs, group.Tiles * samples, rows, layer.Outputs);
            float* y = last ? output : tile + (nint)layers[l + 1].InputRows * lanes;
            RowsToTiles(rows, group.Tiles, samples, layer.Outputs, y, last ? group.Outputs : group.Inputs, lanes);
            x = rows;
            rows = otherRows;
            otherRows = x;
        }
    }

    /// <summary>Tiles through the layers from one on: from its inputs to those of all others, and the outputs of the last.</summary>
    private protected virtual void ForwardLayers(LayerShape[] layers, int first, float* parameters, float* tile, int lanes, float* output, TileGroup group)
    {
        for (int l = first; l < layers.Length; l++)
        {
            ref readonly LayerShape layer = ref layers[l];
            bool last = l == layers.Length - 1;
            float* a = tile + (nint)layer.InputRows * lanes, y = last ? output : tile + (nint)layers[l + 1].InputRows * lanes;
            TileGroup tiles = last ? group : group with { Outputs = group.Inputs };
            T.TileForward(a, layer.Inputs, parameters + layer.Weights, parameters + layer.Biases, y, layer.Outputs, lanes, tiles);
        }
    }

    internal override void BatchGradient(in TileChunk chunk, in LayerShape layer, int from, int to, float* sum, float* target, float scale, float rate) =>
        T.BatchGradient(in chunk, in layer, from, to, sum, target, scale, rate);
}
