using System.Runtime.CompilerServices;
using FastNN.Contract;
using FastNN.Costs;

namespace FastNN.Dispatch;

/// <summary>
/// The kernels of one variant that end in one activation, or go backward through it. They are behind virtual calls, one for a layer and a
/// pass. Pointers are to memory that does not move during the call. Nothing is checked, and nothing is allocated.
/// </summary>
internal abstract unsafe class ActivationKernels
{
    private readonly OutputKernels?[] _outputs = new OutputKernels?[Cost.All.Count];

    /// <summary>a_k = f(z_k) for each neuron by itself. a may be z.</summary>
    internal abstract void Activate(float* z, float* a, nint count);

    /// <summary>The same, and f′(z_k) replaces z_k.</summary>
    internal abstract void ActivateKeepingSlope(float* z, float* a, nint count);

    /// <summary>A layer, one sample. <paramref name="writable"/> floats may be written at y.</summary>
    internal abstract void Forward(float* x, int inputs, float* w, float* b, float* y, int outputs, int writable);

    /// <summary>
    /// Layers, one sample, from x to y. What is between them goes to its places in the workspace. <paramref name="writable"/> floats may be
    /// written at y.
    /// </summary>
    internal abstract void ForwardLayers(
        LayerShape[] layers, float* parameters, float* x, float* activations, float* y, int writable);

    /// <summary>The same for a function that keeps its slope. The slopes go to <paramref name="slopes"/>.</summary>
    internal abstract void ForwardKeepingSlope(
        float* x, int inputs, float* w, float* b, float* y, float* slopes, int outputs, int writable);

    /// <summary>The sums of samples in rows become outputs. Rows are <paramref name="stride"/> floats apart.</summary>
    internal abstract void ActivateRows(float* z, int samples, int outputs, nint stride);

    /// <summary>The sums of tiles become outputs. The tiles are <paramref name="stride"/> floats apart.</summary>
    internal abstract void ActivateTiles(float* z, int outputs, int lanes, int tiles, nint stride);

    /// <summary>The sums of a tile become slopes, and the outputs go to <paramref name="a"/>.</summary>
    internal abstract void ActivateTileKeepingSlope(float* z, float* a, int outputs, int lanes);

    /// <summary>
    /// A layer backward, one sample, and the update in the same pass. The function is that of the layer before. a are the outputs of that
    /// layer, and its slope is computed from <paramref name="kept"/>. If inputDelta is null, the function and kept do not matter.
    /// </summary>
    internal abstract void BackwardUpdate(
        float* w, float* b, float* a, float* kept, int inputs, float* delta, int outputs, float* inputDelta, float rate);

    /// <summary>The same, but the gradient is added to that of the samples before.</summary>
    internal abstract void BackwardAccumulate(
        float* w, float* gw, float* gb, float* a, float* kept, int inputs, float* delta, int outputs, float* inputDelta);

    /// <summary>The same, but the gradient is written.</summary>
    internal abstract void BackwardGradient(
        float* w, float* gw, float* gb, float* a, float* kept, int inputs, float* delta, int outputs, float* inputDelta);

    /// <summary>The same without a gradient: only the delta of the layer before.</summary>
    internal abstract void BackwardDelta(float* w, float* a, float* kept, int inputs, float* delta, int outputs, float* inputDelta);

    /// <summary>The delta of the layer before, on tiles.</summary>
    internal abstract void TileBackward(
        float* w, float* delta, int outputs, float* kept, int inputs, float* inputDelta, int lanes, TileGroup group);

    /// <summary>The same with sums in the order of one sample.</summary>
    internal abstract void TileBackwardDelta(
        float* w, float* delta, int outputs, float* kept, int inputs, float* inputDelta, int lanes, TileGroup group);

    /// <summary>The delta of the layer before, of sixteen networks (<see cref="IMemberKernels"/>).</summary>
    internal abstract void MemberBackward(
        float* w, float* delta, int outputs, float* kept, int inputs, float* inputDelta, MemberGroup group, bool alone);

    /// <summary>
    /// The last layer's kernels under a cost that suits the function. They are created when they are first needed. Under a cost with
    /// parameters each call creates them, and they serve one trainer.
    /// </summary>
    internal OutputKernels Under(Cost cost) =>
        cost.Index < 0 ? cost.CreateKernels(this) : _outputs[cost.Index] ??= cost.CreateKernels(this);

    /// <summary>
    /// The kernels under a cost of each output by itself. This is for <see cref="Cost.CreateKernels"/>, and so are the next two. A generic
    /// virtual call is slow.
    /// </summary>
    internal abstract OutputKernels UnderOutputs<C>(C cost)
        where C : struct, ICost;

    /// <summary>The kernels under a cost of each sum by itself.</summary>
    internal abstract OutputKernels UnderSums<C>(C cost)
        where C : struct, ICost;

    /// <summary>
    /// The kernels under the cross-entropy of softmax, computed from all sums of a sample. If <paramref name="smoothing"/> is not 0, the
    /// targets are smoothed.
    /// </summary>
    internal abstract OutputKernels UnderSoftmaxSums(float smoothing);

    /// <summary>A cost with weights.</summary>
    internal abstract WeightedOutput UnderWeights(OutputKernels cost, int outputs);

    /// <summary>The last layer's kernels if the caller gives the gradient by the outputs. Nothing else is known of the cost.</summary>
    internal OutputKernels UnderGivenGradient() => UnderOutputs(default(GivenGradient));
}

