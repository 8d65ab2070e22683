using System.Runtime.CompilerServices;
using FastNN.Contract;
using FastNN.Simd;

namespace FastNN;

/// <summary>f(z) = z/(1 + |z|). f′ = 1/(1 + |z|)². |z| is limited to 2⁶⁰, where f is ±1. NaN → NaN.</summary>
internal readonly struct Softsign : ISpanActivation
{
    private const float Highest = 1L << 60;

    public double MaxUlp => 1.5;

    public double MaxSlopeError => 4;

    public float LeastOutput => -1f;

    public float MostOutput => 1f;

    public double Exact(double z) => double.IsInfinity(z) ? Math.Sign(z) : z / (1 + Math.Abs(z));

    public double ExactSlope(double z) => 1 / (1 + Math.Abs(z)) / (1 + Math.Abs(z));

    public float Value(float z, out float slope)
    {
        float y = MathF.Abs(z);
        y = Highest < y ? Highest : y;
        float sum = 1f + y, reciprocal = 1f / sum;
        slope = reciprocal * reciprocal;
        return MathF.CopySign(y / sum, z);
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public V Value<S, V>(V z, out V slope)
        where S : struct, ISimd<V>
        where V : struct
    {
        V one = S.Broadcast(1f), y = S.Min(S.Broadcast(Highest), S.Abs(z)), sum = S.Add(one, y), reciprocal = S.Divide(one, sum);
        slope = S.Multiply(reciprocal, reciprocal);
        return S.CopySign(S.Divide(y, sum), z);
    }
}

public abstract partial class Activation
{
    /// <summary>z/(1 + |z|), between −1 and 1. The derivative is 1/(1 + |z|)².</summary>
    public static Activation Softsign { get; } = new Following<Softsign>(nameof(Softsign), default);
}
