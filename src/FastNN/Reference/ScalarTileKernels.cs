using FastNN.Contract;

namespace FastNN.Reference;

/// <summary>The reference for batches: every tile has one sample, and every panel has one neuron.</summary>
internal readonly unsafe partial struct ScalarTileKernels : ITileKernels
{
    public static int Tile => 1;

    public static int LanesFor(int samples) => 1;

    public static void RowForward(float* x, nint xStride, int samples, int inputs, float* w, float* b, float* z, nint zStride, int outputs)
    {
        for (int s = 0; s < samples; s++) DenseForward.Forward<Identity>(x + s * xStride, inputs, w, b, z + s * zStride, outputs);
    }

    public static long PackedFloats(int inputs, int outputs) => (long)inputs * outputs;

    public static void PackRows(float* w, int inputs, int outputs, float* packed)
    {
        for (nint k = 0; k < (nint)inputs * outputs; k++) packed[k] = w[k];
    }

    public static void RowForwardPacked(
        float* x, nint xStride, int samples, int inputs, float* packed, float* b, float* z, nint zStride, int outputs) =>
        RowForward(x, xStride, samples, inputs, packed, b, z, zStride, outputs);

    public static void Transpose(float* source, nint sourceStride, int rows, int columns, float* target, nint targetStride)
    {
        for (int r = 0; r < rows; r++)
        {
            for (int c = 0; c < columns; c++) target[c * targetStride + r] = source[r * sourceStride + c];
        }
    }

    public static void TileForward(float* a, int inputs, float* w, float* b, float* z, int outputs, int lanes, TileGroup group)
    {
        for (int t = 0; t < group.Tiles; t++)
            DenseForward.Forward<Identity>(a + t * group.InputStride, inputs, w, b, z + t * group.OutputStride, outputs);
    }

    public static void TileTinyForward(in LayerShape layer, float* parameters, float* a, float* z, int lanes) =>
        DenseForward.Forward<Identity>(a, layer.Inputs, parameters + layer.Weights, parameters + layer.Biases, z, layer.Outputs);

    public static void TileOutputDelta<A, C>(C cost, float* a, float* kept, float* y, int outputs, int lanes, float* costs)
        where A : struct, IActivation
        where C : struct, ICost => *costs = Reference.OutputDelta.Compute<A, C>(cost, a, kept, y, a, outputs);

    public static void TileWeightedCost<C>(C cost, float* a, float* y, float* w, int outputs, int lanes, float* costs)
        where C : struct, ICost => *costs = WeightedCost.Compute(cost, a, y, w, outputs);

    public static void TileStandardize<TStep>(float* x, int features, int lanes, float* mean, float* factor, float* y)
        where TStep : struct, IStandardizerStep => StandardizerKernel.Tile<TStep>(x, features, lanes, mean, factor, y);

    public static void TileSoftmax(float* z, int outputs, int lanes) => Softmax.Activate(z, z, outputs);

    public static void TileSoftmaxDelta<C>(C cost, float* a, float* y, int outputs, int lanes, float* costs)
        where C : struct, ICost
    {
        *costs = Reference.OutputDelta.Compute<Identity, C>(cost, a, a, y, y, outputs);
        Softmax.Delta(a, y, outputs);
        new Span<float>(y, outputs).CopyTo(new Span<float>(a, outputs));
    }

    public static void TileCrossEntropyDelta(float* z, float* y, int outputs, int lanes, float* costs) =>
        *costs = Softmax.CrossEntropyDelta(z, y, z, outputs);

    public static void TileBackward<A>(
        float* w, float* delta, int outputs, float* kept, int inputs, float* inputDelta, int lanes, TileGroup group)
        where A : struct, IActivation
    {
        for (int t = 0; t < group.Tiles; t++)
        {
            Reference.TileBackward.Compute<A>(
                w, delta + t * group.OutputStride, outputs, kept + t * group.InputStride, inputs, inputDelta + t * group.OutputStride);
        }
    }

    public static void TileBackwardDelta<A>(
        float* w, float* delta, int outputs, float* kept, int inputs, float* inputDelta, int lanes, TileGroup group)
        where A : struct, IActivation
    {
        for (int t = 0; t < group.Tiles; t++)
        {
            DenseBackward.InputDelta<A>(
                w, kept + t * group.InputStride, inputs, delta + t * group.OutputStride, outputs, inputDelta + t * group.OutputStride);
        }
    }

    public static void PackDelta(float* delta, int lanes, int outputs, int samples, float* panels, int first, int chunk)
    {
        for (int i = 0; i < outputs; i++) panels[(nint)i * chunk + first] = delta[i];
    }

    public static void BatchGradient(
        in TileChunk chunk, in LayerShape layer, int from, int to, float* sum, float* target, float scale, float rate) =>
        Reference.BatchGradient.Sum(in chunk, in layer, from, to, sum, target, scale, rate);

    public static long GramFloats(int columns, int rows) => (long)columns * rows;

    public static void PackGramRow(float* source, int columns, float* panels, int row, int rows) =>
        Gram.PackRow(source, columns, panels, row, rows);

    public static void AddGram(float* panels, int rows, int from, int to, double* h, nint stride) =>
        Gram.Add(panels, rows, from, to, h, stride);
}
