namespace FastNN.Reference;

/// <summary>w_k ← w_k + rate·(scale·g_k). The specification of the kernel <c>Spans.GradientDescent</c>.</summary>
internal static unsafe class GradientDescent
{
    internal static void Update(float* w, float* g, nint count, float scale, float rate)
    {
        for (nint k = 0; k < count; k++) w[k] = MathF.FusedMultiplyAdd(rate, g[k] * scale, w[k]);
    }
}
