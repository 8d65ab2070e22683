using FastNN.Contract;

namespace FastNN.Reference;

/// <summary>
/// One step of a <see cref="Standardizer"/> on every value of samples in rows, or in a tile. The specification of the kernel
/// <c>Spans.StandardizerKernel</c>. The steps themselves are in Contract.
/// </summary>
internal static unsafe class StandardizerKernel
{
    internal static void Rows<TStep>(float* x, nint count, float* mean, float* factor, int period, float* y)
        where TStep : struct, IStandardizerStep
    {
        for (nint k = 0; k < count; k++) y[k] = TStep.Apply(x[k], mean[k % period], factor[k % period]);
    }

    internal static void Tile<TStep>(float* x, int features, int lanes, float* mean, float* factor, float* y)
        where TStep : struct, IStandardizerStep
    {
        for (nint j = 0; j < features; j++)
        {
            for (int s = 0; s < lanes; s++) y[j * lanes + s] = TStep.Apply(x[j * lanes + s], mean[j], factor[j]);
        }
    }
}
