using System.Runtime.CompilerServices;
using FastNN.Contract;
using FastNN.Simd;
using static System.FormattableString;

namespace FastNN;

/// <summary>
/// The cost of a quantile (Koenker and Bassett, 1978). With e = a − y and the slope p, c = p·e. p is 1 − τ for e &gt; 0, and −τ for others.
/// ∂c/∂a is p; for e = 0 and NaN it is e itself.
/// </summary>
/// <param name="tau">τ.</param>
internal readonly struct Pinball(float tau) : ICost
{
    private readonly float _above = 1f - tau, _below = -tau;

    public float LeastTarget => float.MinValue;

    public float MostTarget => float.MaxValue;

    public bool OutputsAreLabels => false;

    public bool Suits(Activation last) => true;

    public float Factors(float a, float y, out float q)
    {
        q = a - y;
        return q > 0f ? _above : _below;
    }

    public float Slope(float a, float y)
    {
        float error = a - y;
        return error > 0f ? _above : 0f > error ? _below : error;
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public V Factors<S, V>(V a, V y, out V q)
        where S : struct, ISimd<V>
        where V : struct
    {
        q = S.Subtract(a, y);
        return S.Select(S.Greater(q, S.Broadcast(0f)), S.Broadcast(_above), S.Broadcast(_below));
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public V Slope<S, V>(V a, V y)
        where S : struct, ISimd<V>
        where V : struct
    {
        V error = S.Subtract(a, y), zero = S.Broadcast(0f);
        V orBelow = S.Select(S.Greater(zero, error), S.Broadcast(_below), error);
        return S.Select(S.Greater(error, zero), S.Broadcast(_above), orBelow);
    }
}

public abstract partial class Cost
{
    /// <summary>
    /// The pinball cost, for a quantile instead of a mean. C = Σ_i max(τ·(y_i − a_i), (τ − 1)·(y_i − a_i)), for any activation. The best
    /// constant output is the τ quantile of the targets: the share τ of them lies below it. ∂C/∂a_i is 1 − τ if a_i &gt; y_i, −τ if a_i
    /// &lt; y_i, and 0 if they are equal. scikit-learn calls the same formula <c>mean_pinball_loss</c>. For τ = 0.5 it is half of
    /// <see cref="AbsoluteError"/>.
    /// </summary>
    /// <param name="tau">τ. Greater than 0 and less than 1.</param>
    /// <returns>The cost.</returns>
    /// <exception cref="ArgumentOutOfRangeException"><paramref name="tau"/> is not in (0, 1).</exception>
    public static Cost Pinball(float tau) => tau is > 0f and < 1f
        ? new OfOutputs<Pinball>(nameof(Pinball), new Pinball(tau), tau)
        : throw new ArgumentOutOfRangeException(nameof(tau), tau, Invariant($"tau must be greater than 0 and less than 1, but is {tau}."));
}
