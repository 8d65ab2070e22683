using static FastNN.Tests.Model.Notation;

namespace FastNN.Tests.Model;

internal static class Softsign
{
    internal static float Value(float z)
    {
        float y = Y(z);
        return MathF.CopySign(y / (1 + y), z);
    }

    internal static float Slope(float z)
    {
        float v = 1 / (1 + Y(z));
        return v * v;
    }

    private static float Y(float z) => Min(TwoTo(60), MathF.Abs(z));
}
