using System.Runtime.CompilerServices;
using FastNN.Simd;

namespace FastNN.Activations;

/// <summary>
/// 1 − E for E = e⁻ʸ, y ≥ 0, without cancellation. It is computed as the numerator of <see cref="Tanh"/>, from y instead of 2y: with i =
/// round(−16·y·log₂e) and t = y + i·(ln 2)/16
/// <code>E = s + s·t·q(t),   1 − E = (1 − s) − s·t·q(t)</code>
/// s is 2^(i/16), rounded to nine bits, and t corrects this. So 1 − s is exact unless s is tiny. Small y and 0 come out unchanged.
/// </summary>
internal static class ExponentialMinusOne
{
    /// <summary>The largest y. E is still a normal number there, and 1 − E has been 1 from 17.4 on.</summary>
    internal const float Highest = 87f;

    private const float Minus16Log2E = -23.0831203f, Ln2Over16 = 0.0433216989f;
    private const float Q0 = -1f, Q1 = 0.5f, Q2 = -0.166669935f, Q3 = 0.0416671447f;

    /// <summary>1 − E, and E itself.</summary>
    /// <param name="y">From 0 to <see cref="Highest"/>, or NaN.</param>
    /// <param name="e">E.</param>
    internal static float Rest(float y, out float e)
    {
        float rounded = MathF.FusedMultiplyAdd(Minus16Log2E, y, Exponential.Unscaled), i = rounded - Exponential.Unscaled;
        float t = MathF.FusedMultiplyAdd(2f, Exponential.Lookup(Tanh.Corrections, rounded), MathF.FusedMultiplyAdd(Ln2Over16, i, y));
        float s = Exponential.PowerOf(Tanh.Powers, rounded), p = s * t;
        float q = MathF.FusedMultiplyAdd(MathF.FusedMultiplyAdd(MathF.FusedMultiplyAdd(Q3, t, Q2), t, Q1), t, Q0);
        e = MathF.FusedMultiplyAdd(p, q, s);
        return MathF.FusedMultiplyAdd(-p, q, 1f - s);
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    internal static V Rest<S, V>(V y, out V e)
        where S : struct, ISimd<V>
        where V : struct
    {
        V rounder = S.Broadcast(Exponential.Unscaled), rounded = S.MultiplyAdd(S.Broadcast(Minus16Log2E), y, rounder);
        V t = S.MultiplyAdd(S.Broadcast(Ln2Over16), S.Subtract(rounded, rounder), y);
        t = S.MultiplyAdd(S.Broadcast(2f), Exponential.Lookup<S, V>(Tanh.Corrections, rounded), t);
        V s = Exponential.PowerOf<S, V>(Tanh.Powers, rounded), p = S.Multiply(s, t);
        V q = S.MultiplyAdd(S.Broadcast(Q3), t, S.Broadcast(Q2));
        q = S.MultiplyAdd(q, t, S.Broadcast(Q1));
        q = S.MultiplyAdd(q, t, S.Broadcast(Q0));
        e = S.MultiplyAdd(p, q, s);
        return S.SubtractProduct(p, q, S.Subtract(S.Broadcast(1f), s));
    }
}
