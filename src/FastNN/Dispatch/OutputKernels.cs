using FastNN.Contract;

namespace FastNN.Dispatch;

/// <summary>The kernels of one variant that end a forward pass in a cost and begin the way back: last layer's function × cost.</summary>
/// <param name="function">See <see cref="Function"/>.</param>
internal abstract unsafe class OutputKernels(ActivationKernels function)
{
    /// <summary>
    /// What the last layer's sums go through first: its function, or the identity where the cost takes the sums themselves, from which it
    /// is finite when outputs have rounded to 0 or 1.
    /// </summary>
    internal ActivationKernels Function => function;

    /// <summary>One sample: δ = ∂C/∂z, padded, and C. f′ is taken from what was kept, or from a.</summary>
    internal abstract float Delta(float* a, float* kept, float* y, float* delta, int outputs);

    /// <summary>A tile: δ takes the place of a, and the first of sixteen rows at costs receives the samples' costs.</summary>
    internal abstract void TileDelta(float* a, float* kept, float* y, int outputs, int lanes, float* costs);
}

/// <summary>Function and cost of each neuron by itself.</summary>
internal sealed unsafe class OutputKernels<K, T, A, C>(ActivationKernels function) : OutputKernels(function)
    where K : struct, IKernels
    where T : struct, ITileKernels
    where A : struct, IActivation
    where C : struct, ICost
{
    internal override float Delta(float* a, float* kept, float* y, float* delta, int outputs) => K.OutputDelta<A, C>(a, kept, y, delta, outputs);

    internal override void TileDelta(float* a, float* kept, float* y, int outputs, int lanes, float* costs) =>
        T.TileOutputDelta<A, C>(a, kept, y, outputs, lanes, costs);
}
