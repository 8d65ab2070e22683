using System.Runtime.CompilerServices;
using FastNN.Contract;
using FastNN.Plumbing;
using FastNN.Simd;

namespace FastNN;

/// <summary>f(z) = z if z &gt; 0, and leak·z otherwise. f′ = 1 if z &gt; 0, and leak otherwise, also at 0.</summary>
/// <param name="leak">The slope for z ≤ 0.</param>
internal readonly struct LeakyReluWithSlope(float leak) : ISpanActivation
{
    public double MaxUlp => 0.5;

    public double MaxSlopeError => 0;

    public float LeastOutput => leak > 0 ? float.MinValue : 0f;

    public float MostOutput => float.MaxValue;

    public double Exact(double z) => z > 0 ? z : leak * z;

    public double ExactSlope(double z) => z > 0 ? 1 : leak;

    public float Value(float z, out float slope)
    {
        slope = z > 0f ? 1f : leak;
        return z > 0f ? z : leak * z;
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public V Value<S, V>(V z, out V slope)
        where S : struct, ISimd<V>
        where V : struct
    {
        V isAbove = S.Greater(z, S.Broadcast(0f)), factor = S.Broadcast(leak);
        slope = S.Select(isAbove, S.Broadcast(1f), factor);
        return S.Select(isAbove, z, S.Multiply(factor, z));
    }
}

public abstract partial class Activation
{
    /// <summary>z if z &gt; 0, and slope·z otherwise. The derivative is 1, or the slope, also at 0.</summary>
    /// <param name="slope">Finite. For 0.01 the result is <see cref="LeakyRelu"/>.</param>
    /// <returns>The activation.</returns>
    /// <exception cref="ArgumentOutOfRangeException"><paramref name="slope"/> is not finite.</exception>
    public static Activation LeakyReluWithSlope(float slope)
    {
        Guard.Finite(slope);
        return slope == 0.01f
            ? LeakyRelu
            : new Following<LeakyReluWithSlope>(nameof(LeakyReluWithSlope), new LeakyReluWithSlope(slope), slope);
    }
}
