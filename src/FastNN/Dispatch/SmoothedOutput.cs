using System.Runtime.CompilerServices;
using FastNN.Contract;
using FastNN.Costs;
using FastNN.Plumbing;

namespace FastNN.Dispatch;

/// <summary>The cross-entropy of softmax with smoothed targets: the inner kernels get y·(1 − ε) + ε/n for n outputs.</summary>
/// <param name="inner">The cross-entropy.</param>
/// <param name="smoothing">ε.</param>
internal sealed unsafe class SmoothedOutput<K>(OutputKernels inner, float smoothing) : OutputKernels(inner.Function)
    where K : struct, IKernels
{
    private AlignedBuffer _targets = new(VirtualLanes.Count); // of one sample

    internal override int CostRows => inner.CostRows;

    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    internal override float Delta(float* a, float* kept, float* y, float* delta, int outputs)
    {
        if (_targets.Length < outputs) _targets = new AlignedBuffer(VirtualLanes.RoundUp(outputs));
        K.ActivateBy(new Smoothing(smoothing, outputs), y, _targets.Pointer, outputs);
        return inner.Delta(a, kept, _targets.Pointer, delta, outputs);
    }

    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    internal override void TileDelta(float* a, float* kept, float* y, int outputs, int lanes, float* costs)
    {
        K.ActivateBy(new Smoothing(smoothing, outputs), y, y, (nint)outputs * lanes);
        inner.TileDelta(a, kept, y, outputs, lanes, costs);
    }

    internal override int WeightedRows(int outputs) => inner.WeightedRows(outputs);

    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    internal override float WeightedDelta(float* a, float* kept, float* y, float* w, float* delta, int outputs)
    {
        K.ActivateBy(new Smoothing(smoothing, outputs), y, y, outputs);
        return inner.WeightedDelta(a, kept, y, w, delta, outputs);
    }

    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    internal override void WeightedTileDelta(float* a, float* kept, float* y, float* w, int outputs, int lanes, float* costs)
    {
        K.ActivateBy(new Smoothing(smoothing, outputs), y, y, (nint)outputs * lanes);
        inner.WeightedTileDelta(a, kept, y, w, outputs, lanes, costs);
    }
}
