using System.Runtime.CompilerServices;
using FastNN.Contract;
using FastNN.Simd;

namespace FastNN;

/// <summary>f(z) = max(0, z), NaN → NaN, −0 → −0. f′ = 1 if a &gt; 0, and 0 otherwise, also at 0.</summary>
internal readonly struct Relu : IActivation
{
    public static double MaxUlp => 0;

    public static double MaxSlopeError => 0;

    public static float LeastOutput => 0f;

    public static float MostOutput => float.MaxValue;

    public static double Exact(double z) => Math.Max(0, z);

    public static double ExactSlope(double z) => z > 0 ? 1 : 0;

    public static float Value(float z) => 0f > z ? 0f : z;

    public static float Slope(float kept) => kept > 0f ? 1f : 0f;

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static V End<S, V>(V z, V t, V s)
        where S : struct, ISimd<V>
        where V : struct => S.Max(S.Broadcast(0f), z);

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static V Slope<S, V>(V kept)
        where S : struct, ISimd<V>
        where V : struct => S.And(S.Greater(kept, S.Broadcast(0f)), S.Broadcast(1f));
}

public abstract partial class Activation
{
    /// <summary>max(0, z). The derivative is 1 if z &gt; 0, and 0 otherwise, also at 0.</summary>
    public static Activation Relu { get; } = new Elementwise<Relu>(nameof(Relu));
}
