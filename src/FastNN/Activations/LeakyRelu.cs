using System.Runtime.CompilerServices;
using FastNN.Contract;
using FastNN.Simd;

namespace FastNN;

/// <summary>f(z) = z if z &gt; 0, and 0.01·z otherwise (PyTorch's slope). f′ = 1 if a &gt; 0, and 0.01 otherwise, also at 0.</summary>
internal readonly struct LeakyRelu : IActivation
{
    private const float Leak = 0.01f;

    public static double MaxUlp => 0.5;

    public static double MaxSlopeError => 0;

    public static float LeastOutput => float.MinValue;

    public static float MostOutput => float.MaxValue;

    public static double Exact(double z) => z > 0 ? z : Leak * z;

    public static double ExactSlope(double z) => z > 0 ? 1 : Leak;

    public static float Value(float z) => Leak * z > z ? Leak * z : z;

    public static float Slope(float kept) => kept > 0f ? 1f : Leak;

    /// <summary>The larger of z and 0.01·z.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static V End<S, V>(V z, V t, V s)
        where S : struct, ISimd<V>
        where V : struct => S.Max(S.Multiply(S.Broadcast(Leak), z), z);

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static V Slope<S, V>(V kept)
        where S : struct, ISimd<V>
        where V : struct => S.Select(S.Greater(kept, S.Broadcast(0f)), S.Broadcast(1f), S.Broadcast(Leak));
}

public abstract partial class Activation
{
    /// <summary>
    /// z if z &gt; 0, and 0.01·z otherwise, as in PyTorch. The derivative is 1 if z &gt; 0, and 0.01 otherwise, also at 0.
    /// </summary>
    public static Activation LeakyRelu { get; } = new Elementwise<LeakyRelu>(nameof(LeakyRelu));
}
