using System.Runtime.CompilerServices;
using FastNN.Simd;

namespace FastNN.Contract;

/// <summary>
/// Keeps the states of optimizers free of subnormal numbers, which are smaller than 2⁻¹²⁶. A state that decays by a factor in each step
/// ends there, and stays there: 0.9 times the smallest number rounds to the smallest number. One such lane makes an update of its vector by
/// Adam take 5 times as long on Zen 5, at any width (9.6 ns instead of 1.9). The root and the division are slow. Neurons that no sample
/// excites leave many such lanes.
/// </summary>
internal static class Subnormal
{
    /// <summary>2⁻¹²⁶, the smallest normal number.</summary>
    internal const float Beyond = 1.17549435e-38f;

    /// <summary>x, or +0 if x is subnormal. NaN stays.</summary>
    internal static float Flush(float x) => MathF.Abs(x) < Beyond ? 0f : x;

    /// <summary>The same in each lane.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    internal static V Flush<S, V>(V x)
        where S : struct, ISimd<V>
        where V : struct => S.Select(S.Greater(S.Broadcast(Beyond), S.Abs(x)), S.Broadcast(0f), x);
}
