using System.Runtime.CompilerServices;
using FastNN.Contract;
using FastNN.Plumbing;

namespace FastNN.Dispatch;

/// <summary>
/// A cost of weighted samples, or of weighted outputs. <see cref="Begin"/> says where the weights of a batch are. One weight of a sample
/// multiplies δ and the cost. A weight for each output is a matter of the kernels of the cost.
/// </summary>
/// <param name="function">See <see cref="OutputKernels.Function"/>.</param>
internal abstract unsafe class WeightedOutput(ActivationKernels function) : OutputKernels(function)
{
    private float* _targets;

    /// <summary>The weights of the batch.</summary>
    protected float* Weights { get; private set; }

    /// <summary>Weights of a sample: 1, or as many as outputs.</summary>
    internal int PerSample { get; private set; }

    /// <summary>Before each batch. All pointers are to memory that does not move until its end.</summary>
    internal void Begin(float* targets, float* weights, int perSample)
    {
        _targets = targets;
        Weights = weights;
        PerSample = perSample;
    }

    /// <summary>The same batch as another one.</summary>
    internal void BeginAs(WeightedOutput other) => Begin(other._targets, other.Weights, other.PerSample);

    /// <summary>
    /// Loads the weights of a tile. The targets of the first sample of the tile are at <paramref name="y"/>. Call this before each
    /// <see cref="OutputKernels.TileDelta"/>, with the same costs.
    /// </summary>
    internal abstract void LoadTile(float* y, int samples, int lanes, float* costs);

    /// <summary>The weights of the sample whose targets are at <paramref name="y"/>.</summary>
    internal float* WeightsOf(float* y, int outputs) => Weights + (nint)(y - _targets) / outputs * PerSample;
}

/// <summary>Written once for the primitives of any variant.</summary>
/// <param name="inner">The cost without weights.</param>
/// <param name="outputs">The outputs of the network.</param>
internal sealed unsafe class WeightedOutput<K, T>(OutputKernels inner, int outputs) : WeightedOutput(inner.Function)
    where K : struct, IKernels
    where T : struct, ITileKernels
{
    private readonly int _innerRows = Math.Max(inner.CostRows, inner.WeightedRows(outputs));
    private readonly AlignedBuffer _sample = new(VirtualLanes.RoundUp(outputs)); // targets that may change, or one weight many times

    /// <summary>The rows of the cost, and then the weights of the tile.</summary>
    internal override int CostRows => _innerRows + outputs;

    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    internal override void LoadTile(float* y, int samples, int lanes, float* costs) =>
        T.Transpose(WeightsOf(y, outputs), PerSample, samples, PerSample, costs + _innerRows * lanes, lanes);

    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    internal override float Delta(float* a, float* kept, float* y, float* delta, int count)
    {
        if (PerSample > 1)
        {
            new Span<float>(y, count).CopyTo(_sample.Span);
            return inner.WeightedDelta(a, kept, _sample.Pointer, Weights, delta, count);
        }

        float cost = inner.Delta(a, kept, y, delta, count);
        _sample.Span.Fill(*Weights);
        K.Weigh(delta, _sample.Pointer, count);
        return *Weights * cost;
    }

    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    internal override void TileDelta(float* a, float* kept, float* y, int count, int lanes, float* costs)
    {
        float* w = costs + _innerRows * lanes;
        if (PerSample > 1)
        {
            inner.WeightedTileDelta(a, kept, y, w, count, lanes, costs);
            return;
        }

        inner.TileDelta(a, kept, y, count, lanes, costs);
        K.Weigh(costs, w, lanes);
        for (int i = 0; i < count; i++) K.Weigh(a + i * lanes, w, lanes);
    }
}
