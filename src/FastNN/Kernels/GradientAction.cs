using System.Runtime.CompilerServices;
using FastNN.Simd;

namespace FastNN.Vectorised;

/// <summary>What becomes of the gradient g = δ·a of a vector of weights while they pass by.</summary>
internal interface IGradientAction
{
    /// <summary>Whether the action updates a buffer of its own; otherwise the weights themselves.</summary>
    static abstract bool ReadsGradient { get; }

    static abstract V Next<S, V>(V current, V delta, V a, V rate)
        where S : struct, ISimd<V>
        where V : struct;
}

/// <summary>w ← w + rate·(δ·a): one sample's step of gradient descent, rate = −learning rate.</summary>
internal readonly struct Descend : IGradientAction
{
    public static bool ReadsGradient => false;

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static V Next<S, V>(V current, V delta, V a, V rate)
        where S : struct, ISimd<V>
        where V : struct => S.MultiplyAdd(rate, S.Multiply(delta, a), current);
}

/// <summary>g ← g + δ·a: the next sample of a batch.</summary>
internal readonly struct Accumulate : IGradientAction
{
    public static bool ReadsGradient => true;

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static V Next<S, V>(V current, V delta, V a, V rate)
        where S : struct, ISimd<V>
        where V : struct => S.MultiplyAdd(delta, a, current);
}
