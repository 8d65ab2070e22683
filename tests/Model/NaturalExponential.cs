using static FastNN.Tests.Model.Exponential;
using static FastNN.Tests.Model.Notation;

namespace FastNN.Tests.Model;

internal static class NaturalExponential
{
    internal static float Value(float z)
    {
        float x = Clamp(z, -104, 89);
        bool isBelow = 0 > x;
        (float t, float s) = Reduce(-x, isBelow ? 12584960 : 12582912);
        return Fma(s * t, Tail(t), s) * (isBelow ? TwoTo(-64) : TwoTo(64));
    }
}
