using static FastNN.Tests.Model.Notation;

namespace FastNN.Tests.Model;

/// <summary>ELU and SELU, with the factor u above 0 and the factor v below.</summary>
internal sealed class Elu(float u, float v)
{
    internal static readonly Elu Plain = new(1, 1), Selu = new(Number(0x3F867D5F), Number(0x3FE10966));

    internal static Elu WithAlpha(float α) => new(1, α);

    internal float Value(float z)
    {
        (float p, float q, float s) = Parts(z);
        return z > 0 ? u * z : v * MathF.CopySign(Fma(-p, q, 1 - s), z);
    }

    internal float Slope(float z)
    {
        (float p, float q, float s) = Parts(z);
        return z > 0 ? u : v * Fma(p, q, s);
    }

    private static (float P, float Q, float S) Parts(float z)
    {
        float y = Min(87, MathF.Abs(z));
        float r = Fma(Number(0xC1B8AA3B), y, 12583936);
        float i = r - 12583936;
        float t = Fma(2, Tanh.C[Bits(r) & 15], Fma(Number(0x3D317218), i, y));
        float s = Number((Bits(r) << 19) + Tanh.T[Bits(r) & 15]);
        float p = s * t;
        float q = Fma(Fma(Fma(Number(0x3D2AAB2B), t, Number(0xBE2AAB86)), t, 0.5f), t, -1);
        return (p, q, s);
    }
}
