using System.Runtime.CompilerServices;
using FastNN.Contract;
using FastNN.Costs;

namespace FastNN.Dispatch;

/// <summary>
/// The kernels of softmax. It couples the neurons of the last layer: it follows the sums, and takes all sums of a sample together.
/// </summary>
internal sealed unsafe class SoftmaxKernels<K, T> : ActivationKernels<K, T, Identity>
    where K : struct, IKernels
    where T : struct, ITileKernels
{
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    internal override void Activate(float* z, float* a, nint count) => K.Softmax(z, a, checked((int)count));

    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    internal override void Forward(float* x, int inputs, float* w, float* b, float* y, int outputs, int writable)
    {
        K.Forward<Identity>(x, inputs, w, b, y, outputs, writable);
        K.Softmax(y, y, outputs);
    }

    /// <summary>Softmax is the function of the last layer, so there is one.</summary>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    internal override void ForwardLayers(
        LayerShape[] layers, float* parameters, float* x, float* activations, float* y, int writable)
    {
        ref readonly LayerShape layer = ref layers[0];
        Forward(x, layer.Inputs, parameters + layer.Weights, parameters + layer.Biases, y, layer.Outputs, writable);
    }

    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    internal override void ActivateRows(float* z, int samples, int outputs, nint stride)
    {
        for (; samples > 0; samples--, z += stride) K.Softmax(z, z, outputs);
    }

    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    internal override void ActivateTiles(float* z, int outputs, int lanes, int tiles, nint stride)
    {
        for (; tiles > 0; tiles--, z += stride) T.TileSoftmax(z, outputs, lanes);
    }

    internal override OutputKernels UnderOutputs<C>(C cost) => new SoftmaxOutput<K, T, C>(this, cost);
}

/// <summary>Softmax under cross-entropy, computed from the sums.</summary>
internal sealed unsafe class CrossEntropyOutput<K, T>() : OutputKernels(new ActivationKernels<K, T, Identity>())
    where K : struct, IKernels
    where T : struct, ITileKernels
{
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    internal override float Delta(float* a, float* kept, float* y, float* delta, int outputs) => K.CrossEntropyDelta(a, y, delta, outputs);

    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    internal override void TileDelta(float* a, float* kept, float* y, int outputs, int lanes, float* costs) =>
        T.TileCrossEntropyDelta(a, y, outputs, lanes, costs);

    internal override int WeightedRows(int outputs) => VirtualLanes.Count;

    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    internal override float WeightedDelta(float* a, float* kept, float* y, float* w, float* delta, int outputs)
    {
        K.Weigh(y, w, outputs);
        return K.CrossEntropyDelta(a, y, delta, outputs);
    }

    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    internal override void WeightedTileDelta(float* a, float* kept, float* y, float* w, int outputs, int lanes, float* costs)
    {
        K.Weigh(y, w, (nint)outputs * lanes);
        T.TileCrossEntropyDelta(a, y, outputs, lanes, costs);
    }
}

/// <summary>Softmax under a cost of each output by itself: the delta of that cost, then backward through softmax.</summary>
internal sealed unsafe class SoftmaxOutput<K, T, C>(ActivationKernels function, C ofOutputs) : OutputKernels(function)
    where K : struct, IKernels
    where T : struct, ITileKernels
    where C : struct, ICost
{
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    internal override float Delta(float* a, float* kept, float* y, float* delta, int outputs)
    {
        float cost = K.OutputDelta<Identity, C>(ofOutputs, a, a, y, delta, outputs);
        K.SoftmaxDelta(a, delta, outputs);
        return cost;
    }

    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    internal override void TileDelta(float* a, float* kept, float* y, int outputs, int lanes, float* costs) =>
        T.TileSoftmaxDelta(ofOutputs, a, y, outputs, lanes, costs);

    /// <summary>Two sums of costs, and g = ∂C/∂a.</summary>
    internal override int WeightedRows(int outputs) => 2 * VirtualLanes.Count + outputs;

    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    internal override float WeightedDelta(float* a, float* kept, float* y, float* w, float* delta, int outputs)
    {
        float cost = K.WeightedCost(ofOutputs, a, y, w, outputs);
        K.OutputDelta<Identity, C>(ofOutputs, a, a, y, delta, outputs);
        K.Weigh(delta, w, outputs);
        K.SoftmaxDelta(a, delta, outputs);
        return cost;
    }

    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    internal override void WeightedTileDelta(float* a, float* kept, float* y, float* w, int outputs, int lanes, float* costs)
    {
        int count = outputs * lanes;
        float* otherCosts = costs + VirtualLanes.Count * lanes, g = otherCosts + VirtualLanes.Count * lanes;
        T.TileWeightedCost(ofOutputs, a, y, w, outputs, lanes, costs);
        new Span<float>(a, count).CopyTo(new Span<float>(g, count));
        T.TileOutputDelta<Identity, C>(ofOutputs, g, g, y, outputs, lanes, otherCosts);
        K.Weigh(g, w, count);
        T.TileSoftmaxDelta(default(GivenGradient), a, g, outputs, lanes, otherCosts);
    }
}
