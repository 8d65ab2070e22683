using FastNN.Contract;

namespace FastNN.Reference;

/// <summary>
/// y_k = f(x_k). The specification of the kernel <c>Spans.ActivationSpan</c>. The specification of f is in the file of the activation.
/// </summary>
internal static unsafe class ActivationSpan
{
    internal static void Activate<A>(float* x, float* y, nint count)
        where A : struct, IActivation
    {
        for (nint k = 0; k < count; k++) y[k] = A.Value(x[k]);
    }

    internal static void ActivateKeepingSlope<A>(float* z, float* y, nint count)
        where A : struct, IActivation
    {
        for (nint k = 0; k < count; k++)
        {
            float slope = 0f, a = A.KeepsSlope ? A.ValueAndSlope(z[k], out slope) : A.Value(z[k]);
            z[k] = A.KeepsSlope ? slope : A.Slope(a);
            y[k] = a;
        }
    }
}
