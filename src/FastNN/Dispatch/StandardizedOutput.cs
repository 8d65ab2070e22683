using System.Runtime.CompilerServices;
using FastNN.Contract;
using FastNN.Plumbing;

namespace FastNN.Dispatch;

/// <summary>
/// A cost behind an output standardizer. δ is that of the cost in the network's own units: of a′ and of targets y′ = (y − mean)·factor. The
/// cost itself is in the user's units: of a = a′/factor + mean and of y.
/// </summary>
/// <param name="inner">The cost behind the identity.</param>
/// <param name="kernels">The kernels of standardizers.</param>
/// <param name="standardizer">That of the outputs.</param>
internal sealed unsafe class StandardizedOutput(OutputKernels inner, StandardizerKernels kernels, Standardizer standardizer)
    : OutputKernels(inner.Function)
{
    private readonly int _padded = VirtualLanes.RoundUp(standardizer.Width);
    private readonly AlignedBuffer _sample = new(2 * VirtualLanes.RoundUp(standardizer.Width)); // outputs and targets of one sample

    /// <summary>The outputs in the user's units, and the rows of a second cost.</summary>
    internal override int CostRows => 2 * inner.CostRows + standardizer.Width;

    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    internal override float Delta(float* a, float* kept, float* y, float* delta, int outputs)
    {
        float* user = _sample.Pointer, target = user + _padded;
        kernels.ToUserUnits(standardizer, a, 1, user);
        float cost = inner.Delta(user, kept, y, delta, outputs); // its delta is not used
        kernels.ToOwnUnits(standardizer, y, 1, target);
        inner.Delta(a, kept, target, delta, outputs);
        return cost;
    }

    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    internal override void TileDelta(float* a, float* kept, float* y, int outputs, int lanes, float* costs)
    {
        float* otherCosts = costs + inner.CostRows * lanes, user = otherCosts + inner.CostRows * lanes;
        kernels.TileToUserUnits(standardizer, a, lanes, user);
        inner.TileDelta(user, kept, y, outputs, lanes, costs); // its delta is not used
        kernels.TileToOwnUnits(standardizer, y, lanes);
        inner.TileDelta(a, kept, y, outputs, lanes, otherCosts);
    }

    internal override int WeightedRows(int outputs) => 2 * inner.WeightedRows(outputs) + standardizer.Width;

    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    internal override float WeightedDelta(float* a, float* kept, float* y, float* w, float* delta, int outputs)
    {
        float* user = _sample.Pointer;
        kernels.ToUserUnits(standardizer, a, 1, user);
        float cost = inner.WeightedDelta(user, kept, y, w, delta, outputs); // its delta is not used
        kernels.ToOwnUnits(standardizer, y, 1, y);
        inner.WeightedDelta(a, kept, y, w, delta, outputs);
        return cost;
    }

    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    internal override void WeightedTileDelta(float* a, float* kept, float* y, float* w, int outputs, int lanes, float* costs)
    {
        int rows = inner.WeightedRows(outputs) * lanes;
        float* otherCosts = costs + rows, user = otherCosts + rows;
        kernels.TileToUserUnits(standardizer, a, lanes, user);
        inner.WeightedTileDelta(user, kept, y, w, outputs, lanes, costs); // its delta is not used
        kernels.TileToOwnUnits(standardizer, y, lanes);
        inner.WeightedTileDelta(a, kept, y, w, outputs, lanes, otherCosts);
    }
}

/// <summary>
/// The same cost in the network's own units: that of a′ and of targets y′ = (y − mean)·factor. δ has the bits of
/// <see cref="StandardizedOutput"/>.
/// </summary>
/// <param name="inner">The cost behind the identity.</param>
/// <param name="kernels">The kernels of standardizers.</param>
/// <param name="standardizer">That of the outputs.</param>
internal sealed unsafe class OwnUnitsOutput(OutputKernels inner, StandardizerKernels kernels, Standardizer standardizer)
    : OutputKernels(inner.Function)
{
    private readonly AlignedBuffer _target = new(VirtualLanes.RoundUp(standardizer.Width));

    internal override int CostRows => inner.CostRows;

    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    internal override float Delta(float* a, float* kept, float* y, float* delta, int outputs)
    {
        kernels.ToOwnUnits(standardizer, y, 1, _target.Pointer);
        return inner.Delta(a, kept, _target.Pointer, delta, outputs);
    }

    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    internal override void TileDelta(float* a, float* kept, float* y, int outputs, int lanes, float* costs)
    {
        kernels.TileToOwnUnits(standardizer, y, lanes);
        inner.TileDelta(a, kept, y, outputs, lanes, costs);
    }

    internal override int WeightedRows(int outputs) => inner.WeightedRows(outputs);

    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    internal override float WeightedDelta(float* a, float* kept, float* y, float* w, float* delta, int outputs)
    {
        kernels.ToOwnUnits(standardizer, y, 1, y);
        return inner.WeightedDelta(a, kept, y, w, delta, outputs);
    }

    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    internal override void WeightedTileDelta(float* a, float* kept, float* y, float* w, int outputs, int lanes, float* costs)
    {
        kernels.TileToOwnUnits(standardizer, y, lanes);
        inner.WeightedTileDelta(a, kept, y, w, outputs, lanes, costs);
    }
}

/// <summary>A gradient by the outputs that the user gives, behind an output standardizer. y is the gradient.</summary>
/// <param name="inner">The given gradient behind the identity.</param>
/// <param name="kernels">The kernels of standardizers.</param>
/// <param name="standardizer">That of the outputs.</param>
internal sealed unsafe class StandardizedGradient(OutputKernels inner, StandardizerKernels kernels, Standardizer standardizer)
    : OutputKernels(inner.Function)
{
    private readonly AlignedBuffer _sample = new(VirtualLanes.RoundUp(standardizer.Width));

    internal override int CostRows => inner.CostRows;

    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    internal override float Delta(float* a, float* kept, float* y, float* delta, int outputs)
    {
        kernels.GradientToOwnUnits(standardizer, y, 1, _sample.Pointer);
        return inner.Delta(a, kept, _sample.Pointer, delta, outputs);
    }

    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    internal override void TileDelta(float* a, float* kept, float* y, int outputs, int lanes, float* costs)
    {
        kernels.TileGradientToOwnUnits(standardizer, y, lanes);
        inner.TileDelta(a, kept, y, outputs, lanes, costs);
    }
}
