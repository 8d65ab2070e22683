using System.Runtime.CompilerServices;
using FastNN.Contract;
using FastNN.Simd;

namespace FastNN;

/// <summary>
/// Binary cross-entropy of a = σ(z), computed from the sum z: c = −y·ln a − (1 − y)·ln(1 − a) = softplus(z) − y·z = (max(z, 0) − y·z) +
/// ln(1 + e^(−|z|)), and ∂c/∂z = σ(z) − y. It is finite for every z: beyond ±2¹⁰⁰, z counts as ±2¹⁰⁰.
/// </summary>
internal readonly struct BinaryCrossEntropy : ICost
{
    private const float Farthest = 1.26765060e30f; // 2¹⁰⁰

    public float LeastTarget => 0f;

    public float MostTarget => 1f;

    public bool OutputsAreLabels => true;

    public bool Suits(Activation last) => last == Activation.Sigmoid;

    public float Factors(float a, float y, out float q)
    {
        float z = -Farthest > a ? -Farthest : a;
        z = Farthest < z ? Farthest : z;
        float positive = 0f > z ? 0f : z;
        q = MathF.FusedMultiplyAdd(-y, z, positive) + Softplus.Value(-MathF.Abs(z));
        return 1f;
    }

    public float Slope(float a, float y) => Sigmoid.Value(a) - y;

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public V Factors<S, V>(V a, V y, out V q)
        where S : struct, ISimd<V>
        where V : struct
    {
        V z = S.Min(S.Broadcast(Farthest), S.Max(S.Broadcast(-Farthest), a)), zero = S.Broadcast(0f);
        V linear = S.SubtractProduct(y, z, S.Max(zero, z));
        q = S.Add(linear, ActivationOf.Value<S, V, Softplus>(S.Subtract(zero, S.Abs(z))));
        return S.Broadcast(1f);
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public V Slope<S, V>(V a, V y)
        where S : struct, ISimd<V>
        where V : struct => S.Subtract(ActivationOf.Value<S, V, Sigmoid>(a), y);
}

public abstract partial class Cost
{
    /// <summary>
    /// C = −Σ_i (y_i·ln a_i + (1 − y_i)·ln(1 − a_i)), for independent probabilities. The last layer must be sigmoid, and then δ_i = a_i −
    /// y_i. It is computed from the sums z, as max(z, 0) − y·z + ln(1 + e^−|z|). So it is finite even if a has been rounded to 0 or 1.
    /// </summary>
    public static Cost BinaryCrossEntropy { get; } = new OfSums<BinaryCrossEntropy>(nameof(BinaryCrossEntropy), default);
}
