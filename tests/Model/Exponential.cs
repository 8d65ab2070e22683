using static FastNN.Tests.Model.Notation;

namespace FastNN.Tests.Model;

/// <summary>The parts of e⁻ˣ.</summary>
internal static class Exponential
{
    private static readonly float E = Number(0xC1B8AA3B), H = Number(0x3D317218), L = Number(0xAF02E308);

    private static readonly float q0 = -1, q1 = Number(0x3F000149), q2 = Number(0xBE2B22AF);

    private static readonly uint[] P = Integers(
        "1F800000 1F7DAAC3 1F7B95C2 1F79C3D3 1F7837F0 1F76F532 1F75FED7 1F75583F " +
        "1F7504F3 1F7508A4 1F75672A 1F76248C 1F7744FD 1F78CCDF 1F7AC0C7 1F7D257D");

    internal static (float T, float S) Reduce(float x, float R)
    {
        float r = Fma(E, x, R);
        float i = r - R;
        float t = Fma(L, i, Fma(H, i, x));
        float s = Number((Bits(r) << 19) + P[Bits(r) & 15]);
        return (t, s);
    }

    internal static float Tail(float t) => Fma(Fma(q2, t, q1), t, q0);
}
