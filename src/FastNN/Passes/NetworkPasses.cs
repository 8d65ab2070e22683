using FastNN.Batch;
using FastNN.Contract;
using FastNN.Dispatch;


namespace FastNN.Passes;

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

    internal override void Transpose(float* source, nint sourceStride, int rows, int columns, float* target, nint targetStride) =>
        T.Transpose(source, sourceStride, rows, columns, target, targetStride);

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
                a, layer.Inputs, parameters + layer.Weights, parameters + layer.Biases, next, layer.Outputs, VirtualLanes.RoundUp(layer.Outputs));
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
            int room = VirtualLanes.RoundUp(layer.Outputs);
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
            before.Function.BackwardUpdate(
                parameters + layer.Weights, parameters + layer.Biases, activations + before.Activations, activations + before.Kept, layer.Inputs,
                deltas + layer.Activations, layer.Outputs, deltas + before.Activations, rate);
        }

        ref readonly LayerShape first = ref layers[0];
        first.Function.BackwardUpdate(
            parameters + first.Weights, parameters + first.Biases, x, null, first.Inputs, deltas + first.Activations, first.Outputs, null, rate);
        return cost;
    }

    internal override void Accumulate(
        LayerShape[] layers, float* parameters, float* gradient, float* x, float* activations, float* deltas, float* inputDelta)
    {
        for (int l = layers.Length - 1; l > 0; l--)
        {
            ref readonly LayerShape layer = ref layers[l], before = ref layers[l - 1];
            before.Function.BackwardAccumulate(
                parameters + layer.Weights, gradient + layer.Weights, gradient + layer.Biases, activations + before.Activations,
                activations + before.Kept, layer.Inputs, deltas + layer.Activations, layer.Outputs, deltas + before.Activations);
        }

        ref readonly LayerShape first = ref layers[0];
        K.BackwardAccumulate<Identity>(
            parameters + first.Weights, gradient + first.Weights, gradient + first.Biases, x, first.Inputs, deltas + first.Activations, first.Outputs, inputDelta);
    }

    internal override int Tile => T.Tile;

    internal override int LanesFor(int samples) => T.LanesFor(samples);

    internal override void ForwardFew(LayerShape[] layers, float* parameters, float* x, float* y, int samples, float* scratch)
    {
        float* a = x, next = scratch, free = scratch + (nint)samples * VirtualLanes.RoundUp(LayerShape.Widest(layers));
        int stride = layers[0].Inputs;
        for (int l = 0; l < layers.Length; l++)
        {
            bool last = l == layers.Length - 1;
            if (last) next = y;
            int nextStride = last ? layers[l].Outputs : VirtualLanes.RoundUp(layers[l].Outputs);
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
        if (RowGemm.Suits(layer.Inputs, layer.Outputs, samples))
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
        int lanes = T.LanesFor(samples), outputs = layers[^1].Outputs, first = InRows(layers, tiles, samples);
        nint room = (nint)LayerShape.Widest(layers) * lanes;
        float* a = scratch, next = scratch + tiles * room;
        for (int l = 0; l < first; l++)
        {
            bool last = l == layers.Length - 1;
            float* to = last ? y : next;
            LayerInRows(in layers[l], layers[l].Function, parameters, x, layers[l].Inputs, tiles * samples, to, layers[l].Outputs);
            if (last) return;

            x = next;
            next = a;
            a = x;
        }

        if (first > 0)
        {
            a = next;
            next = x;
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

    /// <summary>Layers, from the first on, that tiles go through in rows: up to the last to gain by it that no narrow one comes before.</summary>
    private static int InRows(LayerShape[] layers, int tiles, int samples)
    {
        int count = layers[0].TakesRows ? 1 : 0, all = tiles * samples;
        for (int l = count; l < layers.Length && RowGemm.Suits(layers[l].Inputs, layers[l].Outputs, all); l++)
        {
            if (RowGemm.SuitsTiles(layers[l].Inputs, layers[l].Outputs, T.Tile, tiles, all)) count = l + 1;
        }

        return count;
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
        float* slopes = costs + VirtualLanes.Count * lanes, tile = chunk.TileOf(first);
        var group = new TileGroup(tiles, next, room);
        var workspace = new Tiles(tile, slopes, delta, lanes, samples, group, slopesRoom);
        int inRows = samples < FewestForTile(layers) ? layers.Length : InRows(layers, tiles, samples);
        if (!layers[0].TakesRows) RowsToTiles(chunk.XOf(first), tiles, samples, layers[0].Inputs, tile, next, lanes);
        bool odd = inRows % 2 != 0; // so that the last layer's are not where its tiles go
        ForwardLayersInRows(layers, output, inRows, parameters, chunk.XOf(first), in workspace, odd ? inputDelta : delta, odd ? delta : inputDelta);
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
