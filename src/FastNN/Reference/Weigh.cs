namespace FastNN.Reference;

/// <summary>x_k ← w_k·x_k, and +0 where w_k is 0. The specification of the kernel <c>Spans.Weigh</c>.</summary>
internal static unsafe class Weigh
{
    internal static void Multiply(float* x, float* w, nint count)
    {
        for (nint k = 0; k < count; k++) x[k] = w[k] > 0f ? w[k] * x[k] : 0f;
    }
}
