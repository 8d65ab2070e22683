using System.Runtime.CompilerServices;
using FastNN.Simd;

namespace FastNN.Contract;

/// <summary>What a backward pass does with the gradient g = δ·a of a vector of weights, while it reads these weights.</summary>
internal interface IGradientAction
{
    /// <summary>Whether the action writes to a buffer of its own. Otherwise it writes to the weights.</summary>
    static abstract bool HasTarget { get; }

    /// <summary>Whether the written value depends on the value that was there.</summary>
    static abstract bool ReadsTarget { get; }

    /// <summary>The specification for one float.</summary>
    static abstract float Next(float current, float delta, float a, float rate);

    static abstract V Next<S, V>(V current, V delta, V a, V rate)
        where S : struct, ISimd<V>
        where V : struct;
}

/// <summary>w ← w + rate·(δ·a): the update after one sample. rate = −learning rate.</summary>
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

/// <summary>g ← g + δ·a: one more sample of a batch.</summary>
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

/// <summary>g ← δ·a: the gradient of one sample alone.</summary>
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
