using System.Runtime.CompilerServices;
using FastNN.Simd;

namespace FastNN.Contract;

/// <summary>What becomes of the gradient g = δ·a of a vector of weights while they pass by.</summary>
internal interface IGradientAction
{
    /// <summary>Whether the action writes a buffer of its own; otherwise the weights themselves.</summary>
    static abstract bool HasTarget { get; }

    /// <summary>Whether what it writes depends on what was there.</summary>
    static abstract bool ReadsTarget { get; }

    /// <summary>The specification, for a float.</summary>
    static abstract float Next(float current, float delta, float a, float rate);

    static abstract V Next<S, V>(V current, V delta, V a, V rate)
        where S : struct, ISimd<V>
        where V : struct;
}

/// <summary>w ← w + rate·(δ·a): one sample's step of gradient descent, rate = −learning rate.</summary>
internal readonly struct BackwardUpdate : IGradientAction
{
    public static bool HasTarget => false;

    public static bool ReadsTarget => true;

    public static float Next(float current, float delta, float a, float rate) => MathF.FusedMultiplyAdd(rate, delta * a, current);

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static V Next<S, V>(V current, V delta, V a, V rate)
        where S : struct, ISimd<V>
        where V : struct => S.MultiplyAdd(rate, S.Multiply(delta, a), current);
}

/// <summary>g ← g + δ·a: the next sample of a batch.</summary>
internal readonly struct BackwardAccumulate : IGradientAction
{
    public static bool HasTarget => true;

    public static bool ReadsTarget => true;

    public static float Next(float current, float delta, float a, float rate) => MathF.FusedMultiplyAdd(delta, a, current);

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static V Next<S, V>(V current, V delta, V a, V rate)
        where S : struct, ISimd<V>
        where V : struct => S.MultiplyAdd(delta, a, current);
}

/// <summary>g ← δ·a: a sample alone.</summary>
internal readonly struct BackwardGradient : IGradientAction
{
    public static bool HasTarget => true;

    public static bool ReadsTarget => false;

    public static float Next(float current, float delta, float a, float rate) => delta * a;

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static V Next<S, V>(V current, V delta, V a, V rate)
        where S : struct, ISimd<V>
        where V : struct => S.Multiply(delta, a);
}
