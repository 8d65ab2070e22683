using System.Runtime.Intrinsics;
using FastNN.Simd;
using FastNN.Vectorised;

namespace FastNN;

/// <summary>
/// The kernels for batches at one vector width. A tile has two vectors of samples; the last one of a batch takes as few lanes as hold its
/// samples, down to a narrower vector.
/// </summary>
internal readonly unsafe struct VectorTileKernels<S, V> : ITileKernels
    where S : struct, ISimd<V>
    where V : struct
{
    public static int Tile => 2 * S.Count;

    public static int LanesFor(int samples) => samples > S.Count ? Tile : samples <= 4 ? 4 : samples <= 8 ? 8 : S.Count;

    public static void RowForward(float* x, nint xStride, int samples, int inputs, float* w, float* b, float* y, nint yStride, int outputs) =>
        Vectorised.RowForward.Run<S, V>(x, xStride, samples, inputs, w, b, y, yStride, outputs);

    public static void Transpose(float* source, nint sourceStride, int rows, int columns, float* target, nint targetStride) =>
        Vectorised.Transpose.Run<S, V>(source, sourceStride, rows, columns, target, targetStride);

    public static void TileForward(float* a, int inputs, float* w, float* b, float* y, int outputs, int lanes, TileGroup group)
    {
        if (lanes == Tile) TileForward<S, V, Const.Two>(a, inputs, w, b, y, outputs, group);
        else if (lanes == S.Count) TileForward<S, V, Const.One>(a, inputs, w, b, y, outputs, group);
        else if (lanes == 8) TileForward<Simd256, Vector256<float>, Const.One>(a, inputs, w, b, y, outputs, group);
        else TileForward<Simd128, Vector128<float>, Const.One>(a, inputs, w, b, y, outputs, group);
    }

    public static void TileTinyForward(LayerShape[] layers, float* parameters, float* tile, int lanes, float* output)
    {
        if (lanes >= S.Count) Vectorised.TileTinyForward.Run<S, V>(layers, parameters, tile, lanes, output);
        else Vectorised.TileTinyForward.Run<Simd128, Vector128<float>>(layers, parameters, tile, lanes, output);
    }

    public static void TileOutputDelta(float* a, float* y, int outputs, int lanes, float* costs)
    {
        if (lanes >= S.Count) Vectorised.TileOutputDelta.Run<S, V>(a, y, outputs, lanes, costs);
        else Vectorised.TileOutputDelta.Run<Simd128, Vector128<float>>(a, y, outputs, lanes, costs);
    }

    public static void TileBackward(float* w, float* delta, int outputs, float* a, int inputs, float* inputDelta, int lanes, TileGroup group)
    {
        if (lanes == Tile) TileProduct.Backward<S, V, Const.Two>(w, delta, outputs, a, inputs, inputDelta, group);
        else if (lanes == S.Count) TileProduct.Backward<S, V, Const.One>(w, delta, outputs, a, inputs, inputDelta, group);
        else if (lanes == 8) TileProduct.Backward<Simd256, Vector256<float>, Const.One>(w, delta, outputs, a, inputs, inputDelta, group);
        else TileProduct.Backward<Simd128, Vector128<float>, Const.One>(w, delta, outputs, a, inputs, inputDelta, group);
    }

    public static void PackDelta(float* delta, int lanes, int outputs, int samples, float* panels, int first, int chunk) =>
        Vectorised.BatchGradient.Pack<S, V>(delta, lanes, outputs, samples, panels, first, chunk);

    public static void BatchGradient(in TileChunk chunk, in LayerShape layer, int from, int to, float* sum, float* target, float scale, float rate) =>
        Vectorised.BatchGradient.Run<S, V>(in chunk, in layer, from, to, sum, target, scale, rate);

    private static void TileForward<S1, V1, C>(float* a, int inputs, float* w, float* b, float* y, int outputs, TileGroup group)
        where S1 : struct, ISimd<V1>
        where V1 : struct
        where C : struct, IConst
    {
        if (!DenseForward.IsNarrow(inputs, outputs))
        {
            TileProduct.Forward<S1, V1, C>(a, inputs, w, b, y, outputs, group);
            return;
        }

        for (int t = 0; t < group.Tiles; t++)
            TileFourChains.Forward<S1, V1>(a + t * group.Inputs, inputs, w, b, y + t * group.Outputs, outputs, C.Value * S1.Count);
    }
}
