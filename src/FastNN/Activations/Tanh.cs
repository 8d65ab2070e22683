using System.Runtime.CompilerServices;
using FastNN.Activations;
using FastNN.Contract;
using FastNN.Simd;

namespace FastNN;

/// <summary>
/// tanh z = (1 − E)/(1 + E) for y = |z|, with the sign of z. E = e^(−2y) = s + s·t·q(t), almost as in <see cref="Exponential"/>. The
/// numerator is (1 − s) − s·t·q(t). For small z, s = 1, and nothing cancels. There are three differences to <see cref="Exponential"/>. s
/// must be exact, so it is only nearly the power of two, and t corrects this. q has one term more, because t itself matters. t leaves out
/// the low half of (ln 2)/32, which matters only where E is tiny. t is half of the t of 2y, which saves doubling y. Small z, subnormal z
/// and both zeros come out unchanged. ±∞ → ±1, NaN → NaN. The error is at most 2.41 ULP over all floats. It takes 11 cycles for 16 floats
/// on Zen 4, counted as the 10 of the sigmoid. f′ = 1 − a².
/// </summary>
internal readonly struct Tanh : IActivation
{
    /// <summary>At and above this number, tanh rounds to 1. It does so from 9.01 on.</summary>
    private const float Highest = 10f;

    private const float Minus32Log2E = -46.1662407f, Ln2Over32 = 0.0216608495f;

    private const float Q0 = -2f, Q1 = 2f, Q2 = -1.33335948f, Q3 = 0.666674315f;

    public static double MaxUlp => 2.5;

    public static double MaxSlopeError => 5;

    public static float LeastOutput => -1f;

    public static float MostOutput => 1f;

    public static bool HasHalves => true;

    /// <summary>
    /// 2^(j/16) rounded to nine bits of mantissa. So 1 ± s is exact unless s is tiny. The bits are laid out as in
    /// <see cref="Exponential"/>.
    /// </summary>
    internal static ReadOnlySpan<int> Powers =>
    [
        0x1F800000, 0x1F7DC000, 0x1F7B8000, 0x1F79C000, 0x1F784000, 0x1F770000, 0x1F760000, 0x1F754000,
        0x1F750000, 0x1F750000, 0x1F758000, 0x1F764000, 0x1F774000, 0x1F78C000, 0x1F7AC000, 0x1F7D4000,
    ];

    /// <summary>
    /// What t adds to correct that rounding: half of the logarithm of each rounded power over 2^(j/16), as the bits of floats.
    /// </summary>
    internal static ReadOnlySpan<int> Corrections =>
    [
        0x00000000, 0x39A2A3E3, unchecked((int)0xB99FA957), unchecked((int)0xB8570815),
        0x38D8E536, 0x390B2B57, 0x37654670, unchecked((int)0xB98F4428),
        unchecked((int)0xB8600620), unchecked((int)0xB8BB35E9), 0x3980CCC5, 0x3988559F,
        unchecked((int)0xB83DCE0E), unchecked((int)0xB8EA8A3D), unchecked((int)0xB6D8E8DD), 0x395D6F3A,
    ];

    public static double Exact(double z) => Math.Tanh(z);

    public static double ExactSlope(double z) => 1 / (Math.Cosh(z) * Math.Cosh(z));

    public static float Value(float z)
    {
        float y = MathF.Abs(z);
        y = Highest < y ? Highest : y;
        float rounded = MathF.FusedMultiplyAdd(Minus32Log2E, y, Exponential.Unscaled), i = rounded - Exponential.Unscaled;
        float t = MathF.FusedMultiplyAdd(Ln2Over32, i, y) + Exponential.Lookup(Corrections, rounded);
        float s = Exponential.PowerOf(Powers, rounded), p = s * t;
        float q = MathF.FusedMultiplyAdd(MathF.FusedMultiplyAdd(MathF.FusedMultiplyAdd(Q3, t, Q2), t, Q1), t, Q0);
        return MathF.CopySign(MathF.FusedMultiplyAdd(-p, q, 1f - s) / MathF.FusedMultiplyAdd(p, q, 1f + s), z);
    }

    public static float Slope(float kept) => MathF.FusedMultiplyAdd(-kept, kept, 1f);

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static void Begin<S, V>(V z, out V t, out V s)
        where S : struct, ISimd<V>
        where V : struct
    {
        V y = S.Min(S.Broadcast(Highest), S.Abs(z)), rounder = S.Broadcast(Exponential.Unscaled);
        V rounded = S.MultiplyAdd(S.Broadcast(Minus32Log2E), y, rounder), i = S.Subtract(rounded, rounder);
        t = S.Add(S.MultiplyAdd(S.Broadcast(Ln2Over32), i, y), Exponential.Lookup<S, V>(Corrections, rounded));
        s = Exponential.PowerOf<S, V>(Powers, rounded);
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static V End<S, V>(V z, V t, V s)
        where S : struct, ISimd<V>
        where V : struct
    {
        V one = S.Broadcast(1f), p = S.Multiply(s, t), q = S.MultiplyAdd(S.Broadcast(Q3), t, S.Broadcast(Q2));
        q = S.MultiplyAdd(q, t, S.Broadcast(Q1));
        q = S.MultiplyAdd(q, t, S.Broadcast(Q0));
        return S.CopySign(S.Divide(S.SubtractProduct(p, q, S.Subtract(one, s)), S.MultiplyAdd(p, q, S.Add(one, s))), z);
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static V Slope<S, V>(V kept)
        where S : struct, ISimd<V>
        where V : struct => S.SubtractProduct(kept, kept, S.Broadcast(1f));
}

public abstract partial class Activation
{
    /// <summary>tanh z, between −1 and 1. The derivative is 1 − a².</summary>
    public static Activation Tanh { get; } = new Elementwise<Tanh>(nameof(Tanh));
}
