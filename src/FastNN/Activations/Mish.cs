using System.Runtime.CompilerServices;
using FastNN.Activations;
using FastNN.Contract;
using FastNN.Simd;

namespace FastNN;

/// <summary>
/// Mish z·tanh(ln(1 + eᶻ)) (Misra, 2019). With E = eᶻ and n = E·(E + 2) it is z·n/(n + 2). E is computed by <see cref="Exponential"/> and
/// scaled by 2⁶⁴, so only the last product rounds into the subnormal numbers. Below −110 it rounds to −0, and above 20 to z. −∞ → −0,
/// NaN → NaN. f′ = n/(n + 2) + 4·z·E·(E + 1)/(n + 2)².
/// </summary>
internal readonly struct Mish : ISpanActivation
{
    private const float Lowest = -110f, Highest = 20f, Unit = Exponential.Unit64;

    public double MaxUlp => 5;

    public double MaxSlopeError => 6;

    public float LeastOutput => -0.308843464f;

    public float MostOutput => float.MaxValue;

    public double Exact(double z) => z > 40 ? z : z < -700 ? 0 : z * Part(Math.Exp(z));

    public double ExactSlope(double z)
    {
        if (z > 40) return 1;
        if (z < -700) return 0;

        double e = Math.Exp(z), n = e * (e + 2);
        return Part(e) + 4 * z * e * (e + 1) / ((n + 2) * (n + 2));
    }

    private static double Part(double e) => e * (e + 2) / (e * (e + 2) + 2);

    public float Value(float z, out float slope)
    {
        float x = Lowest > z ? Lowest : z;
        x = Highest < x ? Highest : x;
        Exponential.Reduce(-x, Exponential.Up64, out float t, out float s);
        float scaled = MathF.FusedMultiplyAdd(s * t, Exponential.Tail(t), s), e = scaled * Unit, m = scaled * (e + 2f);
        float n = MathF.FusedMultiplyAdd(m, Unit, 2f), reciprocal = 1f / n, part = m / n;
        slope = MathF.FusedMultiplyAdd(4f * x * (e * reciprocal), (e + 1f) * reciprocal, part * Unit);
        return z > Highest ? z : x * part * Unit;
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public V Value<S, V>(V z, out V slope)
        where S : struct, ISimd<V>
        where V : struct
    {
        V highest = S.Broadcast(Highest), x = S.Min(highest, S.Max(S.Broadcast(Lowest), z)), unit = S.Broadcast(Unit);
        Exponential.Reduce<S, V>(S.Multiply(S.Broadcast(-1f), x), S.Broadcast(Exponential.Up64), out V t, out V s);
        V scaled = S.MultiplyAdd(S.Multiply(s, t), Exponential.Tail<S, V>(t), s), e = S.Multiply(scaled, unit);
        V two = S.Broadcast(2f), m = S.Multiply(scaled, S.Add(e, two)), n = S.MultiplyAdd(m, unit, two);
        V one = S.Broadcast(1f), reciprocal = S.Divide(one, n), part = S.Divide(m, n);
        V rise = S.Multiply(S.Multiply(S.Broadcast(4f), x), S.Multiply(e, reciprocal));
        slope = S.MultiplyAdd(rise, S.Multiply(S.Add(e, one), reciprocal), S.Multiply(part, unit));
        return S.Select(S.Greater(z, highest), z, S.Multiply(S.Multiply(x, part), unit));
    }
}

public abstract partial class Activation
{
    /// <summary>
    /// z·tanh(ln(1 + eᶻ)) = z·n/(n + 2) with n = eᶻ·(eᶻ + 2). The derivative is n/(n + 2) + 4·z·eᶻ·(eᶻ + 1)/(n + 2)².
    /// </summary>
    public static Activation Mish { get; } = new Following<Mish>(nameof(Mish), default);
}
