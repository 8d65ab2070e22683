using FastNN.Contract;

namespace FastNN.Reference;

/// <summary>
/// y_k = f(z_k), and f′(z_k) replaces z_k. The specification of the kernel <c>Spans.FunctionSpan</c>. The specification of f is in the file
/// of the activation.
/// </summary>
internal static unsafe class FunctionSpan
{
    internal static void Activate<F>(F f, float* z, float* y, nint count)
        where F : struct, ISpanActivation
    {
        for (nint k = 0; k < count; k++) y[k] = f.Value(z[k], out _);
    }

    internal static void ActivateKeepingSlope<F>(F f, float* z, float* y, nint count)
        where F : struct, ISpanActivation
    {
        for (nint k = 0; k < count; k++)
        {
            y[k] = f.Value(z[k], out float slope);
            z[k] = slope;
        }
    }
}
