namespace FastNN.Scalar;

/// <summary>The reference for batches: every tile is a single sample, every panel a single neuron.</summary>
internal readonly unsafe struct ScalarTileKernels : ITileKernels
{
    public static int Tile => 1;

    public static int LanesFor(int samples) => 1;

    public static void RowForward(float* x, nint xStride, int samples, int inputs, float* w, float* b, float* y, nint yStride, int outputs)
    {
        for (int s = 0; s < samples; s++) DenseForward.Run(x + s * xStride, inputs, w, b, y + s * yStride, outputs);
    }

    public static void Transpose(float* source, nint sourceStride, int rows, int columns, float* target, nint targetStride)
    {
        for (int r = 0; r < rows; r++)
        {
            for (int c = 0; c < columns; c++) target[c * targetStride + r] = source[r * sourceStride + c];
        }
    }

    public static void TileForward(float* a, int inputs, float* w, float* b, float* y, int outputs, int lanes, TileGroup group)
    {
        for (int t = 0; t < group.Tiles; t++) DenseForward.Run(a + t * group.Inputs, inputs, w, b, y + t * group.Outputs, outputs);
    }

    public static void TileTinyForward(LayerShape[] layers, float* parameters, float* tile, int lanes, float* output)
    {
        for (int l = 0; l < layers.Length; l++)
        {
            LayerShape layer = layers[l];
            float* y = l + 1 < layers.Length ? tile + layers[l + 1].InputRows : output;
            DenseForward.Run(tile + layer.InputRows, layer.Inputs, parameters + layer.Weights, parameters + layer.Biases, y, layer.Outputs);
        }
    }

    public static void TileOutputDelta(float* a, float* y, int outputs, int lanes, float* costs) => *costs = Scalar.OutputDelta.Run(a, y, a, outputs);

    public static void TileBackward(float* w, float* delta, int outputs, float* a, int inputs, float* inputDelta, int lanes, TileGroup group)
    {
        for (int t = 0; t < group.Tiles; t++)
            Scalar.TileBackward.Run(w, delta + t * group.Outputs, outputs, a + t * group.Inputs, inputs, inputDelta + t * group.Outputs);
    }

    public static void PackDelta(float* delta, int lanes, int outputs, int samples, float* panels, int first, int chunk)
    {
        for (int i = 0; i < outputs; i++) panels[(nint)i * chunk + first] = delta[i];
    }

    public static void BatchGradient(in TileChunk chunk, in LayerShape layer, int from, int to, float* sum, float* target, float scale, float rate) =>
        Scalar.BatchGradient.Run(in chunk, in layer, from, to, sum, target, scale, rate);
}
