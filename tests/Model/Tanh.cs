using static FastNN.Tests.Model.Notation;

namespace FastNN.Tests.Model;

internal static class Tanh
{
    private static readonly float Q1 = 2, Q2 = Number(0xBFAAAB86), Q3 = Number(0x3F2AAB2B);

    internal static readonly uint[] T = Integers(
        "1F800000 1F7DC000 1F7B8000 1F79C000 1F784000 1F770000 1F760000 1F754000 " +
        "1F750000 1F750000 1F758000 1F764000 1F774000 1F78C000 1F7AC000 1F7D4000");

    internal static readonly float[] C = Numbers(
        "00000000 39A2A3E3 B99FA957 B8570815 38D8E536 390B2B57 37654670 B98F4428 " +
        "B8600620 B8BB35E9 3980CCC5 3988559F B83DCE0E B8EA8A3D B6D8E8DD 395D6F3A");

    internal static float Value(float z)
    {
        float y = Min(10, MathF.Abs(z));
        float r = Fma(Number(0xC238AA3B), y, 12583936);
        float i = r - 12583936;
        float t = Fma(Number(0x3CB17218), i, y) + C[Bits(r) & 15];
        float s = Number((Bits(r) << 19) + T[Bits(r) & 15]);
        float p = s * t;
        float q = Fma(Fma(Fma(Q3, t, Q2), t, Q1), t, -2);
        return MathF.CopySign(Fma(-p, q, 1 - s) / Fma(p, q, 1 + s), z);
    }
}
