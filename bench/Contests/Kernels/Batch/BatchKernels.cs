using FastNN.Contract;
using FastNN.Dispatch;

namespace FastNN.Bench.Batch;

/// <summary>The primitives for batches that <see cref="KernelSet"/> has no calls for, behind virtual calls.</summary>
internal abstract unsafe class BatchKernels
{
    internal static BatchKernels Of(KernelSet set) => set.GiveTo(new Wrapper());

    internal abstract void RowForward(float* x, int samples, int inputs, float* w, float* b, float* z, int outputs);

    internal abstract void TileForward(float* a, int inputs, float* w, float* b, float* z, int outputs, int lanes, TileGroup group);

    internal abstract void TileBackward(
        float* w, float* delta, int outputs, float* kept, int inputs, float* inputDelta, int lanes, TileGroup group);

    internal abstract void PackDelta(float* delta, int lanes, int outputs, int samples, float* panels, int first, int chunk);

    private sealed class Wrapper : IKernelUser<BatchKernels>
    {
        public BatchKernels Take<K, T>()
            where K : struct, IKernels
            where T : struct, ITileKernels => new BatchKernels<T>();
    }
}

/// <summary>Those of one variant.</summary>
internal sealed unsafe class BatchKernels<T> : BatchKernels
    where T : struct, ITileKernels
{
    internal override void RowForward(float* x, int samples, int inputs, float* w, float* b, float* z, int outputs) =>
        T.RowForward(x, inputs, samples, inputs, w, b, z, outputs, outputs);

    internal override void TileForward(float* a, int inputs, float* w, float* b, float* z, int outputs, int lanes, TileGroup group) =>
        T.TileForward(a, inputs, w, b, z, outputs, lanes, group);

    internal override void TileBackward(
        float* w, float* delta, int outputs, float* kept, int inputs, float* inputDelta, int lanes, TileGroup group) =>
        T.TileBackward<Identity>(w, delta, outputs, kept, inputs, inputDelta, lanes, group);

    internal override void PackDelta(float* delta, int lanes, int outputs, int samples, float* panels, int first, int chunk) =>
        T.PackDelta(delta, lanes, outputs, samples, panels, first, chunk);
}
