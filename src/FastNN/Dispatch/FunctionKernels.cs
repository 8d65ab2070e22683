using System.Runtime.CompilerServices;
using FastNN.Activations;
using FastNN.Contract;

namespace FastNN.Dispatch;

/// <summary>
/// The kernels of a function that follows the sums in a pass of its own. The layer's kernels are those of <see cref="KeptSlope"/>, so they
/// exist once for all such functions.
/// </summary>
internal sealed unsafe class FunctionKernels<K, T, F>(F f) : ActivationKernels<K, T, KeptSlope>
    where K : struct, IKernels
    where T : struct, ITileKernels
    where F : struct, ISpanActivation
{
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    internal override void Activate(float* z, float* a, nint count) => K.ActivateBy(f, z, a, count);

    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    internal override void ActivateKeepingSlope(float* z, float* a, nint count) => K.ActivateKeepingSlopeBy(f, z, a, count);

    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    internal override void Forward(float* x, int inputs, float* w, float* b, float* y, int outputs, int writable)
    {
        K.Forward<Identity>(x, inputs, w, b, y, outputs, writable);
        K.ActivateBy(f, y, y, outputs);
    }

    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    internal override void ForwardKeepingSlope(
        float* x, int inputs, float* w, float* b, float* y, float* slopes, int outputs, int writable)
    {
        K.Forward<Identity>(x, inputs, w, b, slopes, outputs, writable);
        K.ActivateKeepingSlopeBy(f, slopes, y, outputs);
    }

    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    internal override void ForwardLayers(
        LayerShape[] layers, float* parameters, float* x, float* activations, float* y, int writable)
    {
        for (int l = 0; l < layers.Length; l++)
        {
            ref readonly LayerShape layer = ref layers[l];
            bool last = l == layers.Length - 1;
            float* next = last ? y : activations + layer.Activations;
            Forward(
                x, layer.Inputs, parameters + layer.Weights, parameters + layer.Biases, next, layer.Outputs,
                last ? writable : layer.PaddedOutputs);
            x = next;
        }
    }

    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    internal override void ActivateRows(float* z, int samples, int outputs, nint stride)
    {
        if (stride == outputs) K.ActivateBy(f, z, z, (nint)samples * outputs);
        else for (; samples > 0; samples--, z += stride) K.ActivateBy(f, z, z, outputs);
    }

    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    internal override void ActivateTiles(float* z, int outputs, int lanes, int tiles, nint stride)
    {
        for (; tiles > 0; tiles--, z += stride) K.ActivateBy(f, z, z, (nint)outputs * lanes);
    }

    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    internal override void ActivateTileKeepingSlope(float* z, float* a, int outputs, int lanes) =>
        K.ActivateKeepingSlopeBy(f, z, a, (nint)outputs * lanes);
}
