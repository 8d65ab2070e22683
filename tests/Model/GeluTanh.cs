using static FastNN.Tests.Model.Exponential;
using static FastNN.Tests.Model.Notation;

namespace FastNN.Tests.Model;

/// <summary>GELU with tanh. A letter with a prime on the page is doubled here: A′ is AA.</summary>
internal static class GeluTanh
{
    private static readonly float c1 = Number(0x3FCC422A), d1 = Number(0xB342BC9B);

    private static readonly float c3 = Number(0x3D922279), d3 = Number(0x3124D8B5), c9 = Number(0x3E5B33B6);

    internal static float Value(float z)
    {
        (float y, _, float E, float e) = Parts(z);
        return Max(+0f, z) - y * (E / (1 + e)) * TwoTo(-64);
    }

    internal static float Slope(float z)
    {
        (float y, float S, _, float e) = Parts(z);
        float v = 1 / (1 + e);
        float B = e * v * Fma(-(y * Fma(c9, S, c1)), v, 1);
        return 0 > z ? B : 1 - B;
    }

    private static (float Y, float S, float E, float e) Parts(float z)
    {
        float y = Min(11, MathF.Abs(z));
        float S = y * y, SS = Fma(y, y, -S);
        float A = c3 * S, AA = Fma(c3, SS, Fma(d3, S, Fma(c3, S, -A)));
        float w = c1 + A, b = w - c1;
        float ww = ((c1 - (w - b)) + (A - b)) + (AA + d1);
        float V = y * w, VV = Fma(y, ww, Fma(y, w, -V));
        (float t, float s) = Reduce(V, 12584960);
        t += VV;
        float E = Fma(s * t, Tail(t), s), e = E * TwoTo(-64);
        return (y, S, E, e);
    }
}
