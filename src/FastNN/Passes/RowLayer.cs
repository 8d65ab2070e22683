using System.Runtime.CompilerServices;
using FastNN.Contract;
using FastNN.Dispatch;
using FastNN.Tuning;

namespace FastNN.Passes;

/// <summary>One layer on samples in rows, as the user has them.</summary>
internal static unsafe class RowLayer<T>
    where T : struct, ITileKernels
{
    /// <summary>
    /// All samples together, with packed weights or if <see cref="Routes.RowsTogether"/> says that this is faster. Otherwise one by one.
    /// </summary>
    /// <param name="layer">The layer.</param>
    /// <param name="function">The function that follows the layer's sums.</param>
    /// <param name="parameters">The parameters of the network.</param>
    /// <param name="packed">The weights of this layer, packed. Null if they are not.</param>
    /// <param name="a">Inputs of the first sample.</param>
    /// <param name="stride">Floats from there to those of the second sample.</param>
    /// <param name="samples">At least 1.</param>
    /// <param name="y">Receives the outputs of the first sample.</param>
    /// <param name="yStride">Floats from there to those of the second sample. All of them may be written.</param>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    internal static void Forward(
        in LayerShape layer, ActivationKernels function, float* parameters, float* packed, float* a, nint stride, int samples, float* y,
        int yStride)
    {
        float* w = parameters + layer.Weights, b = parameters + layer.Biases;
        if (packed != null && samples >= Routes.FewestForPacked)
        {
            T.RowForwardPacked(a, stride, samples, layer.Inputs, packed, b, y, yStride, layer.Outputs);
            function.ActivateRows(y, samples, layer.Outputs, yStride);
        }
        else if (Routes.RowsTogether(layer.Inputs, layer.Outputs, samples, Machine.Here))
        {
            T.RowForward(a, stride, samples, layer.Inputs, w, b, y, yStride, layer.Outputs);
            function.ActivateRows(y, samples, layer.Outputs, yStride);
        }
        else
        {
            for (int s = 0; s < samples; s++)
                function.Forward(a + s * stride, layer.Inputs, w, b, y + s * (nint)yStride, layer.Outputs, yStride);
        }
    }

    /// <summary>Copies [tiles·samples][columns] to tiles. They are <paramref name="tileFloats"/> floats apart.</summary>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    internal static void ToTiles(float* rows, int tiles, int samples, int columns, float* target, nint tileFloats, int lanes)
    {
        for (int t = 0; t < tiles; t++)
            T.Transpose(rows + (nint)t * samples * columns, columns, samples, columns, target + t * tileFloats, lanes);
    }
}
