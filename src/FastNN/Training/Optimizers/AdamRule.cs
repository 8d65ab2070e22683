using System.Runtime.CompilerServices;
using FastNN.Contract;
using FastNN.Simd;

namespace FastNN.Optimizers;

/// <summary>
/// m ← β₁·m + (1 − β₁)·g, v ← β₂·v + ((1 − β₂)·g·g + 2⁻¹²⁶), d = m/(c·√v + ε) with c = 1/√(1 − β₂ᵗ). The divisor of m̂ divides the rate
/// instead. A subnormal m becomes 0. Adding 2⁻¹²⁶ costs nothing: it is the third operand of a multiply-add that replaces a product, and
/// that product could be subnormal.
/// </summary>
internal readonly struct AdamRule : IUpdateRule
{
    internal static IReadOnlyList<string> StateNames { get; } = ["first moment", "second moment"];

    public static int States => 2;

    internal static RuleTerms<float> TermsAt(long step, float beta1, float beta2, float epsilon, out double divisor)
    {
        divisor = 1 - Power.Of(beta1, step + 1);
        return new RuleTerms<float>(
            beta1, (float)(1.0 - beta1), beta2, (float)(1.0 - beta2), (float)(1 / Math.Sqrt(1 - Power.Of(beta2, step + 1))), epsilon);
    }

    public static float Direction(float g, ref float first, ref float second, in RuleTerms<float> terms)
    {
        first = Subnormal.Flush(MathF.FusedMultiplyAdd(terms.FirstKeep, first, terms.FirstTake * g));
        second = MathF.FusedMultiplyAdd(terms.SecondKeep, second, MathF.FusedMultiplyAdd(terms.SecondTake * g, g, Subnormal.Beyond));
        return first / MathF.FusedMultiplyAdd(MathF.Sqrt(second), terms.Correction, terms.Epsilon);
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static V Direction<S, V>(V g, ref V first, ref V second, in RuleTerms<V> terms)
        where S : struct, ISimd<V>
        where V : struct
    {
        first = Subnormal.Flush<S, V>(S.MultiplyAdd(terms.FirstKeep, first, S.Multiply(terms.FirstTake, g)));
        second = S.MultiplyAdd(terms.SecondKeep, second, S.MultiplyAdd(S.Multiply(terms.SecondTake, g), g, S.Broadcast(Subnormal.Beyond)));
        return S.Divide(first, S.MultiplyAdd(S.SquareRoot(second), terms.Correction, terms.Epsilon));
    }
}
