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
}
