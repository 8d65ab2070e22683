using System.Runtime.CompilerServices;
using FastNN.Contract;
using FastNN.Simd;
using static System.FormattableString;

namespace FastNN;

/// <summary>f(z) = min if z ≤ min, max if z ≥ max, and z between. f′ = 1 between, and 0 elsewhere, also at both ends. NaN → NaN.</summary>
internal readonly struct Clip(float min, float max) : ISpanActivation
{
    public double MaxUlp => 0;

    public double MaxSlopeError => 0;

    public float LeastOutput => Math.Max(min, float.MinValue);

    public float MostOutput => Math.Min(max, float.MaxValue);

    public double Exact(double z) => double.IsNaN(z) ? z : Math.Min(max, Math.Max(min, z));

    public double ExactSlope(double z) => z > min && z < max ? 1 : 0;

    public float Value(float z, out float slope)
    {
        slope = z > min && max > z ? 1f : 0f;
        float x = min > z ? min : z;
        return max < x ? max : x;
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public V Value<S, V>(V z, out V slope)
        where S : struct, ISimd<V>
        where V : struct
    {
        V low = S.Broadcast(min), high = S.Broadcast(max);
        slope = S.And(S.And(S.Greater(z, low), S.Greater(high, z)), S.Broadcast(1f));
        return S.Min(high, S.Max(low, z));
    }
}

public abstract partial class Activation
{
    /// <summary>
    /// min if z ≤ min, max if z ≥ max, and z between. (0, 6) is ReLU6, (−1, 1) is the hard tanh. The derivative is 1 between, and 0
    /// elsewhere, also at both ends.
    /// </summary>
    /// <param name="min">The least value. It may be −∞.</param>
    /// <param name="max">The greatest value. It may be ∞.</param>
    /// <returns>The activation.</returns>
    /// <exception cref="ArgumentOutOfRangeException"><paramref name="max"/> is not greater than <paramref name="min"/>.</exception>
    public static Activation Clip(float min, float max)
    {
        if (!(max > min))
            throw new ArgumentOutOfRangeException(nameof(max), max, Invariant($"max must be greater than min, {min}, but is {max}."));

        return new Following<Clip>(nameof(Clip), new Clip(min, max), min, max);
    }
}
