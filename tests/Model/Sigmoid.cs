using static FastNN.Tests.Model.Exponential;
using static FastNN.Tests.Model.Notation;

namespace FastNN.Tests.Model;

internal static class Sigmoid
{
    internal static float Value(float z)
    {
        float x = Clamp(z, -104, 40);
        (float t, float s) = Reduce(x, 12582912);
        return TwoTo(-64) / (Fma(t * s, Tail(t), TwoTo(-64)) + s);
    }
}
