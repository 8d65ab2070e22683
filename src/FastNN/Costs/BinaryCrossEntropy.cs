using System.Runtime.CompilerServices;
using FastNN.Contract;
using FastNN.Costs;
using FastNN.Plumbing;
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

/// <summary>The same with smoothed targets.</summary>
internal readonly struct SmoothedBinaryCrossEntropy(Smoothing smoothing) : ICost
{
    public float LeastTarget => default(BinaryCrossEntropy).LeastTarget;

    public float MostTarget => default(BinaryCrossEntropy).MostTarget;

    public bool OutputsAreLabels => default(BinaryCrossEntropy).OutputsAreLabels;

    public bool Suits(Activation last) => default(BinaryCrossEntropy).Suits(last);

    public float Factors(float a, float y, out float q) => default(BinaryCrossEntropy).Factors(a, smoothing.Value(y, out _), out q);

    public float Slope(float a, float y) => default(BinaryCrossEntropy).Slope(a, smoothing.Value(y, out _));

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public V Factors<S, V>(V a, V y, out V q)
        where S : struct, ISimd<V>
        where V : struct => default(BinaryCrossEntropy).Factors<S, V>(a, smoothing.Value<S, V>(y, out _), out q);

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public V Slope<S, V>(V a, V y)
        where S : struct, ISimd<V>
        where V : struct => default(BinaryCrossEntropy).Slope<S, V>(a, smoothing.Value<S, V>(y, out _));
}

public abstract partial class Cost
{
    /// <summary>
    /// C = −Σ_i (y_i·ln a_i + (1 − y_i)·ln(1 − a_i)), for independent probabilities. The last layer must be sigmoid, and then δ_i = a_i −
    /// y_i. It is computed from the sums z, as max(z, 0) − y·z + ln(1 + e^−|z|). So it is finite even if a has been rounded to 0 or 1.
    /// </summary>
    public static Cost BinaryCrossEntropy { get; } = new OfSums<BinaryCrossEntropy>(nameof(BinaryCrossEntropy), default);

    /// <summary>
    /// <see cref="BinaryCrossEntropy"/> with label smoothing: the target y_i counts as y_i·(1 − ε) + ε/2, as in Keras's
    /// BinaryCrossentropy. So no output is driven to exactly 0 or 1. Give the targets as they are; accuracy and R² compare with them. The
    /// least cost is greater than 0.
    /// </summary>
    /// <param name="smoothing">ε. At least 0 and less than 1. For 0 the result is <see cref="BinaryCrossEntropy"/>.</param>
    /// <returns>The cost.</returns>
    /// <exception cref="ArgumentOutOfRangeException"><paramref name="smoothing"/> is not in [0, 1).</exception>
    public static Cost BinaryCrossEntropyWithSmoothing(float smoothing) =>
        Guard.Fraction(smoothing, nameof(smoothing)) == 0f
            ? BinaryCrossEntropy
            : new OfSums<SmoothedBinaryCrossEntropy>(
                nameof(BinaryCrossEntropyWithSmoothing), new SmoothedBinaryCrossEntropy(new Smoothing(smoothing, classes: 2)), smoothing);
}
