using FastNN.Contract;

namespace FastNN.Dispatch;

/// <summary>
/// The kernels of softmax. It couples the neurons of the last layer: it follows the sums, and takes all sums of a sample together.
/// </summary>
internal sealed unsafe class SoftmaxKernels<K, T> : ActivationKernels<K, T, Identity>
    where K : struct, IKernels
    where T : struct, ITileKernels
{
    internal override void Activate(float* z, float* a, nint count) => K.Softmax(z, a, checked((int)count));

    internal override void Forward(float* x, int inputs, float* w, float* b, float* y, int outputs, int writable)
    {
        K.Forward<Identity>(x, inputs, w, b, y, outputs, writable);
        K.Softmax(y, y, outputs);
    }

    internal override void ActivateRows(float* z, int samples, int outputs, nint stride)
    {
        for (; samples > 0; samples--, z += stride) K.Softmax(z, z, outputs);
    }

    internal override void ActivateTile(float* z, int outputs, int lanes) => T.TileSoftmax(z, outputs, lanes);

    internal override OutputKernels UnderOutputs<C>() => new SoftmaxOutput<K, T, C>(this);
}

/// <summary>Softmax under cross-entropy, computed from the sums.</summary>
internal sealed unsafe class CrossEntropyOutput<K, T>() : OutputKernels(new ActivationKernels<K, T, Identity>())
    where K : struct, IKernels
    where T : struct, ITileKernels
{
    internal override float Delta(float* a, float* kept, float* y, float* delta, int outputs) => K.CrossEntropyDelta(a, y, delta, outputs);

    internal override void TileDelta(float* a, float* kept, float* y, int outputs, int lanes, float* costs) =>
        T.TileCrossEntropyDelta(a, y, outputs, lanes, costs);
}

/// <summary>Softmax under a cost of each output by itself: the delta of that cost, then backward through softmax.</summary>
internal sealed unsafe class SoftmaxOutput<K, T, C>(ActivationKernels function) : OutputKernels(function)
    where K : struct, IKernels
    where T : struct, ITileKernels
    where C : struct, ICost
{
    internal override float Delta(float* a, float* kept, float* y, float* delta, int outputs)
    {
        float cost = K.OutputDelta<Identity, C>(a, a, y, delta, outputs);
        K.SoftmaxDelta(a, delta, outputs);
        return cost;
    }

    internal override void TileDelta(float* a, float* kept, float* y, int outputs, int lanes, float* costs) =>
        T.TileSoftmaxDelta<C>(a, y, outputs, lanes, costs);
}
