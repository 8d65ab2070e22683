using System.Runtime.CompilerServices;
using FastNN.Contract;
using FastNN.Simd;

namespace FastNN;

/// <summary>
/// f(z) = z·h/6 with h = z + 3, limited to [0, 6] (Howard et al., "Searching for MobileNetV3", 2019). f′ = z/3 + ½ for −3 &lt; z &lt; 3, 0
/// below and 1 above. z + 3 is exact near −3, where f is small. −∞ → −0, NaN → NaN.
/// </summary>
internal readonly struct HardSwish : ISpanActivation
{
    private const float End = 3f, Sixth = 1f / 6, Third = 1f / 3;

    public double MaxUlp => 3;

    public double MaxSlopeError => 1.5;

    public float LeastOutput => -0.37500003f;

    public float MostOutput => float.MaxValue;

    public double Exact(double z) => z <= -3 ? 0 : z * Math.Clamp(z + 3, 0, 6) / 6;

    public double ExactSlope(double z) => z <= -3 ? 0 : z >= 3 ? 1 : z / 3 + 0.5;

    public float Value(float z, out float slope)
    {
        float line = MathF.FusedMultiplyAdd(Third, z, 0.5f), x = -End > z ? -End : z, h = x + End;
        slope = End > z ? (z > -End ? line : 0f) : 1f;
        h = 2f * End < h ? 2f * End : h;
        return x * (h * Sixth);
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public V Value<S, V>(V z, out V slope)
        where S : struct, ISimd<V>
        where V : struct
    {
        V low = S.Broadcast(-End), high = S.Broadcast(End), x = S.Max(low, z), h = S.Min(S.Broadcast(2f * End), S.Add(x, high));
        V line = S.And(S.Greater(z, low), S.MultiplyAdd(S.Broadcast(Third), z, S.Broadcast(0.5f)));
        slope = S.Select(S.Greater(high, z), line, S.Broadcast(1f));
        return S.Multiply(x, S.Multiply(h, S.Broadcast(Sixth)));
    }
}

public abstract partial class Activation
{
    /// <summary>
    /// z·(z + 3)/6 for −3 &lt; z &lt; 3, 0 below and z above, as in MobileNetV3. The derivative is z/3 + ½ between, 0 at and below −3, and
    /// 1 at and above 3.
    /// </summary>
    public static Activation HardSwish { get; } = new Following<HardSwish>(nameof(HardSwish), default);
}
