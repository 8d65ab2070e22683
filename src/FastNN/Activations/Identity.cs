using System.Runtime.CompilerServices;
using FastNN.Contract;
using FastNN.Simd;

namespace FastNN;

/// <summary>f(z) = z, f′ = 1.</summary>
internal readonly struct Identity : IActivation
{
    public static double MaxUlp => 0;

    public static double MaxSlopeError => 0;

    public static float LeastOutput => float.MinValue;

    public static float MostOutput => float.MaxValue;

    public static double Exact(double z) => z;

    public static double ExactSlope(double z) => 1;

    public static float Value(float z) => z;

    public static float Slope(float kept) => 1f;

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static V End<S, V>(V z, V t, V s)
        where S : struct, ISimd<V>
        where V : struct => z;

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static V Slope<S, V>(V kept)
        where S : struct, ISimd<V>
        where V : struct => S.Broadcast(1f);
}

public abstract partial class Activation
{
    /// <summary>f(z) = z: for the last layer of a regression.</summary>
    public static Activation Identity { get; } = new Elementwise<Identity>(nameof(Identity));
}
