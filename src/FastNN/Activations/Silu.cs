using System.Runtime.CompilerServices;
using FastNN.Activations;
using FastNN.Contract;
using FastNN.Simd;

namespace FastNN;

/// <summary>
/// SiLU z·σ(z) = z/(1 + e⁻ᶻ), also known as swish. It is computed by <see cref="Exponential"/>, and everything is scaled by 2⁻³². So e¹⁰⁹
/// is finite, and only the product at the end rounds into the subnormal numbers. At and below −109 it rounds to −0, above 40 to z. −∞ → −0,
/// NaN → NaN. f′ = σ + z·σ·(1 − σ). Here 1 − σ is computed as e⁻ᶻ·σ, which does not cancel.
/// </summary>
internal readonly struct Silu : IActivation
{
    private const float Lowest = -109f, Highest = 40f, One = Exponential.Unit32;

    public static double MaxUlp => 3;

    public static double MaxSlopeError => 5;

    public static float LeastOutput => -0.278464556f;

    public static float MostOutput => float.MaxValue;

    public static bool KeepsSlope => true;

    public static bool HasHalves => true;

    public static double Exact(double z) => z == double.NegativeInfinity ? 0 : z / (1 + Math.Exp(-z));

    public static double ExactSlope(double z)
    {
        double sigma = 1 / (1 + Math.Exp(-z)), rest = 1 / (1 + Math.Exp(z));
        return double.IsInfinity(z) ? sigma : sigma + z * sigma * rest;
    }

    public static float Value(float z)
    {
        float x = Clamp(z), e = Power(x, out float p, out float s, out float q);
        return Quotient(z, x, MathF.FusedMultiplyAdd(p, q, s + One));
    }

    public static float ValueAndSlope(float z, out float slope)
    {
        float x = Clamp(z), e = Power(x, out float p, out float s, out float q), denominator = MathF.FusedMultiplyAdd(p, q, s + One);
        float reciprocal = 1f / denominator, sigma = reciprocal * One;
        slope = MathF.FusedMultiplyAdd(x * (e * reciprocal), sigma, sigma);
        return Quotient(z, x, denominator);
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static void Begin<S, V>(V z, out V x, out V denominator)
        where S : struct, ISimd<V>
        where V : struct
    {
        x = S.Min(S.Broadcast(Highest), S.Max(S.Broadcast(Lowest), z));
        Exponential.Reduce<S, V>(x, S.Broadcast(Exponential.Down32), out V t, out V s);
        denominator = S.MultiplyAdd(S.Multiply(s, t), Exponential.Tail<S, V>(t), S.Add(s, S.Broadcast(One)));
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static V End<S, V>(V z, V x, V denominator)
        where S : struct, ISimd<V>
        where V : struct => S.Select(S.Greater(z, S.Broadcast(Highest)), z, S.Multiply(S.Divide(x, denominator), S.Broadcast(One)));

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static V ValueAndSlope<S, V>(V z, out V slope)
        where S : struct, ISimd<V>
        where V : struct
    {
        V x = S.Min(S.Broadcast(Highest), S.Max(S.Broadcast(Lowest), z)), one = S.Broadcast(One);
        Exponential.Reduce<S, V>(x, S.Broadcast(Exponential.Down32), out V t, out V s);
        V p = S.Multiply(s, t), q = Exponential.Tail<S, V>(t), e = S.MultiplyAdd(p, q, s), denominator = S.MultiplyAdd(p, q, S.Add(s, one));
        V reciprocal = S.Divide(S.Broadcast(1f), denominator), sigma = S.Multiply(reciprocal, one);
        slope = S.MultiplyAdd(S.Multiply(x, S.Multiply(e, reciprocal)), sigma, sigma);
        return End<S, V>(z, x, denominator);
    }

    private static float Clamp(float z)
    {
        z = Lowest > z ? Lowest : z;
        return Highest < z ? Highest : z;
    }

    /// <summary>e⁻ˣ, scaled, and its parts: e⁻ˣ = s + p·q.</summary>
    private static float Power(float x, out float p, out float s, out float q)
    {
        Exponential.Reduce(x, Exponential.Down32, out float t, out s);
        p = s * t;
        q = Exponential.Tail(t);
        return MathF.FusedMultiplyAdd(p, q, s);
    }

    private static float Quotient(float z, float x, float denominator) => z > Highest ? z : x / denominator * One;
}

public abstract partial class Activation
{
    /// <summary>z·σ(z), also known as swish. The derivative is σ(z) + z·σ(z)·(1 − σ(z)).</summary>
    public static Activation Silu { get; } = new Elementwise<Silu>(nameof(Silu));
}
