using System.Runtime.CompilerServices;
using FastNN.Activations;
using FastNN.Contract;
using FastNN.Simd;

namespace FastNN;

/// <summary>
/// f(z) = eᶻ, by <see cref="Exponential"/>. Below 0 it is computed as 2⁶⁴·eᶻ, and from 0 on as 2⁻⁶⁴·eᶻ. So only the product with the unit
/// rounds into the subnormal numbers, or overflows. Below −104 it rounds to 0, above 88.73 to ∞. NaN → NaN. f′ = eᶻ.
/// </summary>
internal readonly struct NaturalExponential : ISpanActivation
{
    private const float Lowest = -104f, Highest = 89f, Down = Exponential.Unit64, Up = 18446744073709551616f; // 2⁻⁶⁴, 2⁶⁴

    public double MaxUlp => 1;

    public double MaxSlopeError => double.PositiveInfinity;

    public float LeastOutput => 0f;

    public float MostOutput => float.MaxValue;

    public double Exact(double z) => Math.Exp(z);

    public double ExactSlope(double z) => Math.Exp(z);

    public float Value(float z, out float slope)
    {
        float x = Lowest > z ? Lowest : z;
        x = Highest < x ? Highest : x;
        bool isBelow = 0f > x;
        Exponential.Reduce(-x, isBelow ? Exponential.Up64 : Exponential.Down64, out float t, out float s);
        slope = MathF.FusedMultiplyAdd(s * t, Exponential.Tail(t), s) * (isBelow ? Down : Up);
        return slope;
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public V Value<S, V>(V z, out V slope)
        where S : struct, ISimd<V>
        where V : struct
    {
        V x = S.Min(S.Broadcast(Highest), S.Max(S.Broadcast(Lowest), z)), isBelow = S.Greater(S.Broadcast(0f), x);
        V rounder = S.Select(isBelow, S.Broadcast(Exponential.Up64), S.Broadcast(Exponential.Down64));
        Exponential.ReduceNegative<S, V>(x, rounder, out V minusT, out V s);
        V scaled = S.SubtractProduct(S.Multiply(s, minusT), Exponential.TailNegative<S, V>(minusT), s);
        slope = S.Multiply(scaled, S.Select(isBelow, S.Broadcast(Down), S.Broadcast(Up)));
        return slope;
    }
}

public abstract partial class Activation
{
    /// <summary>
    /// eᶻ, at least 0: for rates, with <see cref="Cost.Poisson"/>. The derivative is eᶻ. It rounds to 0 below −104, and to ∞ above 88.7.
    /// </summary>
    public static Activation Exponential { get; } = new Following<NaturalExponential>(nameof(Exponential), default);
}
