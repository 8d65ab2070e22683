using static FastNN.Tests.Model.Notation;

namespace FastNN.Tests.Model;

/// <summary>ln(1 + u) for u from 0 to 1, and ln(x) for x from 1.</summary>
internal static class Logarithm
{
    private static readonly float l0 = Number(0xBF000005), l1 = Number(0x3EAAC134), l2 = Number(0xBE7F6930);

    private static readonly float[] F = Numbers(
        "3F800000 3F6FFE36 3F61DF68 3F55573E 3F4A1CC4 3F3FFBB1 3F36D9F7 3F2E86FC " +
        "3F26F439 3F200447 3F1993F9 3F13ADF9 3F0E33D9 3F092588 3F046D62 3F000206");

    private static readonly float[] N = Numbers(
        "00000000 3D843C0A 3E0035FE 3E3AA957 3E7206B0 3E93568E 3EAC4A30 3EC42535 " +
        "3EDADBED 3EF096A1 3F02CED9 3F0CD57C 3F168243 3F1FC6C9 3F28BDA6 3F316E0C");

    internal static float Ln1p(float u)
    {
        uint k = Bits(Fma(15, u, 12582912)) & 15;
        float r = Fma(u, F[k], F[k] - 1);
        float q = Fma(Fma(l2, r, l1), r, l0);
        return Fma(r * r, q, N[k] + r);
    }

    internal static float Ln(float x)
    {
        float m = Number((Bits(x) & 0x007FFFFF) + 0x3F800000);
        float e = Number((Bits(x) >> 23) + 0x4B000000) - 8388735;
        return Fma(e, Number(0x3F317218), Ln1p(m - 1)) + (x - x);
    }
}
