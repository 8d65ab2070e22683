using System.Runtime.CompilerServices;
using System.Runtime.Intrinsics;
using FastNN.Contract;
using FastNN.Dispatch;
using FastNN.Simd;
using V = System.Runtime.Intrinsics.Vector128<float>;

namespace FastNN.Passes;

/// <summary>
/// The passes of a network of sigmoids no layer of which is wider than four, in four lanes from end to end whatever the variant: lanes are independent, so
/// the bits are those of the kernels it stands for. Such a network is all latency. Here activations and deltas go from layer to layer in
/// registers: a step of the article's network takes 246 cycles, and by way of memory and the general kernels 350.
/// </summary>
/// <remarks>
/// Reads whole vectors, up to three floats past a row; the slack behind the parameters makes that legal for the last. Passes of a sample are not inlined: the
/// JIT does that where a profile shows no other set, and then, in some processes, takes registers to memory and back: a step 80 ns instead of 59.
/// </remarks>
internal sealed unsafe class TinyKernelSet<K, T>(KernelVariant variant) : KernelSet<K, T>(variant)
    where K : struct, IKernels
    where T : struct, ITileKernels
{
    private const int MaxWidth = 4;

    /// <summary>Whether a layer can be one of such a network.</summary>
    internal static bool Takes(LayerShape layer) =>
        Math.Max(layer.Inputs, layer.Outputs) <= MaxWidth && layer.Function is ActivationKernels<K, T, Sigmoid>;

    internal override int Scratch(LayerShape[] layers) => 0;

    [MethodImpl(MethodImplOptions.NoInlining)]
    internal override void Forward(LayerShape[] layers, float* parameters, float* x, float* activations, float* y, int room)
    {
        V a = LoadInput(layers, x);
        foreach (ref readonly LayerShape layer in layers.AsSpan()) a = Layer(in layer, parameters, a);
        Simd128.StoreFirst(a, y, layers[^1].Outputs);
    }

    [MethodImpl(MethodImplOptions.NoInlining)]
    internal override float Differentiate(
        LayerShape[] layers, OutputKernels output, float* parameters, float* x, float* y, float* activations, float* deltas)
    {
        V delta = OutputDelta(layers, parameters, LoadInput(layers, x), y, activations, out float cost);
        delta.Store(deltas + layers[^1].Activations);
        return cost;
    }

    [MethodImpl(MethodImplOptions.NoInlining)]
    internal override float Step(
        LayerShape[] layers, OutputKernels output, float* parameters, float* x, float* y, float* activations, float* deltas, float rate)
    {
        V input = LoadInput(layers, x);
        V delta = OutputDelta(layers, parameters, input, y, activations, out float cost), mask = Simd128.First(layers[^1].Outputs);
        for (int l = layers.Length - 1; l > 0; l--)
        {
            ref readonly LayerShape layer = ref layers[l];
            V a = Vector128.Load(activations + layers[l - 1].Activations);
            V inputMask = Simd128.First(layer.Inputs);
            V sums = BackwardUpdate<Const.Yes>(in layer, parameters, a, delta, mask, rate);
            delta = Simd128.MultiplyAdd(sums, Sigmoid.Slope<Simd128, V>(a), V.Zero) & inputMask;
            mask = inputMask;
        }

        BackwardUpdate<Const.No>(in layers[0], parameters, input, delta, mask, rate);
        return cost;
    }

    internal override int FewestForTile(LayerShape[] layers) => 4;

    /// <summary>So many that no layer waits for the one before, and activations stay in L1: 1024 samples of 2-4-3-2 take 0.65 of the time they take one by one.</summary>
    internal override int TilesTogether(LayerShape[] layers) => 8;

    internal override int BatchScratch(LayerShape[] layers) =>
        (layers[^1].InputRows + layers[^1].Inputs + layers[^1].Outputs) * Tile * TilesTogether(layers);

    internal override void ForwardFew(LayerShape[] layers, float* parameters, float* x, float* y, int samples, float* scratch)
    {
        for (; samples > 0; samples--, x += layers[0].Inputs, y += layers[^1].Outputs) Forward(layers, parameters, x, null, y, layers[^1].Outputs);
    }

    internal override void ForwardTiles(LayerShape[] layers, float* parameters, float* x, float* y, int tiles, int samples, float* scratch)
    {
        int lanes = tiles * T.LanesFor(samples), inputs = layers[0].Inputs, outputs = layers[^1].Outputs;
        samples *= tiles;
        float* output = scratch + (layers[^1].InputRows + layers[^1].Inputs) * lanes;
        T.Transpose(x, inputs, samples, inputs, scratch, lanes);
        for (int l = 0; l < layers.Length; l++)
        {
            ref readonly LayerShape layer = ref layers[l];
            float* z = l + 1 < layers.Length ? scratch + layers[l + 1].InputRows * lanes : output;
            T.TileTinyForward(in layer, parameters, scratch + layer.InputRows * lanes, z, lanes);
            K.Activate<Sigmoid>(z, z, layer.Outputs * lanes);
        }

        T.Transpose(output, lanes, outputs, samples, y, outputs);
    }

    private protected override void SumsOfTiles(in LayerShape layer, float* parameters, float* a, float* z, int lanes, TileGroup group)
    {
        for (int t = 0; t < group.Tiles; t++) T.TileTinyForward(in layer, parameters, a + t * group.Inputs, z + t * group.Outputs, lanes);
    }

    private static V LoadInput(LayerShape[] layers, float* x) => Simd128.LoadFirst(x, Simd128.First(layers[0].Inputs));

    /// <summary>The sample forward, its activations kept, to the delta of the output, zero past it, and the cost.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static V OutputDelta(LayerShape[] layers, float* parameters, V a, float* y, float* activations, out float cost)
    {
        foreach (ref readonly LayerShape layer in layers.AsSpan())
        {
            a = Layer(in layer, parameters, a);
            a.Store(activations + layer.Activations);
        }

        V mask = Simd128.First(layers[^1].Outputs);
        V error = (a - Simd128.LoadFirst(y, mask)) & mask;
        cost = Simd128.Sum(Simd128.MultiplyAdd(error, error, V.Zero));
        return ((error + error) * Sigmoid.Slope<Simd128, V>(a)) & mask;
    }

    /// <summary>a′ = σ(b + Σ_j a_j·w_j), w_j the rows of W; lanes past the layer's outputs mean nothing.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static V Layer(in LayerShape layer, float* parameters, V a)
    {
        float* w = parameters + layer.Weights;
        nint row = layer.Outputs;
        V z = Vector128.Load(parameters + layer.Biases);
        z = Simd128.MultiplyAdd(Vector128.Load(w), Vector128.Shuffle(a, Vector128.Create(0, 0, 0, 0)), z);
        if (layer.Inputs > 1) z = Simd128.MultiplyAdd(Vector128.Load(w + row), Vector128.Shuffle(a, Vector128.Create(1, 1, 1, 1)), z);
        if (layer.Inputs > 2) z = Simd128.MultiplyAdd(Vector128.Load(w + 2 * row), Vector128.Shuffle(a, Vector128.Create(2, 2, 2, 2)), z);
        if (layer.Inputs > 3) z = Simd128.MultiplyAdd(Vector128.Load(w + 3 * row), Vector128.Shuffle(a, Vector128.Create(3, 3, 3, 3)), z);
        return ActivationOf.Value<Simd128, V, Sigmoid>(z);
    }

    /// <summary>w_ij ← w_ij + rate·(δ_i·a_j) and b_i ← b_i + rate·δ_i; the result is Σ_i w_ij·δ_i in lane j, with the weights as they were.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static V BackwardUpdate<TSums>(in LayerShape layer, float* parameters, V a, V delta, V mask, float rate)
        where TSums : struct, IConst
    {
        float* w = parameters + layer.Weights, b = parameters + layer.Biases;
        int row = layer.Outputs;
        V r = Vector128.Create(rate), sum1 = V.Zero, sum2 = V.Zero, sum3 = V.Zero;
        V sum0 = Row(w, Vector128.Shuffle(a, Vector128.Create(0, 0, 0, 0)), delta, mask, r, row);
        if (layer.Inputs > 1) sum1 = Row(w + row, Vector128.Shuffle(a, Vector128.Create(1, 1, 1, 1)), delta, mask, r, row);
        if (layer.Inputs > 2) sum2 = Row(w + 2 * row, Vector128.Shuffle(a, Vector128.Create(2, 2, 2, 2)), delta, mask, r, row);
        if (layer.Inputs > 3) sum3 = Row(w + 3 * row, Vector128.Shuffle(a, Vector128.Create(3, 3, 3, 3)), delta, mask, r, row);
        Simd128.StoreFirst(Simd128.MultiplyAdd(r, delta, Vector128.Load(b)), b, row);
        return TSums.Value != 0 ? Simd128.SumEach(sum0, sum1, sum2, sum3) : V.Zero;
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static V Row(float* w, V a, V delta, V mask, V rate, int outputs)
    {
        V old = Vector128.Load(w);
        Simd128.StoreFirst(Simd128.MultiplyAdd(rate, delta * a, old), w, outputs);
        return Simd128.MultiplyAdd(old & mask, delta, V.Zero);
    }
}
