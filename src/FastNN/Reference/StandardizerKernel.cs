using FastNN.Contract;

namespace FastNN.Reference;

/// <summary>
/// One step of a <see cref="Standardizer"/> on every value of samples in rows, or in a tile. The specification of the kernel
/// <c>Spans.StandardizerKernel</c>. The steps themselves are in Contract.
/// </summary>
internal static unsafe class StandardizerKernel
{
    internal static void Rows<TStep>(float* x, int rows, int width, float* mean, float* factor, float* y, int yStride)
        where TStep : struct, IStandardizerStep
    {
        for (nint s = 0; s < rows; s++)
        {
            for (int j = 0; j < width; j++) y[s * yStride + j] = TStep.Apply(x[s * width + j], mean[j], factor[j]);
        }
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