/// <summary>The kernels of a function of each neuron by itself.</summary>
internal unsafe class ActivationKernels<K, T, A> : ActivationKernels
    where K : struct, IKernels
    where T : struct, ITileKernels
    where A : struct, IActivation
{
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    internal override void Activate(float* z, float* a, nint count) => K.Activate<A>(z, a, count);

    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    internal override void ActivateKeepingSlope(float* z, float* a, nint count) => K.ActivateKeepingSlope<A>(z, a, count);

    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    internal override void Forward(float* x, int inputs, float* w, float* b, float* y, int outputs, int writable) =>
        K.Forward<A>(x, inputs, w, b, y, outputs, writable);

    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    internal override void ForwardLayers(
        LayerShape[] layers, float* parameters, float* x, float* activations, float* y, int writable)
    {
        for (int l = 0; l < layers.Length; l++)
        {
            ref readonly LayerShape layer = ref layers[l];
            bool last = l == layers.Length - 1;
            float* next = last ? y : activations + layer.Activations;
            K.Forward<A>(
                x, layer.Inputs, parameters + layer.Weights, parameters + layer.Biases, next, layer.Outputs,
                last ? writable : layer.PaddedOutputs);
            x = next;
        }
    }

    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    internal override void ForwardKeepingSlope(
        float* x, int inputs, float* w, float* b, float* y, float* slopes, int outputs, int writable)
    {
        K.Forward<Identity>(x, inputs, w, b, slopes, outputs, writable);
        K.ActivateKeepingSlope<A>(slopes, y, outputs);
    }

    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    internal override void ActivateRows(float* z, int samples, int outputs, nint stride)
    {
        if (stride == outputs) K.Activate<A>(z, z, (nint)samples * outputs);
        else for (; samples > 0; samples--, z += stride) K.Activate<A>(z, z, outputs);
    }

    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    internal override void ActivateTiles(float* z, int outputs, int lanes, int tiles, nint stride)
    {
        for (; tiles > 0; tiles--, z += stride) K.Activate<A>(z, z, (nint)outputs * lanes);
    }

    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    internal override void ActivateTileKeepingSlope(float* z, float* a, int outputs, int lanes) =>
        K.ActivateKeepingSlope<A>(z, a, (nint)outputs * lanes);

    // If slopes are kept, a layer goes backward through the identity, and then through the slopes. This stands four times. Said once after
    // all four, it would take from the calls their place at the end, where the JIT makes jumps of them.
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    internal override void BackwardUpdate(
        float* w, float* b, float* a, float* kept, int inputs, float* delta, int outputs, float* inputDelta, float rate)
    {
        if (!A.KeepsSlope)
        {
            K.BackwardUpdate<A>(w, b, a, inputs, delta, outputs, inputDelta, rate);
            return;
        }

        K.BackwardUpdate<Identity>(w, b, a, inputs, delta, outputs, inputDelta, rate);
        if (inputDelta != null) K.MultiplySlopes(inputDelta, kept, inputs);
    }

    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    internal override void BackwardAccumulate(
        float* w, float* gw, float* gb, float* a, float* kept, int inputs, float* delta, int outputs, float* inputDelta)
    {
        if (!A.KeepsSlope)
        {
            K.BackwardAccumulate<A>(w, gw, gb, a, inputs, delta, outputs, inputDelta);
            return;
        }

        K.BackwardAccumulate<Identity>(w, gw, gb, a, inputs, delta, outputs, inputDelta);
        if (inputDelta != null) K.MultiplySlopes(inputDelta, kept, inputs);
    }

    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    internal override void BackwardGradient(
        float* w, float* gw, float* gb, float* a, float* kept, int inputs, float* delta, int outputs, float* inputDelta)
    {
        if (!A.KeepsSlope)
        {
            K.BackwardGradient<A>(w, gw, gb, a, inputs, delta, outputs, inputDelta);
            return;
        }

        K.BackwardGradient<Identity>(w, gw, gb, a, inputs, delta, outputs, inputDelta);
        if (inputDelta != null) K.MultiplySlopes(inputDelta, kept, inputs);
    }

    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    internal override void BackwardDelta(float* w, float* a, float* kept, int inputs, float* delta, int outputs, float* inputDelta)
    {
        if (!A.KeepsSlope)
        {
            K.BackwardDelta<A>(w, a, inputs, delta, outputs, inputDelta);
            return;
        }

        K.BackwardDelta<Identity>(w, a, inputs, delta, outputs, inputDelta);
        K.MultiplySlopes(inputDelta, kept, inputs);
    }

    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    internal override void TileBackward(
        float* w, float* delta, int outputs, float* kept, int inputs, float* inputDelta, int lanes, TileGroup group) =>
        T.TileBackward<A>(w, delta, outputs, kept, inputs, inputDelta, lanes, group);

    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    internal override void TileBackwardDelta(
        float* w, float* delta, int outputs, float* kept, int inputs, float* inputDelta, int lanes, TileGroup group) =>
        T.TileBackwardDelta<A>(w, delta, outputs, kept, inputs, inputDelta, lanes, group);

    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    internal override void MemberBackward(
        float* w, float* delta, int outputs, float* kept, int inputs, float* inputDelta, MemberGroup group, bool alone) =>
        T.MemberBackward<A>(w, delta, outputs, kept, inputs, inputDelta, group, alone);

    internal override OutputKernels UnderOutputs<C>(C cost) => new OutputKernels<K, T, A, C>(this, cost);

    internal override OutputKernels UnderSums<C>(C cost) =>
        new OutputKernels<K, T, Identity, C>(new ActivationKernels<K, T, Identity>(), cost);

    internal override OutputKernels UnderSoftmaxSums(float smoothing)
    {
        var output = new CrossEntropyOutput<K, T>();
        return smoothing == 0f ? output : new SmoothedOutput<K>(output, smoothing);
    }

    internal override WeightedOutput UnderWeights(OutputKernels cost, int outputs) => new WeightedOutput<K, T>(cost, outputs);
}
