using static FastNN.Tests.Model.Exponential;
using static FastNN.Tests.Model.Notation;

namespace FastNN.Tests.Model;

internal static class Gelu
{
    private static readonly float[] C = Numbers(
        "3FA03800 3FDFF800 40100400 40301800 4060C000 408FD800 40AFD800 40D03800 " +
        "40FF8000 411FF400 41402800 415CC000 3E024000 3EBF6000 3F1F1000 3F601000");

    private static readonly float[] G0 = Numbers(
        "3E6C1AF8 3E3DB228 3E1D5387 3E05CD90 3DD927B1 3DADD9CD 3D902EB9 3D7593B1 " +
        "3D499696 3D21DDAE 3D072320 3CEBA656 3EE7F528 3EC28498 3EA5ED9A 3E8F3928");

    private static readonly float[] G1 = Numbers(
        "BDE1F6A4 BD9930D1 BD59FA39 BD217369 BCD9C912 BC8E3771 BC45DF3B BC108E30 " +
        "BBC417BD BB7E1E74 BB319F53 BB073D7C BEAEC10B BE838D3A BE4A5270 BE1DCE66");

    private static readonly float[] G2 = Numbers(
        "3D3D5EC9 3CDEB103 3C8ACD73 3C35F85B 3BCFA36E 3B607DE7 3B0442B4 3AA6D631 " +
        "3A3C1D12 39C5A3FB 3967F065 391A7340 3E51BACA 3E1158C2 3DCE254D 3D945383");

    private static readonly float[] G3 = Numbers(
        "BC8F40CD BC14BC22 BBA4D1E0 BB417B84 BABD47B4 BA2B7B4F B9AC8842 B93CF846 " +
        "B8B20909 B81853BC B7967596 B72F81D8 BDD73729 BD8B2F39 BD38603B BCF7B935");

    private static readonly float[] G4 = Numbers(
        "3BC7699B 3B3902FA 3AB8658C 3A444CF0 39A5BDE2 38FE4493 385BF9A5 37D26683 " +
        "37265F12 3668BD8E 35C1FE10 3546B091 3D43E4B1 3CEE9CAA 3C950057 3C3E08E0");

    private static readonly float[] G5 = Numbers(
        "BB02E023 BA5A8B16 B9C4691C B93E9F6F B88E7AF1 B7B9439A B70A5C4D B66661FB " +
        "B59D00C5 B4B30254 B3FADAE6 B3635737 BCA3AE70 BC3B1EEA BBDB9CE9 BB83B318");

    private static readonly float[] G6 = Numbers(
        "3A1FA418 3981FB47 38BCA1D1 3730D8B0 376BDC70 36804B22 35A7F19D 34E2908C " +
        "340E4EF0 33076663 321F81FC 314C2917 3C12D508 3B8FCD2C 3AD934B9 BB57CE07");

    internal static float Value(float z)
    {
        (float y, float e, float g) = Parts(z);
        return Max(+0f, z) - e * g * y * TwoTo(-64);
    }

    internal static float Slope(float z)
    {
        (float y, float e, float g) = Parts(z);
        float b = e * TwoTo(-64) * Fma(Number(0xBECC422A), y, g);
        return 0 > z ? b : 1 - b;
    }

    private static (float Y, float E, float G) Parts(float z)
    {
        float y = Min(14.5f, MathF.Abs(z));
        float h = 0.5f * y, Q = h * y, l = Fma(-h, y, Q);
        (float t, float s) = Reduce(Q, 12584960);
        t -= l;
        float e = Fma(s * t, Tail(t), s);
        uint k = (Bits(y + 1) >> 21) & 15;
        float d = y - C[k];
        float g = Fma(G6[k], d, G5[k]);
        foreach (float[] G in (float[][])[G4, G3, G2, G1, G0]) g = Fma(g, d, G[k]);
        return (y, e, g);
    }
}
