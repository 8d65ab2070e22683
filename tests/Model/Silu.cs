using static FastNN.Tests.Model.Exponential;
using static FastNN.Tests.Model.Notation;

namespace FastNN.Tests.Model;

internal static class Silu
{
    internal static float Value(float z)
    {
        (float x, float p, float q, float s) = Parts(z);
        float d = Fma(p, q, s + TwoTo(-32));
        return z > 40 ? z : x / d * TwoTo(-32);
    }

    internal static float Slope(float z)
    {
        (float x, float p, float q, float s) = Parts(z);
        float d = Fma(p, q, s + TwoTo(-32));
        float e = Fma(p, q, s), u = 1 / d, σ = u * TwoTo(-32);
        return Fma(x * (e * u), σ, σ);
    }

    private static (float X, float P, float Q, float S) Parts(float z)
    {
        float x = Clamp(z, -109, 40);
        (float t, float s) = Reduce(x, 12583424);
        return (x, s * t, Tail(t), s);
    }
}
