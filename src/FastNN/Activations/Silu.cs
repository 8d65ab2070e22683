using System.Runtime.CompilerServices;
using FastNN.Simd;

namespace FastNN;

/// <summary>
/// SiLU z·σ(z) = z/(1 + e⁻ᶻ), also known as swish. By <see cref="Exponential"/>, all scaled by 2⁻³², so that e¹⁰⁹ is finite and the only rounding into the
/// subnormals that of the product at the end. From −109 down it rounds to −0, above 40 to z. −∞ → −0, NaN → NaN. At most 2.38 ULP over all floats, 11 cycles for
/// 16 of them on Zen 4. f′ = σ + z·σ·(1 − σ), with 1 − σ = e⁻ᶻ·σ, which does not cancel.
/// </summary>
internal readonly struct Silu : IActivation
{
    private const float Lowest = -109f, Highest = 40f;

    private const float One = 2.32830644e-10f; // 2⁻³²

    public static double MaxUlp => 2.5;

    public static double MaxSlopeError => 4;

    public static bool KeepsSlope => true;

    public static bool HasHalves => true;

    public static double Exact(double z) => z == double.NegativeInfinity ? 0 : z / (1 + Math.Exp(-z));

    public static double ExactSlope(double z)
    {
        double sigma = 1 / (1 + Math.Exp(-z)), rest = 1 / (1 + Math.Exp(z));
        return double.IsInfinity(z) ? sigma : sigma + z * sigma * rest;
    }

    public static float Value(float z) => Value(z, out _, out _, out _);

    public static float Slope(float kept) => kept;

    public static float ValueAndSlope(float z, out float slope)
    {
        float value = Value(z, out float x, out float e, out float denominator), reciprocal = 1f / denominator, sigma = reciprocal * One;
        slope = MathF.FusedMultiplyAdd(x * (e * reciprocal), sigma, sigma);
        return value;
    }

    private static float Value(float z, out float x, out float e, out float denominator)
    {
        x = Lowest > z ? Lowest : z;
        x = Highest < x ? Highest : x;
        Exponential.Reduce(x, Exponential.ScaledDown, out float t, out float s);
        float p = s * t, q = Exponential.Tail(t);
        e = MathF.FusedMultiplyAdd(p, q, s);
        denominator = MathF.FusedMultiplyAdd(p, q, s + One);
        return z > Highest ? z : x / denominator * One;
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static void Begin<S, V>(V z, out V t, out V s)
        where S : struct, ISimd<V>
        where V : struct => Exponential.Reduce<S, V>(Clamp<S, V>(z), Exponential.ScaledDown, out t, out s);

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static V End<S, V>(V z, V t, V s)
        where S : struct, ISimd<V>
        where V : struct
    {
        V q = Exponential.Tail<S, V>(t), denominator = S.MultiplyAdd(S.Multiply(s, t), q, S.Add(s, S.Broadcast(One)));
        return Quotient<S, V>(z, denominator);
    }

    public static V Slope<S, V>(V kept)
        where S : struct, ISimd<V>
        where V : struct => kept;

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static V ValueAndSlope<S, V>(V z, out V slope)
        where S : struct, ISimd<V>
        where V : struct
    {
        Begin<S, V>(z, out V t, out V s);
        V one = S.Broadcast(One), p = S.Multiply(s, t), q = Exponential.Tail<S, V>(t), e = S.MultiplyAdd(p, q, s);
        V denominator = S.MultiplyAdd(p, q, S.Add(s, one)), reciprocal = S.Divide(S.Broadcast(1f), denominator), sigma = S.Multiply(reciprocal, one);
        slope = S.MultiplyAdd(S.Multiply(Clamp<S, V>(z), S.Multiply(e, reciprocal)), sigma, sigma);
        return Quotient<S, V>(z, denominator);
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static V Clamp<S, V>(V z)
        where S : struct, ISimd<V>
        where V : struct => S.Min(S.Broadcast(Highest), S.Max(S.Broadcast(Lowest), z));

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static V Quotient<S, V>(V z, V denominator)
        where S : struct, ISimd<V>
        where V : struct =>
        S.Select(S.Greater(z, S.Broadcast(Highest)), z, S.Multiply(S.Divide(S.Max(S.Broadcast(Lowest), z), denominator), S.Broadcast(One)));
}

public abstract partial class Activation
{
    /// <summary>z·σ(z), also known as swish; its derivative is σ(z) + z·σ(z)·(1 − σ(z)).</summary>
    public static Activation Silu { get; } = new Elementwise<Silu>(nameof(Silu));
}
