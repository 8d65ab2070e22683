using static FastNN.Tests.Model.Exponential;
using static FastNN.Tests.Model.Notation;

namespace FastNN.Tests.Model;

internal static class Mish
{
    internal static float Value(float z)
    {
        (float x, _, float m, float n) = Parts(z);
        float w = m / n;
        return z > 20 ? z : x * w * TwoTo(-64);
    }

    internal static float Slope(float z)
    {
        (float x, float e, float m, float n) = Parts(z);
        float v = 1 / n, w = m / n;
        return Fma(4 * x * (e * v), (e + 1) * v, w * TwoTo(-64));
    }

    private static (float X, float e, float M, float N) Parts(float z)
    {
        float x = Clamp(z, -110, 20);
        (float t, float s) = Reduce(-x, 12584960);
        float E = Fma(s * t, Tail(t), s), e = E * TwoTo(-64);
        float m = E * (e + 2), n = Fma(m, TwoTo(-64), 2);
        return (x, e, m, n);
    }
}
