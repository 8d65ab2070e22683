using System.Runtime.CompilerServices;
using FastNN.Contract;

namespace FastNN.Dispatch;

/// <summary>
/// The kernels of one variant that end a forward pass in a cost and begin the backward pass. They depend on the last layer's function and
/// on the cost.
/// </summary>
/// <param name="function">See <see cref="Function"/>.</param>
internal abstract unsafe class OutputKernels(ActivationKernels function)
{
    /// <summary>
    /// The function that the last layer's sums go through first. If the cost is computed from the sums themselves, it is the identity. Then
    /// the cost is finite even when outputs have rounded to 0 or 1.
    /// </summary>
    internal ActivationKernels Function => function;

    /// <summary>Rows of memory that <see cref="TileDelta"/> needs for costs.</summary>
    internal virtual int CostRows => VirtualLanes.Count;

    /// <summary>One sample: δ = ∂C/∂z, padded. The result is C. f′ is computed from the kept numbers, or from a.</summary>
    internal abstract float Delta(float* a, float* kept, float* y, float* delta, int outputs);

    /// <summary>
    /// A tile: δ replaces a, and y may change. costs has <see cref="CostRows"/> rows, and the first receives the costs of the samples.
    /// </summary>
    internal abstract void TileDelta(float* a, float* kept, float* y, int outputs, int lanes, float* costs);

    /// <summary>Rows of memory that <see cref="WeightedTileDelta"/> needs for costs.</summary>
    internal virtual int WeightedRows(int outputs) => 2 * VirtualLanes.Count;

    /// <summary>
    /// The same as <see cref="Delta"/> with a weight for each output. It multiplies δ_i and the cost of the output. If the cost couples the
    /// outputs, it multiplies the target. y may change. Only what <see cref="Cost.CreateKernels"/> gives takes weights, also behind a
    /// standardizer.
    /// </summary>
    internal virtual float WeightedDelta(float* a, float* kept, float* y, float* w, float* delta, int outputs) =>
        throw new NotSupportedException("These kernels take no weights.");

    /// <summary>The same for a tile. w is a tile of the weights.</summary>
    internal virtual void WeightedTileDelta(float* a, float* kept, float* y, float* w, int outputs, int lanes, float* costs) =>
        throw new NotSupportedException("These kernels take no weights.");
}

/// <summary>A function and a cost of each neuron by itself.</summary>
internal sealed unsafe class OutputKernels<K, T, A, C>(ActivationKernels function, C cost) : OutputKernels(function)
    where K : struct, IKernels
    where T : struct, ITileKernels
    where A : struct, IActivation
    where C : struct, ICost
{
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    internal override float Delta(float* a, float* kept, float* y, float* delta, int outputs) =>
        K.OutputDelta<A, C>(cost, a, kept, y, delta, outputs);

    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    internal override void TileDelta(float* a, float* kept, float* y, int outputs, int lanes, float* costs) =>
        T.TileOutputDelta<A, C>(cost, a, kept, y, outputs, lanes, costs);

    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    internal override float WeightedDelta(float* a, float* kept, float* y, float* w, float* delta, int outputs)
    {
        float sum = K.WeightedCost(cost, a, y, w, outputs);
        K.OutputDelta<A, C>(cost, a, kept, y, delta, outputs);
        K.Weigh(delta, w, outputs);
        return sum;
    }

    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    internal override void WeightedTileDelta(float* a, float* kept, float* y, float* w, int outputs, int lanes, float* costs)
    {
        T.TileWeightedCost(cost, a, y, w, outputs, lanes, costs);
        T.TileOutputDelta<A, C>(cost, a, kept, y, outputs, lanes, costs + VirtualLanes.Count * lanes);
        K.Weigh(a, w, (nint)outputs * lanes);
    }
}
