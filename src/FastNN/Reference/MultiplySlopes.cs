namespace FastNN.Reference;

/// <summary>δ_k ← fma(δ_k, f′_k, 0). The specification of the kernel <c>Spans.MultiplySlopes</c>.</summary>
internal static unsafe class MultiplySlopes
{
    internal static void Multiply(float* delta, float* slopes, nint count)
    {
        for (nint k = 0; k < count; k++) delta[k] = MathF.FusedMultiplyAdd(delta[k], slopes[k], 0f);
    }
}
