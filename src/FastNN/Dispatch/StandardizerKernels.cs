using System.Runtime.CompilerServices;
using FastNN.Contract;

namespace FastNN.Dispatch;

/// <summary>
/// The steps of a <see cref="Standardizer"/> on the kernels of one variant, behind plain virtual calls. Samples are in rows, or in a tile.
/// See <see cref="Spans.StandardizerKernel"/>.
/// </summary>
internal abstract unsafe class StandardizerKernels
{
    /// <summary>From the user's units to the network's own units. y may be x.</summary>
    internal abstract void ToOwnUnits(Standardizer standardizer, float* x, int rows, float* y);

    /// <summary>Back to the user's units. y may be x.</summary>
    internal abstract void ToUserUnits(Standardizer standardizer, float* x, int rows, float* y);

    /// <summary>A gradient by outputs in the user's units becomes one in the network's own units.</summary>
    internal abstract void GradientToOwnUnits(Standardizer standardizer, float* g, int rows, float* target);

    /// <summary>A gradient by inputs in the network's own units becomes one in the user's units, in place.</summary>
    internal abstract void GradientToUserUnits(Standardizer standardizer, float* g, int rows);

    internal abstract void TileToOwnUnits(Standardizer standardizer, float* tile, int lanes);

    internal abstract void TileToUserUnits(Standardizer standardizer, float* tile, int lanes, float* target);

    internal abstract void TileGradientToOwnUnits(Standardizer standardizer, float* tile, int lanes);
}

internal sealed unsafe class StandardizerKernels<K, T> : StandardizerKernels
    where K : struct, IKernels
    where T : struct, ITileKernels
{
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    internal override void ToOwnUnits(Standardizer standardizer, float* x, int rows, float* y) =>
        Rows<ToOwnUnits>(standardizer, x, rows, y);

    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    internal override void ToUserUnits(Standardizer standardizer, float* x, int rows, float* y) =>
        Rows<ToUserUnits>(standardizer, x, rows, y);

    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    internal override void GradientToOwnUnits(Standardizer standardizer, float* g, int rows, float* target) =>
        Rows<GradientToOwnUnits>(standardizer, g, rows, target);

    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    internal override void GradientToUserUnits(Standardizer standardizer, float* g, int rows) =>
        Rows<GradientToUserUnits>(standardizer, g, rows, g);

    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    internal override void TileToOwnUnits(Standardizer standardizer, float* tile, int lanes) =>
        Tile<ToOwnUnits>(standardizer, tile, lanes, tile);

    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    internal override void TileToUserUnits(Standardizer standardizer, float* tile, int lanes, float* target) =>
        Tile<ToUserUnits>(standardizer, tile, lanes, target);

    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    internal override void TileGradientToOwnUnits(Standardizer standardizer, float* tile, int lanes) =>
        Tile<GradientToOwnUnits>(standardizer, tile, lanes, tile);

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static void Rows<TStep>(Standardizer standardizer, float* x, int rows, float* y)
        where TStep : struct, IStandardizerStep
    {
        nint count = (nint)rows * standardizer.Width;
        K.StandardizeRows<TStep>(x, count, standardizer.MeanPointer, standardizer.FactorPointer, standardizer.Period, y, count);
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static void Tile<TStep>(Standardizer standardizer, float* x, int lanes, float* y)
        where TStep : struct, IStandardizerStep =>
        T.TileStandardize<TStep>(x, standardizer.Width, lanes, standardizer.MeanPointer, standardizer.FactorPointer, y);
}
