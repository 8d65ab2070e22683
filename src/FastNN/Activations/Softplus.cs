using System.Runtime.CompilerServices;
using FastNN.Activations;
using FastNN.Contract;
using FastNN.Simd;

namespace FastNN;

/// <summary>
/// Softplus ln(1 + eᶻ) = max(z, 0) + ln(1 + u), u = e^(−|z|), by <see cref="Exponential"/> and <see cref="Logarithm"/>. Only u rounds into
/// the subnormal numbers. −∞ → 0, +∞ → +∞, NaN → NaN. f′ = σ(z) = 1/(1 + u), or u/(1 + u) for z &lt; 0.
/// </summary>
internal readonly struct Softplus : IActivation
{
    private const float Highest = 105f, Unit = Exponential.Unit64;

    public static double MaxUlp => 3;

    public static double MaxSlopeError => 2;

    public static float LeastOutput => 0f;

    public static float MostOutput => float.MaxValue;

    public static bool KeepsSlope => true;

    public static bool HasHalves => true;

    public static double Exact(double z) => Math.Max(z, 0) + LogOnePlus(Math.Exp(-Math.Abs(z)));

    /// <summary>ln(1 + u). The rounding of 1 + u is also in the denominator, so it cancels (W. Kahan).</summary>
    private static double LogOnePlus(double u) => 1 + u == 1 ? u : u * (Math.Log(1 + u) / (1 + u - 1));

    public static double ExactSlope(double z) => 1 / (1 + Math.Exp(-z));

    public static float Value(float z) => Value(z, out _);

    public static float ValueAndSlope(float z, out float slope)
    {
        float value = Value(z, out float u), reciprocal = 1f / (1f + u);
        slope = 0f > z ? u * reciprocal : reciprocal;
        return value;
    }

    private static float Value(float z, out float u)
    {
        float x = MathF.Abs(z);
        x = Highest < x ? Highest : x;
        Exponential.Reduce(x, Exponential.Up64, out float t, out float s);
        u = MathF.FusedMultiplyAdd(s * t, Exponential.Tail(t), s) * Unit;
        return (0f > z ? 0f : z) + Logarithm.OnePlus(u);
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static void Begin<S, V>(V z, out V u, out V unused)
        where S : struct, ISimd<V>
        where V : struct
    {
        Exponential.Reduce<S, V>(S.Min(S.Broadcast(Highest), S.Abs(z)), S.Broadcast(Exponential.Up64), out V t, out V s);
        u = S.Multiply(S.MultiplyAdd(S.Multiply(s, t), Exponential.Tail<S, V>(t), s), S.Broadcast(Unit));
        unused = u;
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static V End<S, V>(V z, V u, V unused)
        where S : struct, ISimd<V>
        where V : struct => S.Add(S.Max(S.Broadcast(0f), z), Logarithm.OnePlus<S, V>(u));

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static V ValueAndSlope<S, V>(V z, out V slope)
        where S : struct, ISimd<V>
        where V : struct
    {
        Begin<S, V>(z, out V u, out V unused);
        V one = S.Broadcast(1f), reciprocal = S.Divide(one, S.Add(one, u));
        slope = S.Select(S.Greater(S.Broadcast(0f), z), S.Multiply(u, reciprocal), reciprocal);
        return End<S, V>(z, u, unused);
    }
}

public abstract partial class Activation
{
    /// <summary>ln(1 + eᶻ), greater than 0. The derivative is σ(z).</summary>
    public static Activation Softplus { get; } = new Elementwise<Softplus>(nameof(Softplus));
}
