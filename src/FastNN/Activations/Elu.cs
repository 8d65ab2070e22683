using System.Runtime.CompilerServices;
using FastNN.Activations;
using FastNN.Contract;
using FastNN.Plumbing;
using FastNN.Simd;

namespace FastNN;

/// <summary>
/// f(z) = above·z if z &gt; 0, and below·(eᶻ − 1) otherwise (Clevert et al., 2016; Klambauer et al., 2017). f′ = above, or below·eᶻ, also
/// at 0. −∞ → −below, NaN → NaN. <see cref="ExponentialMinusOne"/> takes z down to −87, and f′ stays the same from there on.
/// </summary>
/// <param name="above">The slope for z &gt; 0.</param>
/// <param name="below">The factor for z ≤ 0.</param>
internal readonly struct Elu(float above, float below) : ISpanActivation
{
    /// <summary>Another factor rounds once more. Its product may have units half as large, so errors may count twice.</summary>
    public double MaxUlp => below == 1 ? 2 : 4;

    public double MaxSlopeError => Math.Max(2, 2.5 * Math.Abs(below));

    public float LeastOutput => below > 0 ? -below : 0f;

    public float MostOutput => float.MaxValue;

    /// <summary>eᶻ − 1 = tanh(z/2)·(eᶻ + 1) does not cancel.</summary>
    public double Exact(double z) => z > 0 ? above * z : z < -50 ? -below : below * (Math.Tanh(z / 2) * (Math.Exp(z) + 1));

    public double ExactSlope(double z) => z > 0 ? above : below * Math.Exp(z);

    public float Value(float z, out float slope)
    {
        float y = MathF.Abs(z);
        y = ExponentialMinusOne.Highest < y ? ExponentialMinusOne.Highest : y;
        float rest = ExponentialMinusOne.Rest(y, out float e);
        slope = z > 0f ? above : below * e;
        return z > 0f ? above * z : below * MathF.CopySign(rest, z);
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public V Value<S, V>(V z, out V slope)
        where S : struct, ISimd<V>
        where V : struct
    {
        V rest = ExponentialMinusOne.Rest<S, V>(S.Min(S.Broadcast(ExponentialMinusOne.Highest), S.Abs(z)), out V e);
        V isAbove = S.Greater(z, S.Broadcast(0f)), factor = S.Broadcast(below);
        slope = S.Select(isAbove, S.Broadcast(above), S.Multiply(factor, e));
        return S.Select(isAbove, S.Multiply(S.Broadcast(above), z), S.Multiply(factor, S.CopySign(rest, z)));
    }
}

public abstract partial class Activation
{
    /// <summary>z if z &gt; 0, and eᶻ − 1 otherwise. The derivative is 1, or eᶻ.</summary>
    public static Activation Elu { get; } = new Following<Elu>(nameof(Elu), new Elu(1f, 1f));

    /// <summary>
    /// λ·z if z &gt; 0, and λ·α·(eᶻ − 1) otherwise, with λ = 1.0507010 and λ·α = 1.7580993, rounded to float. The derivative is λ, or
    /// λ·α·eᶻ.
    /// </summary>
    public static Activation Selu { get; } = new Following<Elu>(nameof(Selu), new Elu(1.05070102f, 1.75809932f));

    /// <summary>z if z &gt; 0, and α·(eᶻ − 1) otherwise. The derivative is 1, or α·eᶻ, also at 0.</summary>
    /// <param name="alpha">α. Finite. For 1 the result is <see cref="Elu"/>.</param>
    /// <returns>The activation.</returns>
    /// <exception cref="ArgumentOutOfRangeException"><paramref name="alpha"/> is not finite.</exception>
    public static Activation EluWithAlpha(float alpha)
    {
        Guard.Finite(alpha);
        return alpha == 1f ? Elu : new Following<Elu>(nameof(EluWithAlpha), new Elu(1f, alpha), alpha);
    }
}
