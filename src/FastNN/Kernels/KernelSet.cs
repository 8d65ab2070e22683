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

    private readonly ActivationKernels?[] _functions = new ActivationKernels?[Activation.All.Count];

    /// <summary>The kernels that end in a function, created at the first need.</summary>
    internal ActivationKernels Of(Activation activation) => _functions[activation.Index] ??= activation.CreateKernels(this);

    /// <summary>Those of an elementwise function, for <see cref="Activation.CreateKernels"/>.</summary>
    internal abstract ActivationKernels CreateKernels<A>()
        where A : struct, IActivation;

    internal abstract ActivationKernels CreateSoftmaxKernels();

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
    /// these tiles and of the following samples; xGradient, if it is not null, receives in the same way the gradient with respect to the inputs. Scratch takes
    /// <see cref="DifferentiateScratch"/>.
    /// </summary>
    internal abstract void DifferentiateTiles(
        LayerShape[] layers, OutputKernels output, float* parameters, float* y, in TileChunk chunk, int first, int tiles, float* scratch, bool deltas, float* xGradient);

    /// <summary>
    /// Two deltas and the slopes that are kept for each tile, the targets of one, and sixteen rows for its costs. Where all layers are taken in rows, these go
    /// to and fro between the second delta and the targets: then there is one tile.
    /// </summary>
    internal int DifferentiateScratch(LayerShape[] layers)
    {
        int together = TileGroup.SizeFor(layers);
        return Tile * ((2 * together + 1) * LayerShape.Widest(layers) + together * layers[^1].SlopesEnd + Padding.Lanes);
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

/// <summary>
/// The passes over the primitives <typeparamref name="K"/>, and for batches <typeparamref name="T"/>, written once for all variants.
/// </summary>
internal unsafe class KernelSet<K, T>(KernelVariant variant) : KernelSet(variant)
    where K : struct, IKernels
    where T : struct, ITileKernels
{
    internal override KernelSet Suit(LayerShape[] layers) =>
        Variant != KernelVariant.Scalar && Array.TrueForAll(layers, TinyKernelSet<K, T>.Takes)
            ? new TinyKernelSet<K, T>(Variant)
            : this;

    /// <summary>Kernels that leave the sums as they are.</summary>
    private static ActivationKernels Sums { get; } = new ActivationKernels<K, T, Identity>();

    internal override ActivationKernels CreateKernels<A>() => new ActivationKernels<K, T, A>();

    internal override ActivationKernels CreateSoftmaxKernels() => new SoftmaxKernels<K, T>();

    internal override void GradientDescent(float* w, float* g, nint count, float scale, float rate) => K.GradientDescent(w, g, count, scale, rate);

    internal override UpdateKernel UpdateBy<TRule>() => new UpdateKernel<K, TRule>();

    internal override double SumOfSquares(float* g, nint count, float clip) => K.SumOfSquares(g, count, clip);

    internal override void Forward(LayerShape[] layers, float* parameters, float* x, float* activations, float* y, int room)
    {
        float* a = x;
        foreach (ref readonly LayerShape layer in layers.AsSpan(0, layers.Length - 1))
        {
            float* next = activations + layer.Activations;
            layer.Function.Forward(
                a, layer.Inputs, parameters + layer.Weights, parameters + layer.Biases, next, layer.Outputs, Padding.RoundUp(layer.Outputs));
            a = next;
        }

        ref readonly LayerShape output = ref layers[^1];
        output.Function.Forward(a, output.Inputs, parameters + output.Weights, parameters + output.Biases, y, output.Outputs, room);
    }

    internal override float Differentiate(
        LayerShape[] layers, OutputKernels output, float* parameters, float* x, float* y, float* activations, float* deltas)
    {
        float* a = x;
        for (int l = 0; l < layers.Length; l++)
        {
            ref readonly LayerShape layer = ref layers[l];
            ActivationKernels function = l == layers.Length - 1 ? output.Function : layer.Function;
            float* w = parameters + layer.Weights, b = parameters + layer.Biases, next = activations + layer.Activations;
            int room = Padding.RoundUp(layer.Outputs);
            if (layer.KeepsSlope) function.ForwardKeepingSlope(a, layer.Inputs, w, b, next, activations + layer.Kept, layer.Outputs, room);
            else function.Forward(a, layer.Inputs, w, b, next, layer.Outputs, room);
            a = next;
        }

        ref readonly LayerShape last = ref layers[^1];
        return output.Delta(a, activations + last.Kept, y, deltas + last.Activations, last.Outputs);
    }

    internal override float Step(
        LayerShape[] layers, OutputKernels output, float* parameters, float* x, float* y, float* activations, float* deltas, float rate)
    {
        float cost = Differentiate(layers, output, parameters, x, y, activations, deltas);
        for (int l = layers.Length - 1; l > 0; l--)
        {
            ref readonly LayerShape layer = ref layers[l], before = ref layers[l - 1];
            before.Function.Descend(
                parameters + layer.Weights, parameters + layer.Biases, activations + before.Activations, activations + before.Kept, layer.Inputs,
                deltas + layer.Activations, layer.Outputs, deltas + before.Activations, rate);
        }

        ref readonly LayerShape first = ref layers[0];
        first.Function.Descend(
            parameters + first.Weights, parameters + first.Biases, x, null, first.Inputs, deltas + first.Activations, first.Outputs, null, rate);
        return cost;
    }

    internal override void Accumulate(
        LayerShape[] layers, float* parameters, float* gradient, float* x, float* activations, float* deltas, float* inputDelta)
    {
        for (int l = layers.Length - 1; l > 0; l--)
        {
            ref readonly LayerShape layer = ref layers[l], before = ref layers[l - 1];
            before.Function.Accumulate(
                parameters + layer.Weights, gradient + layer.Weights, gradient + layer.Biases, activations + before.Activations,
                activations + before.Kept, layer.Inputs, deltas + layer.Activations, layer.Outputs, deltas + before.Activations);
        }

        ref readonly LayerShape first = ref layers[0];
        K.Accumulate<Identity>(
            parameters + first.Weights, gradient + first.Weights, gradient + first.Biases, x, first.Inputs, deltas + first.Activations, first.Outputs, inputDelta);
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
            LayerInRows(in layers[l], layers[l].Function, parameters, a, stride, samples, next, nextStride);
            a = next;
            stride = nextStride;
            next = free;
            free = a;
        }
    }

    /// <summary>One layer on samples in rows: all together where that is better.</summary>
    private static void LayerInRows(
        in LayerShape layer, ActivationKernels function, float* parameters, float* a, nint stride, int samples, float* y, int yStride)
    {
        float* w = parameters + layer.Weights, b = parameters + layer.Biases;
        if (RowForward.Suits(layer.Inputs, layer.Outputs, samples))
        {
            T.RowForward(a, stride, samples, layer.Inputs, w, b, y, yStride, layer.Outputs);
            function.ActivateRows(y, samples, layer.Outputs, yStride);
        }
        else
        {
            for (int s = 0; s < samples; s++) function.Forward(a + s * stride, layer.Inputs, w, b, y + s * (nint)yStride, layer.Outputs, yStride);
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
            LayerInRows(in layers[0], layers[0].Function, parameters, x, layers[0].Inputs, tiles * samples, last ? y : next, layers[0].Outputs);
            if (last) return;
            x = next;
        }

        RowsToTiles(x, tiles, samples, layers[first].Inputs, a, room, lanes);
        foreach (ref readonly LayerShape layer in layers.AsSpan(first))
        {
            float* w = parameters + layer.Weights, b = parameters + layer.Biases;
            T.TileForward(a, layer.Inputs, w, b, next, layer.Outputs, lanes, new TileGroup(tiles, room, room));
            for (int t = 0; t < tiles; t++) layer.Function.ActivateTile(next + t * room, layer.Outputs, lanes);
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
        LayerShape[] layers, OutputKernels output, float* parameters, float* y, in TileChunk chunk, int first, int tiles, float* scratch, bool deltas, float* xGradient)
    {
        ref readonly LayerShape last = ref layers[^1];
        int lanes = chunk.LanesOf(first), samples = chunk.SamplesOf(first);
        nint room = (nint)LayerShape.Widest(layers) * lanes, next = (nint)chunk.Rows * lanes, slopesRoom = (nint)last.SlopesEnd * lanes;
        float* delta = scratch, inputDelta = delta + tiles * room, targets = inputDelta + tiles * room, costs = targets + room;
        float* slopes = costs + Padding.Lanes * lanes, tile = chunk.TileOf(first);
        var group = new TileGroup(tiles, next, room);
        var workspace = new Tiles(tile, slopes, delta, lanes, samples, group, slopesRoom);
        int inRows = samples < FewestForTile(layers) ? layers.Length : layers[0].TakesRows ? 1 : 0;
        if (!layers[0].TakesRows) RowsToTiles(chunk.XOf(first), tiles, samples, layers[0].Inputs, tile, next, lanes);
        ForwardLayersInRows(layers, output, inRows, parameters, chunk.XOf(first), in workspace, inputDelta, targets);
        if (inRows < layers.Length) ForwardLayers(layers, output, inRows, parameters, in workspace);

        for (int t = 0; t < tiles; t++)
        {
            foreach (ref readonly LayerShape layer in layers.AsSpan())
                new Span<float>(tile + t * next + ((nint)layer.InputRows + layer.Inputs) * lanes, lanes).Fill(1f);
            T.Transpose(y + (nint)t * samples * last.Outputs, last.Outputs, samples, last.Outputs, targets, lanes);
            output.TileDelta(delta + t * room, slopes + t * slopesRoom + (nint)last.Slopes * lanes, targets, last.Outputs, lanes, costs);
            new Span<float>(costs, samples).CopyTo(new Span<float>(chunk.Costs + (first + t) * chunk.Tile, samples));
        }

        for (int l = layers.Length - 1; deltas; l--)
        {
            ref readonly LayerShape layer = ref layers[l];
            for (int t = 0; t < tiles; t++)
                T.PackDelta(delta + t * room, lanes, layer.Outputs, samples, chunk.DeltasOf(in layer), (first + t) * chunk.Tile, chunk.Samples);
            if (l == 0) break;

            ref readonly LayerShape before = ref layers[l - 1];
            float* kept = before.KeepsSlope ? slopes + (nint)before.Slopes * lanes : tile + (nint)layer.InputRows * lanes;
            TileGroup keptGroup = before.KeepsSlope ? group with { Inputs = slopesRoom } : group;
            before.Function.TileBackward(parameters + layer.Weights, delta, layer.Outputs, kept, layer.Inputs, inputDelta, lanes, keptGroup);
            float* free = delta;
            delta = inputDelta;
            inputDelta = free;
        }

        if (xGradient == null) return;

        int inputs = layers[0].Inputs;
        var within = new TileGroup(tiles, room, room); // nothing kept is looked at, but loads of it may stay: from the deltas, which are as large
        T.TileBackward<Identity>(parameters + layers[0].Weights, delta, layers[0].Outputs, delta, inputs, inputDelta, lanes, within);
        for (int t = 0; t < tiles; t++) T.Transpose(inputDelta + t * room, lanes, inputs, samples, xGradient + (nint)t * samples * inputs, inputs);
    }

    /// <summary>
    /// The first layers on samples in rows, as <see cref="ForwardLayers"/> takes the others: the outputs of each are turned into tiles, for its gradient
    /// is taken from there.
    /// </summary>
    private static void ForwardLayersInRows(
        LayerShape[] layers, OutputKernels output, int count, float* parameters, float* x, in Tiles tiles, float* rows, float* otherRows)
    {
        int samples = tiles.Group.Tiles * tiles.Samples;
        for (int l = 0; l < count; l++)
        {
            ref readonly LayerShape layer = ref layers[l];
            bool last = l == layers.Length - 1;
            ActivationKernels function = last ? output.Function : layer.Function;
            float* y = last ? tiles.Output : tiles.Inputs + (nint)layers[l + 1].InputRows * tiles.Lanes;
            nint room = last ? tiles.Group.Outputs : tiles.Group.Inputs;
            if (layer.KeepsSlope)
            {
                float* slopes = tiles.Slopes + (nint)layer.Slopes * tiles.Lanes;
                LayerInRows(in layer, Sums, parameters, x, layer.Inputs, samples, rows, layer.Outputs);
                RowsToTiles(rows, tiles.Group.Tiles, tiles.Samples, layer.Outputs, slopes, tiles.SlopesRoom, tiles.Lanes);
                for (int t = 0; t < tiles.Group.Tiles; t++)
                    function.ActivateTileKeepingSlope(slopes + t * tiles.SlopesRoom, y + t * room, layer.Outputs, tiles.Lanes);
                if (l + 1 < count) function.ActivateRows(rows, samples, layer.Outputs, layer.Outputs);
            }
            else
            {
                LayerInRows(in layer, function, parameters, x, layer.Inputs, samples, rows, layer.Outputs);
                RowsToTiles(rows, tiles.Group.Tiles, tiles.Samples, layer.Outputs, y, room, tiles.Lanes);
            }

            x = rows;
            rows = otherRows;
            otherRows = x;
        }
    }

    /// <summary>Tiles through the layers from one on: from its inputs to those of all others, and the outputs of the last.</summary>
    private void ForwardLayers(LayerShape[] layers, OutputKernels output, int first, float* parameters, in Tiles tiles)
    {
        for (int l = first; l < layers.Length; l++)
        {
            ref readonly LayerShape layer = ref layers[l];
            bool last = l == layers.Length - 1;
            ActivationKernels function = last ? output.Function : layer.Function;
            float* a = tiles.Inputs + (nint)layer.InputRows * tiles.Lanes, y = last ? tiles.Output : tiles.Inputs + (nint)layers[l + 1].InputRows * tiles.Lanes;
            TileGroup group = last ? tiles.Group : tiles.Group with { Outputs = tiles.Group.Inputs };
            if (layer.KeepsSlope)
            {
                float* slopes = tiles.Slopes + (nint)layer.Slopes * tiles.Lanes;
                SumsOfTiles(in layer, parameters, a, slopes, tiles.Lanes, group with { Outputs = tiles.SlopesRoom });
                for (int t = 0; t < group.Tiles; t++)
                    function.ActivateTileKeepingSlope(slopes + t * tiles.SlopesRoom, y + t * group.Outputs, layer.Outputs, tiles.Lanes);
            }
            else
            {
                SumsOfTiles(in layer, parameters, a, y, tiles.Lanes, group);
                for (int t = 0; t < group.Tiles; t++) function.ActivateTile(y + t * group.Outputs, layer.Outputs, tiles.Lanes);
            }
        }
    }

    private protected virtual void SumsOfTiles(in LayerShape layer, float* parameters, float* a, float* z, int lanes, TileGroup group) =>
        T.TileForward(a, layer.Inputs, parameters + layer.Weights, parameters + layer.Biases, z, layer.Outputs, lanes, group);

    internal override void BatchGradient(in TileChunk chunk, in LayerShape layer, int from, int to, float* sum, float* target, float scale, float rate) =>
        T.BatchGradient(in chunk, in layer, from, to, sum, target, scale, rate);

    /// <summary>Tiles on their way forward in training.</summary>
    /// <param name="inputs">The inputs of all layers of the first.</param>
    /// <param name="slopes">Where it keeps slopes.</param>
    /// <param name="output">Receives its outputs.</param>
    /// <param name="lanes">Of a tile.</param>
    /// <param name="samples">In a tile.</param>
    /// <param name="group">How many, and floats from one's inputs to the next one's, and from outputs to outputs.</param>
    /// <param name="slopesRoom">Floats from slopes to slopes.</param>
    private readonly struct Tiles(float* inputs, float* slopes, float* output, int lanes, int samples, TileGroup group, nint slopesRoom)
    {
        internal readonly float* Inputs = inputs, Slopes = slopes, Output = output;
        internal readonly int Lanes = lanes, Samples = samples;
        internal readonly TileGroup Group = group;
        internal readonly nint SlopesRoom = slopesRoom;
    }
}
