using System.Runtime.CompilerServices;
using FastNN.Activations;
using FastNN.Contract;
using FastNN.Simd;

namespace FastNN;

/// <summary>
/// GELU z·Φ(z) in its exact form, the default of PyTorch. Φ is the distribution function of the normal distribution. With y = |z|
/// <code>z·Φ(z) = max(z, 0) − y·Φ(−y),   Φ(−y) = e^(−y²/2)·g(y)</code>
/// y²/2 is computed in two floats. <see cref="Exponential"/> computes e^(−y²/2), scaled by 2⁶⁴, so only the last product rounds into the
/// subnormal numbers. g decreases slowly. It has sixteen polynomials of degree 6, one for each quarter of a binade of y + 1. At and below
/// −14.5, GELU rounds to 0. −∞ → 0, NaN → NaN. f′ = Φ(z) + z·φ(z). For z &lt; 0 this is e^(−y²/2)·(g(y) − y/√(2π)), and f′(z) = 1 − f′(−z)
/// for z &gt; 0.
/// </summary>
internal readonly struct Gelu : IActivation
{
    private const float Highest = 14.5f, Unit = Exponential.Unit64;

    private const float MinusPhi0 = -0.398942292f; // −1/√(2π)

    public static double MaxUlp => 3.5;

    public static double MaxSlopeError => 2;

    public static float LeastOutput => -0.169971228f;

    public static float MostOutput => float.MaxValue;

    public static bool KeepsSlope => true;

    public static bool HasHalves => true;

    /// <summary>
    /// The centres of the polynomials. Here and below the tables hold the bits of floats. The index is the lowest four bits of the bits of
    /// y + 1, shifted right by 21.
    /// </summary>
    private static ReadOnlySpan<int> Centres =>
    [
        0x3FA03800, 0x3FDFF800, 0x40100400, 0x40301800, 0x4060C000, 0x408FD800, 0x40AFD800, 0x40D03800,
        0x40FF8000, 0x411FF400, 0x41402800, 0x415CC000, 0x3E024000, 0x3EBF6000, 0x3F1F1000, 0x3F601000,
    ];

    private static ReadOnlySpan<int> G0 =>
    [
        0x3E6C1AF8, 0x3E3DB228, 0x3E1D5387, 0x3E05CD90, 0x3DD927B1, 0x3DADD9CD, 0x3D902EB9, 0x3D7593B1,
        0x3D499696, 0x3D21DDAE, 0x3D072320, 0x3CEBA656, 0x3EE7F528, 0x3EC28498, 0x3EA5ED9A, 0x3E8F3928,
    ];

    private static ReadOnlySpan<int> G1 =>
    [
        unchecked((int)0xBDE1F6A4), unchecked((int)0xBD9930D1), unchecked((int)0xBD59FA39), unchecked((int)0xBD217369),
        unchecked((int)0xBCD9C912), unchecked((int)0xBC8E3771), unchecked((int)0xBC45DF3B), unchecked((int)0xBC108E30),
        unchecked((int)0xBBC417BD), unchecked((int)0xBB7E1E74), unchecked((int)0xBB319F53), unchecked((int)0xBB073D7C),
        unchecked((int)0xBEAEC10B), unchecked((int)0xBE838D3A), unchecked((int)0xBE4A5270), unchecked((int)0xBE1DCE66),
    ];

    private static ReadOnlySpan<int> G2 =>
    [
        0x3D3D5EC9, 0x3CDEB103, 0x3C8ACD73, 0x3C35F85B, 0x3BCFA36E, 0x3B607DE7, 0x3B0442B4, 0x3AA6D631,
        0x3A3C1D12, 0x39C5A3FB, 0x3967F065, 0x391A7340, 0x3E51BACA, 0x3E1158C2, 0x3DCE254D, 0x3D945383,
    ];

    private static ReadOnlySpan<int> G3 =>
    [
        unchecked((int)0xBC8F40CD), unchecked((int)0xBC14BC22), unchecked((int)0xBBA4D1E0), unchecked((int)0xBB417B84),
        unchecked((int)0xBABD47B4), unchecked((int)0xBA2B7B4F), unchecked((int)0xB9AC8842), unchecked((int)0xB93CF846),
        unchecked((int)0xB8B20909), unchecked((int)0xB81853BC), unchecked((int)0xB7967596), unchecked((int)0xB72F81D8),
        unchecked((int)0xBDD73729), unchecked((int)0xBD8B2F39), unchecked((int)0xBD38603B), unchecked((int)0xBCF7B935),
    ];

    private static ReadOnlySpan<int> G4 =>
    [
        0x3BC7699B, 0x3B3902FA, 0x3AB8658C, 0x3A444CF0, 0x39A5BDE2, 0x38FE4493, 0x385BF9A5, 0x37D26683,
        0x37265F12, 0x3668BD8E, 0x35C1FE10, 0x3546B091, 0x3D43E4B1, 0x3CEE9CAA, 0x3C950057, 0x3C3E08E0,
    ];

    private static ReadOnlySpan<int> G5 =>
    [
        unchecked((int)0xBB02E023), unchecked((int)0xBA5A8B16), unchecked((int)0xB9C4691C), unchecked((int)0xB93E9F6F),
        unchecked((int)0xB88E7AF1), unchecked((int)0xB7B9439A), unchecked((int)0xB70A5C4D), unchecked((int)0xB66661FB),
        unchecked((int)0xB59D00C5), unchecked((int)0xB4B30254), unchecked((int)0xB3FADAE6), unchecked((int)0xB3635737),
        unchecked((int)0xBCA3AE70), unchecked((int)0xBC3B1EEA), unchecked((int)0xBBDB9CE9), unchecked((int)0xBB83B318),
    ];

    private static ReadOnlySpan<int> G6 =>
    [
        0x3A1FA418, 0x3981FB47, 0x38BCA1D1, 0x3730D8B0,
        0x376BDC70, 0x36804B22, 0x35A7F19D, 0x34E2908C,
        0x340E4EF0, 0x33076663, 0x321F81FC, 0x314C2917,
        0x3C12D508, 0x3B8FCD2C, 0x3AD934B9, unchecked((int)0xBB57CE07),
    ];

    public static double Exact(double z) => z == double.NegativeInfinity ? 0 : z * Distribution(z);

    public static double ExactSlope(double z) =>
        Distribution(z) + (double.IsInfinity(z) ? 0 : z * Math.Exp(-0.5 * z * z) / Math.Sqrt(2 * Math.PI));

    /// <summary>
    /// Φ(z). Near 0 by ½ + φ(z)·(z + z³/3 + z⁵/(3·5) + …), farther out by the continued fraction φ(y)/Φ(−y) = y + 1/(y + 2/(y + 3/(y +
    /// …))).
    /// </summary>
    private static double Distribution(double z)
    {
        double density = Math.Exp(-0.5 * z * z) / Math.Sqrt(2 * Math.PI), y = Math.Abs(z);
        if (y < 3)
        {
            double sum = 0, term = z;
            for (int k = 1; Math.Abs(term) > 1e-18 * Math.Abs(z); k++)
            {
                sum += term;
                term *= z * z / (2 * k + 1);
            }

            return 0.5 + density * sum;
        }

        if (y > 39) return z < 0 ? 0 : 1; // e^(−y²/2) is 0 in double precision

        double fraction = y;
        for (int k = 60; k > 0; k--) fraction = y + k / fraction;
        return z < 0 ? density / fraction : 1 - density / fraction;
    }

    public static float Value(float z) => Value(z, out _, out _, out _);

    public static float ValueAndSlope(float z, out float slope)
    {
        float value = Value(z, out float y, out float e, out float g), below = e * Unit * MathF.FusedMultiplyAdd(MinusPhi0, y, g);
        slope = 0f > z ? below : 1f - below;
        return value;
    }

    private static float Value(float z, out float y, out float e, out float g)
    {
        y = MathF.Abs(z);
        y = Highest < y ? Highest : y;
        float half = 0.5f * y, square = half * y, low = MathF.FusedMultiplyAdd(-half, y, square);
        Exponential.Reduce(square, Exponential.Up64, out float t, out float s);
        t -= low;
        e = MathF.FusedMultiplyAdd(s * t, Exponential.Tail(t), s);
        g = Tail(y);
        return (0f > z ? 0f : z) - e * g * y * Unit;
    }

    /// <summary>g(y).</summary>
    private static float Tail(float y)
    {
        float cell = BitConverter.Int32BitsToSingle(BitConverter.SingleToInt32Bits(y + 1f) >>> 21);
        float d = y - Exponential.Lookup(Centres, cell);
        float g = MathF.FusedMultiplyAdd(Exponential.Lookup(G6, cell), d, Exponential.Lookup(G5, cell));
        g = MathF.FusedMultiplyAdd(g, d, Exponential.Lookup(G4, cell));
        g = MathF.FusedMultiplyAdd(g, d, Exponential.Lookup(G3, cell));
        g = MathF.FusedMultiplyAdd(g, d, Exponential.Lookup(G2, cell));
        g = MathF.FusedMultiplyAdd(g, d, Exponential.Lookup(G1, cell));
        return MathF.FusedMultiplyAdd(g, d, Exponential.Lookup(G0, cell));
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static void Begin<S, V>(V z, out V e, out V y)
        where S : struct, ISimd<V>
        where V : struct
    {
        y = S.Min(S.Broadcast(Highest), S.Abs(z));
        V half = S.Multiply(S.Broadcast(0.5f), y), square = S.Multiply(half, y), low = S.SubtractProduct(half, y, square);
        Exponential.Reduce<S, V>(square, S.Broadcast(Exponential.Up64), out V t, out V s);
        t = S.Subtract(t, low);
        e = S.MultiplyAdd(S.Multiply(s, t), Exponential.Tail<S, V>(t), s);
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static V End<S, V>(V z, V e, V y)
        where S : struct, ISimd<V>
        where V : struct => Difference<S, V>(z, y, e, Tail<S, V>(y));

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static V ValueAndSlope<S, V>(V z, out V slope)
        where S : struct, ISimd<V>
        where V : struct
    {
        Begin<S, V>(z, out V e, out V y);
        V g = Tail<S, V>(y), below = S.Multiply(S.Multiply(e, S.Broadcast(Unit)), S.MultiplyAdd(S.Broadcast(MinusPhi0), y, g));
        slope = S.Select(S.Greater(S.Broadcast(0f), z), below, S.Subtract(S.Broadcast(1f), below));
        return Difference<S, V>(z, y, e, g);
    }

    /// <summary>max(z, 0) − y·Φ(−y).</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static V Difference<S, V>(V z, V y, V e, V g)
        where S : struct, ISimd<V>
        where V : struct => S.Subtract(S.Max(S.Broadcast(0f), z), S.Multiply(S.Multiply(S.Multiply(e, g), y), S.Broadcast(Unit)));

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static V Tail<S, V>(V y)
        where S : struct, ISimd<V>
        where V : struct
    {
        V cell = S.ShiftBitsRight(S.Add(y, S.Broadcast(1f)), 21), d = S.Subtract(y, Exponential.Lookup<S, V>(Centres, cell));
        V g = S.MultiplyAdd(Exponential.Lookup<S, V>(G6, cell), d, Exponential.Lookup<S, V>(G5, cell));
        g = S.MultiplyAdd(g, d, Exponential.Lookup<S, V>(G4, cell));
        g = S.MultiplyAdd(g, d, Exponential.Lookup<S, V>(G3, cell));
        g = S.MultiplyAdd(g, d, Exponential.Lookup<S, V>(G2, cell));
        g = S.MultiplyAdd(g, d, Exponential.Lookup<S, V>(G1, cell));
        return S.MultiplyAdd(g, d, Exponential.Lookup<S, V>(G0, cell));
    }
}

public abstract partial class Activation
{
    /// <summary>
    /// z·Φ(z), the default form of PyTorch. Φ is the distribution function of the normal distribution. The derivative is Φ(z) + z·φ(z).
    /// </summary>
    public static Activation Gelu { get; } = new Elementwise<Gelu>(nameof(Gelu));
}
