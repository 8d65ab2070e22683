using System.Runtime.CompilerServices;
using FastNN.Simd;

namespace FastNN.Activations;

/// <summary>
/// The exponentials of softmax: e(z) = 2⁶⁴·e^(z − c)/2ᴷ, relative to the largest sum m of a sample. K = round((m − c)·log₂e) is subtracted
/// from the exponents. So e(m) is about 2⁶⁴, and no e that counts is subnormal. c is 0; it is m if |m| ≥ 2¹⁵ or m is NaN. So nothing is
/// rounded before the exponential. m − z would be rounded: by up to 16 ULP of e if it is 16 or more. The error is at most 1.0 ULP.
/// </summary>
internal readonly struct SoftmaxPowers
{
    /// <summary>From a distance d of 104 on, 1 + e⁻ᵈ rounds to 1, and even e⁻ᵈ itself rounds to 0.</summary>
    internal const float Farthest = 104f;

    /// <summary>
    /// If no |z| is greater than this, m = 0 gives softmax the same bits as the largest sum. All e are then off by the same power of two.
    /// None of them is cut off at <see cref="Farthest"/>. Σe is at most 2³¹·2⁹³: it does not overflow, and 1/Σe is not subnormal.
    /// </summary>
    internal const float Near = 20f;

    internal const float Large = 1 << 15, Log2E = 1.44269502f, Sixteen = -16f;

    /// <summary>Adding 1.5·2²³ rounds to an integer.</summary>
    internal const float Rounder = 12582912f;

    private readonly float _shift, _lowest, _rounder;

    internal SoftmaxPowers(float m)
    {
        _shift = Large > MathF.Abs(m) ? 0f : m;
        float largest = m - _shift;
        _lowest = largest - Farthest;
        _rounder = MathF.FusedMultiplyAdd(Sixteen, MathF.FusedMultiplyAdd(Log2E, largest, Rounder) - Rounder, Exponential.Up64);
    }

    /// <summary>e(z).</summary>
    internal float Of(float z)
    {
        z -= _shift;
        z = _lowest > z ? _lowest : z;
        Exponential.Reduce(-z, _rounder, out float t, out float s);
        return MathF.FusedMultiplyAdd(s * t, Exponential.Tail(t), s);
    }
}

/// <summary>The same as <see cref="SoftmaxPowers"/>, in vectors.</summary>
internal readonly struct SoftmaxPowers<S, V>
    where S : struct, ISimd<V>
    where V : struct
{
    private readonly V _shift, _lowest, _rounder;

    /// <summary>For m = 0, if all z are <see cref="SoftmaxPowers.Near"/> 0.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public SoftmaxPowers() => _rounder = S.Broadcast(Exponential.Up64);

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    internal SoftmaxPowers(V m)
    {
        V rounder = S.Broadcast(SoftmaxPowers.Rounder);
        _shift = S.Select(S.Greater(S.Broadcast(SoftmaxPowers.Large), S.Abs(m)), S.Broadcast(0f), m);
        V largest = S.Subtract(m, _shift), k = S.Subtract(S.MultiplyAdd(S.Broadcast(SoftmaxPowers.Log2E), largest, rounder), rounder);
        _lowest = S.Subtract(largest, S.Broadcast(SoftmaxPowers.Farthest));
        _rounder = S.MultiplyAdd(S.Broadcast(SoftmaxPowers.Sixteen), k, S.Broadcast(Exponential.Up64));
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    internal V Of<TNear>(V z)
        where TNear : struct, IConst
    {
        Begin<TNear>(z, out V t, out V s);
        return End(t, s);
    }

    /// <summary>The first half. If all z are <see cref="SoftmaxPowers.Near"/> 0, then for m = 0.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    internal void Begin<TNear>(V z, out V minusT, out V s)
        where TNear : struct, IConst
    {
        if (TNear.Value == 0) z = S.Max(_lowest, S.Subtract(z, _shift));
        Exponential.ReduceNegative<S, V>(z, _rounder, out minusT, out s);
    }

    /// <summary>The second half.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    internal static V End(V minusT, V s) => S.SubtractProduct(S.Multiply(s, minusT), Exponential.TailNegative<S, V>(minusT), s);
}
