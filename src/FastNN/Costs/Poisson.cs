using System.Runtime.CompilerServices;
using FastNN.Contract;
using FastNN.Simd;

namespace FastNN;

/// <summary>
/// The negative logarithm of Poisson's likelihood, without the term of y alone: c = eᶻ − y·z for the rate a = eᶻ, and ∂c/∂z = eᶻ − y. In
/// the product, z beyond ±2¹⁰⁰ counts as ±2¹⁰⁰. So an infinite sum makes no NaN.
/// </summary>
internal readonly struct Poisson : ICost
{
    private const float Farthest = 1.26765060e30f; // 2¹⁰⁰

    public float LeastTarget => 0f;

    public float MostTarget => float.MaxValue;

    public bool OutputsAreLabels => false;

    public bool Suits(Activation last) => last == Activation.Exponential;

    public float Factors(float a, float y, out float q)
    {
        float z = -Farthest > a ? -Farthest : a;
        z = Farthest < z ? Farthest : z;
        q = MathF.FusedMultiplyAdd(-y, z, default(NaturalExponential).Value(a, out _));
        return 1f;
    }

    public float Slope(float a, float y) => default(NaturalExponential).Value(a, out _) - y;

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public V Factors<S, V>(V a, V y, out V q)
        where S : struct, ISimd<V>
        where V : struct
    {
        V z = S.Min(S.Broadcast(Farthest), S.Max(S.Broadcast(-Farthest), a));
        q = S.SubtractProduct(y, z, default(NaturalExponential).Value<S, V>(a, out _));
        return S.Broadcast(1f);
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public V Slope<S, V>(V a, V y)
        where S : struct, ISimd<V>
        where V : struct => S.Subtract(default(NaturalExponential).Value<S, V>(a, out _), y);
}

public abstract partial class Cost
{
    /// <summary>
    /// Poisson's cost, for counts and rates. C = Σ_i (a_i − y_i·ln a_i). The targets are at least 0. The last layer must be
    /// <see cref="Activation.Exponential"/>, so the outputs are rates, and δ_i = a_i − y_i. It is computed from the sums z = ln a, as eᶻ −
    /// y·z. The formula is that of PyTorch's PoissonNLLLoss(log_input=True, full=False), which also divides by the number of outputs. The
    /// least cost of a target y is y − y·ln y: it is less than 0 if y &gt; e. If z &gt; 88.7, the rate and the cost are ∞.
    /// </summary>
    public static Cost Poisson { get; } = new OfSums<Poisson>(nameof(Poisson), default);
}
