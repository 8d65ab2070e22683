using System.Runtime.CompilerServices;
using System.Runtime.Intrinsics;
using FastNN.Batch;
using FastNN.Contract;
using FastNN.Simd;
using FastNN.Spans;
using FastNN.Tuning;

namespace FastNN.Dispatch;

/// <summary>
/// The kernels for batches at one vector width. A tile has two vectors of samples. The last tile of a batch has only as many lanes as its
/// samples need, down to a narrower vector.
/// </summary>
internal readonly unsafe partial struct VectorTileKernels<S, V> : ITileKernels
    where S : struct, ISimd<V>
    where V : struct
{
    public static int Tile => 2 * S.Count;

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static int LanesFor(int samples) => samples > S.Count ? Tile : samples <= 4 ? 4 : samples <= 8 ? 8 : S.Count;

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static void RowForward(
        float* x, nint xStride, int samples, int inputs, float* w, float* b, float* z, nint zStride, int outputs) =>
        RowGemm.Forward<S, V>(
            x, xStride, samples, inputs, w, b, z, zStride, outputs,
            Routes.RowBlocksFor(inputs, outputs, samples, RowCount.Most, S.Count, Machine.Here));

    public static long PackedFloats(int inputs, int outputs) => RowPanels.Floats<S, V>(inputs, outputs);

    public static void PackRows(float* w, int inputs, int outputs, float* packed) => RowPanels.Pack<S, V>(w, inputs, outputs, packed);

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static void RowForwardPacked(
        float* x, nint xStride, int samples, int inputs, float* packed, float* b, float* z, nint zStride, int outputs) =>
        RowGemm.ForwardPacked<S, V>(
            x, xStride, samples, inputs, packed, b, z, zStride, outputs, Routes.PackedDepth(S.Count, samples, Machine.Here));

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static void Transpose(float* source, nint sourceStride, int rows, int columns, float* target, nint targetStride) =>
        Batch.Transpose.Copy<S, V>(source, sourceStride, rows, columns, target, targetStride);

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static void TileForward(float* a, int inputs, float* w, float* b, float* z, int outputs, int lanes, TileGroup group)
    {
        if (lanes == Tile) TileForward<S, V, Const.Two>(a, inputs, w, b, z, outputs, group);
        else if (lanes == S.Count) TileForward<S, V, Const.One>(a, inputs, w, b, z, outputs, group);
        else if (lanes == 8) TileForward<Simd256, Vector256<float>, Const.One>(a, inputs, w, b, z, outputs, group);
        else TileForward<Simd128, Vector128<float>, Const.One>(a, inputs, w, b, z, outputs, group);
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static void TileTinyForward(in LayerShape layer, float* parameters, float* a, float* z, int lanes)
    {
        if (lanes >= S.Count) Batch.TileTiny.Forward<S, V>(in layer, parameters, a, z, lanes);
        else Batch.TileTiny.Forward<Simd128, Vector128<float>>(in layer, parameters, a, z, lanes);
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static void TileOutputDelta<A, C>(C cost, float* a, float* kept, float* y, int outputs, int lanes, float* costs)
        where A : struct, IActivation
        where C : struct, ICost
    {
        if (lanes >= S.Count) Batch.TileOutputDelta.Compute<S, V, A, C>(cost, a, kept, y, outputs, lanes, costs);
        else Batch.TileOutputDelta.Compute<Simd128, Vector128<float>, A, C>(cost, a, kept, y, outputs, lanes, costs);
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static void TileWeightedCost<C>(C cost, float* a, float* y, float* w, int outputs, int lanes, float* costs)
        where C : struct, ICost
    {
        if (lanes >= S.Count) Batch.TileWeightedCost.Compute<S, V, C>(cost, a, y, w, outputs, lanes, costs);
        else Batch.TileWeightedCost.Compute<Simd128, Vector128<float>, C>(cost, a, y, w, outputs, lanes, costs);
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static void TileStandardize<TStep>(float* x, int features, int lanes, float* mean, float* factor, float* y)
        where TStep : struct, IStandardizerStep
    {
        if (lanes >= S.Count) StandardizerKernel.Tile<S, V, TStep>(x, features, lanes, mean, factor, y);
        else StandardizerKernel.Tile<Simd128, Vector128<float>, TStep>(x, features, lanes, mean, factor, y);
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static void TileSoftmax(float* z, int outputs, int lanes)
    {
        if (lanes >= S.Count) Batch.TileSoftmax.Activate<S, V>(z, outputs, lanes);
        else Batch.TileSoftmax.Activate<Simd128, Vector128<float>>(z, outputs, lanes);
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static void TileSoftmaxDelta<C>(C cost, float* a, float* y, int outputs, int lanes, float* costs)
        where C : struct, ICost
    {
        if (lanes >= S.Count) Batch.TileSoftmax.Delta<S, V, C>(cost, a, y, outputs, lanes, costs);
        else Batch.TileSoftmax.Delta<Simd128, Vector128<float>, C>(cost, a, y, outputs, lanes, costs);
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static void TileCrossEntropyDelta(float* z, float* y, int outputs, int lanes, float* costs)
    {
        if (lanes >= S.Count) Batch.TileSoftmax.CrossEntropyDelta<S, V>(z, y, outputs, lanes, costs);
        else Batch.TileSoftmax.CrossEntropyDelta<Simd128, Vector128<float>>(z, y, outputs, lanes, costs);
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static void TileBackward<A>(
        float* w, float* delta, int outputs, float* kept, int inputs, float* inputDelta, int lanes, TileGroup group)
        where A : struct, IActivation
    {
        if (lanes == Tile) TileBackward<S, V, A, Const.Two>(w, delta, outputs, kept, inputs, inputDelta, group);
        else if (lanes == S.Count) TileBackward<S, V, A, Const.One>(w, delta, outputs, kept, inputs, inputDelta, group);
        else if (lanes == 8) TileBackward<Simd256, Vector256<float>, A, Const.One>(w, delta, outputs, kept, inputs, inputDelta, group);
        else TileBackward<Simd128, Vector128<float>, A, Const.One>(w, delta, outputs, kept, inputs, inputDelta, group);
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static void TileBackwardDelta<A>(
        float* w, float* delta, int outputs, float* kept, int inputs, float* inputDelta, int lanes, TileGroup group)
        where A : struct, IActivation
    {
        if (lanes >= S.Count) Batch.TileBackwardDelta.Compute<S, V, A>(w, delta, outputs, kept, inputs, inputDelta, lanes, group);
        else Batch.TileBackwardDelta.Compute<Simd128, Vector128<float>, A>(w, delta, outputs, kept, inputs, inputDelta, lanes, group);
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static void PackDelta(float* delta, int lanes, int outputs, int samples, float* panels, int first, int chunk) =>
        Batch.BatchGradient.Pack<S, V>(delta, lanes, outputs, samples, panels, first, chunk);

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static void BatchGradient(
        in TileChunk chunk, in LayerShape layer, int from, int to, float* sum, float* target, float scale, float rate) =>
        Batch.BatchGradient.Sum<S, V>(in chunk, in layer, from, to, sum, target, scale, rate);

    public static long GramFloats(int columns, int rows) => Gram.Floats<S, V>(columns, rows);

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static void PackGramRow(float* source, int columns, float* panels, int row, int rows) =>
        Gram.PackRow<S, V>(source, columns, panels, row, rows);

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static void AddGram(float* panels, int rows, int from, int to, double* h, nint stride) =>
        Gram.Add<S, V>(panels, rows, from, to, h, stride);

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static void TileForward<S1, V1, N>(float* a, int inputs, float* w, float* b, float* z, int outputs, TileGroup group)
        where S1 : struct, ISimd<V1>
        where V1 : struct
        where N : struct, IConst
    {
        if (!SumOrder.IsNarrow(inputs, outputs))
        {
            TileGemm.Forward<S1, V1, N>(
                a, inputs, w, b, z, outputs, group, Routes.TileBlocksFor(outputs, S1.Count, group.Tiles, Machine.Here));
            return;
        }

        TileNarrow.Forward<S1, V1, N>(a, inputs, w, b, z, outputs, group);
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static void TileBackward<S1, V1, A, N>(
        float* w, float* delta, int outputs, float* kept, int inputs, float* inputDelta, TileGroup group)
        where S1 : struct, ISimd<V1>
        where V1 : struct
        where A : struct, IActivation
        where N : struct, IConst =>
        TileGemm.Backward<S1, V1, A, N>(w, delta, outputs, kept, inputs, inputDelta, group, Routes.TileBackDepth(S1.Count, Machine.Here));
}
