using FastNN.Vectorised;

namespace FastNN.Scalar;

/// <summary>
/// One layer backwards: δ⁻_j = f′_j·Σ_i w_ij·δ_i, and with the gradient g_ij = δ_i·a_j, g_i = δ_i a step down,
/// w ← w + rate·g, its addition to a sum, G ← G + g, or itself. The specification of <see cref="DenseBackward{S, V, A, TAction}"/>.
/// </summary>
internal static unsafe class DenseBackward
{
    internal static void Descend<A>(float* w, float* b, float* a, int inputs, float* delta, int outputs, float* inputDelta, float rate)
        where A : struct, IActivation
    {
        if (inputDelta != null) InputDelta<A>(w, a, inputs, delta, outputs, inputDelta);
        for (int j = 0; j < inputs; j++)
        {
            for (int i = 0; i < outputs; i++, w++) *w = MathF.FusedMultiplyAdd(rate, delta[i] * a[j], *w);
        }

        for (int i = 0; i < outputs; i++) b[i] = MathF.FusedMultiplyAdd(rate, delta[i], b[i]);
    }

    internal static void Accumulate<A>(float* w, float* gw, float* gb, float* a, int inputs, float* delta, int outputs, float* inputDelta)
        where A : struct, IActivation
    {
        if (inputDelta != null) InputDelta<A>(w, a, inputs, delta, outputs, inputDelta);
        for (int j = 0; j < inputs; j++)
        {
            for (int i = 0; i < outputs; i++, gw++) *gw = MathF.FusedMultiplyAdd(delta[i], a[j], *gw);
        }

        for (int i = 0; i < outputs; i++) gb[i] += delta[i];
    }

    internal static void Gradient<A>(float* w, float* gw, float* gb, float* a, int inputs, float* delta, int outputs, float* inputDelta)
        where A : struct, IActivation
    {
        if (inputDelta != null) InputDelta<A>(w, a, inputs, delta, outputs, inputDelta);
        for (int j = 0; j < inputs; j++)
        {
            for (int i = 0; i < outputs; i++, gw++) *gw = delta[i] * a[j];
        }

        for (int i = 0; i < outputs; i++) gb[i] = delta[i];
    }

    /// <summary>The sum runs in sixteen lanes, i in lane i mod 16; the closing multiply-add with 0 leaves no negative zero.</summary>
    private static void InputDelta<A>(float* w, float* a, int inputs, float* delta, int outputs, float* inputDelta)
        where A : struct, IActivation
    {
        float* lanes = stackalloc float[Padding.Lanes];
        for (int j = 0; j < inputs; j++)
        {
            new Span<float>(lanes, Padding.Lanes).Clear();
            for (int i = 0; i < outputs; i++, w++) lanes[i % Padding.Lanes] = MathF.FusedMultiplyAdd(*w, delta[i], lanes[i % Padding.Lanes]);
            inputDelta[j] = MathF.FusedMultiplyAdd(OutputDelta.Fold(lanes), A.Slope(a[j]), 0f);
        }
    }
}
