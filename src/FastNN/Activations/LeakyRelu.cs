using FastNN.Contract;
using FastNN.Simd;

namespace FastNN;

/// <summary>f(z) = z where z &gt; 0 and 0.01·z elsewhere (PyTorch's slope); f′ = 1 where a &gt; 0 and 0.01 elsewhere, at 0 as well.</summary>
internal readonly struct LeakyRelu : IActivation
{
    private const float Leak = 0.01f;

    public static double MaxUlp => 0.5;

    public static double MaxSlopeError => 0;

    public static double Exact(double z) => z > 0 ? z : Leak * z;

    public static double ExactSlope(double z) => z > 0 ? 1 : Leak;

    public static float Value(float z) => Leak * z > z ? Leak * z : z;

    public static float Slope(float kept) => kept > 0f ? 1f : Leak;

    /// <summary>The larger of both.</summary>
    public static V End<S, V>(V z, V t, V s)
        where S : struct, ISimd<V>
        where V : struct => S.Max(S.Multiply(S.Broadcast(Leak), z), z);

    public static V Slope<S, V>(V kept)
        where S : struct, ISimd<V>
        where V : struct => S.Select(S.Greater(kept, S.Broadcast(0f)), S.Broadcast(1f), S.Broadcast(Leak));
}

public abstract partial class Activation
{
    /// <summary>z for z &gt; 0 and 0.01·z elsewhere, as PyTorch has it; its derivative is 1 or 0.01, at 0 the latter.</summary>
    public static Activation LeakyRelu { get; } = new Elementwise<LeakyRelu>(nameof(LeakyRelu));
}
