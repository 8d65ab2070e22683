using FastNN.Activations;

namespace FastNN.Scalar;

/// <summary>y_k = σ(x_k). The specification of <see cref="Vectorised.SigmoidSpan"/>.</summary>
internal static unsafe class SigmoidSpan
{
    internal static void Run(float* x, float* y, nint count)
    {
        for (nint k = 0; k < count; k++) y[k] = Value(x[k]);
    }

    /// <summary>The sequence of IEEE operations that every variant follows; the formula stands at <see cref="Sigmoid"/>.</summary>
    internal static float Value(float x)
    {
        x = Sigmoid.Lowest > x ? Sigmoid.Lowest : x;
        x = Sigmoid.Highest < x ? Sigmoid.Highest : x;
        float rounded = MathF.FusedMultiplyAdd(x, Sigmoid.Minus16Log2E, Sigmoid.Rounder);
        float i = rounded - Sigmoid.Rounder;
        float t = MathF.FusedMultiplyAdd(i, Sigmoid.Ln2Over16High, x);
        t = MathF.FusedMultiplyAdd(i, Sigmoid.Ln2Over16Low, t);
        int bits = BitConverter.SingleToInt32Bits(rounded);
        float s = BitConverter.Int32BitsToSingle((bits << 19) + Sigmoid.PowersOfTwo[bits & 15]);
        float q = MathF.FusedMultiplyAdd(t, MathF.FusedMultiplyAdd(t, Sigmoid.Q2, Sigmoid.Q1), Sigmoid.Q0);
        return Sigmoid.One / (s + MathF.FusedMultiplyAdd(t * s, q, Sigmoid.One));
    }
}
