using System.Runtime.CompilerServices;
using FastNN.Contract;
using FastNN.Simd;

namespace FastNN.Costs;

/// <summary>
/// Binary cross-entropy of a = σ(z) from the sum z: c = −y·ln a − (1 − y)·ln(1 − a) = softplus(z) − y·z = (max(z, 0) − y·z) + ln(1 + e^(−|z|)), and
/// ∂c/∂z = σ(z) − y. Finite for every z: beyond ±2¹⁰⁰ it counts as these.
/// </summary>
internal readonly struct SigmoidCrossEntropy : ICost
{
    private const float Farthest = 1.26765060e30f; // 2¹⁰⁰

    public static float Add(float a, float y, float sum)
    {
        float z = -Farthest > a ? -Farthest : a;
        z = Farthest < z ? Farthest : z;
        float positive = 0f > z ? 0f : z;
        return sum + (MathF.FusedMultiplyAdd(-y, z, positive) + Softplus.Value(-MathF.Abs(z)));
    }

    public static float Slope(float a, float y) => Sigmoid.Value(a) - y;

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static V Add<S, V>(V a, V y, V sum)
        where S : struct, ISimd<V>
        where V : struct
    {
        V z = S.Min(S.Broadcast(Farthest), S.Max(S.Broadcast(-Farthest), a)), zero = S.Broadcast(0f);
        V linear = S.SubtractProduct(y, z, S.Max(zero, z));
        return S.Add(sum, S.Add(linear, Spans.ActivationSpan.Value<S, V, Softplus>(S.Subtract(zero, S.Abs(z)))));
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static V Slope<S, V>(V a, V y)
        where S : struct, ISimd<V>
        where V : struct => S.Subtract(Spans.ActivationSpan.Value<S, V, Sigmoid>(a), y);
}
