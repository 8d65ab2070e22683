using static FastNN.Tests.Model.Notation;

namespace FastNN.Tests.Model;

internal static class HardSwish
{
    internal static float Value(float z)
    {
        float x = Max(-3, z);
        return x * (Min(6, x + 3) * Number(0x3E2AAAAB));
    }

    internal static float Slope(float z) => 3 > z ? (z > -3 ? Fma(Number(0x3EAAAAAB), z, 0.5f) : +0f) : 1;
}
