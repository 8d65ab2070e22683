using static FastNN.Tests.Model.Exponential;
using static FastNN.Tests.Model.Notation;

namespace FastNN.Tests.Model;

internal static class Softplus
{
    internal static float Value(float z) => Max(+0f, z) + Logarithm.Ln1p(U(z));

    internal static float Slope(float z)
    {
        float u = U(z), v = 1 / (1 + u);
        return 0 > z ? u * v : v;
    }

    private static float U(float z)
    {
        float x = Min(105, MathF.Abs(z));
        (float t, float s) = Reduce(x, 12584960);
        return Fma(s * t, Tail(t), s) * TwoTo(-64);
    }
}
