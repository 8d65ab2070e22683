using FastNN.Contract;
using FastNN.Dispatch;
using FastNN.Optimizers;
using Xunit;

namespace FastNN.Tests.Spans;

/// <summary>
/// An update by every rule, and the norm of a gradient. The bits are the same in every variant. No memory but their own is touched.
/// </summary>
public unsafe class UpdateKernelTests
{
    /// <summary>Updates without extras, with decay, clipped and scaled, and with a rate of 0, which moves nothing.</summary>
    private static readonly UpdateTerms[] s_terms =
    [
        new(-0.3f, 1f, 0f, float.PositiveInfinity, 1f, new RuleTerms<float>(0.9f, 0.1f, 0.99f, 0.01f, 1.7f, 1e-8f)),
        new(-0.3f, 1f, 0.07f, float.PositiveInfinity, 1f, new RuleTerms<float>(0.9f, 0.1f, 0.99f, 0.01f, 1.7f, 1e-3f)),
        new(-0.3f, 0.97f, 0.07f, 0.1f, 0.3f, new RuleTerms<float>(0.8f, 0.2f, 0.7f, 0.3f, 1.1f, 1e-8f)),
        new(-0f, 1f, 0.07f, 0.1f, 0.3f, new RuleTerms<float>(0.8f, 0.2f, 0.7f, 0.3f, 1.1f, 1e-8f)),
    ];

    [Theory]
    [MemberData(nameof(Cases.VariantsAndNumbers), MemberType = typeof(Cases))]
    public void Every_rule_has_the_bits_of_the_reference_for_every_length(KernelVariant variant, Numbers numbers)
    {
        Compare<SgdRule>(variant, numbers);
        Compare<MomentumRule>(variant, numbers);
        Compare<NesterovRule>(variant, numbers);
        Compare<RmsPropRule>(variant, numbers);
        Compare<AdamRule>(variant, numbers);
    }

    [Theory]
    [MemberData(nameof(Cases.VariantsAndNumbers), MemberType = typeof(Cases))]
    public void The_sum_of_squares_has_the_bits_of_the_reference_for_every_length(KernelVariant variant, Numbers numbers)
    {
        KernelSet kernels = KernelSet.For(variant);
        var supply = new Supply(numbers);
        foreach (int count in (int[])[0, .. Cases.Lengths, 4095, 4096, 4097, 8191, 8192, 8208, 12_345, 100_000])
        {
            foreach (float clip in (ReadOnlySpan<float>)[float.PositiveInfinity, 0.1f, 1e-30f])
            {
                Guarded g = supply.Next(count);
                double expected = Cases.Reference.SumOfSquares(g.Pointer, count, clip),
                    actual = kernels.SumOfSquares(g.Pointer, count, clip);
                Assert.True(expected.Equals(actual), $"{count}, clip {clip}: {actual:R}, but the reference has {expected:R}");
                Guarded.AssertUntouched(g);
            }
        }
    }

    [Theory]
    [MemberData(nameof(Cases.Variants), MemberType = typeof(Cases))]
    public void The_sum_of_squares_is_within_the_proven_bound_of_the_oracle(KernelVariant variant)
    {
        foreach (int count in (int[])[1, 70, 4096, 4097, 20_000])
        {
            Guarded g = new Supply(Numbers.Ordinary, seed: 3).Next(count);
            Bounded[] exact = Bounded.Exact(g.Span);
            Bounded bound = Bounded.Dot(0, exact, exact);
            Assert.InRange(KernelSet.For(variant).SumOfSquares(g.Pointer, count, float.PositiveInfinity), bound.Value - bound.Error,
                bound.Value + bound.Error);
        }
    }

    [Theory]
    [MemberData(nameof(Cases.Variants), MemberType = typeof(Cases))]
    public void Squares_beyond_the_range_of_a_float_are_summed_in_double_precision(KernelVariant variant)
    {
        foreach (float value in (float[])[3e38f, 1e-25f, float.Epsilon])
        {
            foreach (int count in (int[])[1, 33, 5000])
            {
                float[] values = new float[count];
                values.AsSpan().Fill(value);
                var g = new Guarded(values);
                double sum = KernelSet.For(variant).SumOfSquares(g.Pointer, count, float.PositiveInfinity),
                    exact = (double)value * value * count;
                Assert.InRange(sum, exact * (1 - 1e-12), exact * (1 + 1e-12)); // 5000 roundings of 2⁻⁵³ are 6e-13
            }
        }

        // Only the first square is normal. The others lose all bits in single precision, and together they are 10⁻⁴ of the sum.
        float[] mixed = new float[5000];
        mixed.AsSpan().Fill(MathF.ScaleB(1, -76));
        mixed[0] = MathF.ScaleB(1.25f, -63);
        double total = (double)mixed[0] * mixed[0] + 4999 * Math.ScaleB(1, -152);
        Assert.InRange(SumOf(mixed), total * (1 - 1e-12), total * (1 + 1e-12));

        Assert.Equal(double.PositiveInfinity, SumOf(1f, float.NegativeInfinity));
        Assert.Equal(double.NaN, SumOf(1f, float.NaN, 1f / 0f));

        double SumOf(params float[] values) =>
            KernelSet.For(variant).SumOfSquares(new Guarded(values).Pointer, values.Length, float.PositiveInfinity);
    }

    [Theory]
    [MemberData(nameof(Cases.Variants), MemberType = typeof(Cases))]
    public void Components_are_clipped_in_double_precision_too(KernelVariant variant)
    {
        const float clip = 1e-25f; // its square is too small for a float
        float[] values = [3f, -100f, 1e-26f, -1e-26f, clip, 0f];
        var g = new Guarded([.. values, .. values, .. values]);
        double exact = 3 * (3 * ((double)clip * clip) + 2 * ((double)1e-26f * 1e-26f));
        Assert.InRange(KernelSet.For(variant).SumOfSquares(g.Pointer, 18, clip), exact * (1 - 1e-14), exact * (1 + 1e-14));
    }

    [Theory]
    [MemberData(nameof(Cases.Variants), MemberType = typeof(Cases))]
    public void A_sum_that_is_too_small_to_matter_may_have_other_bits_but_stays_too_small(KernelVariant variant)
    {
        var kernels = KernelSet.For(variant);
        foreach (int count in (int[])[1, 33, 5000])
        {
            for (int exponent = -150; exponent < -40; exponent++)
            {
                float[] values = new float[count];
                values.AsSpan().Fill(MathF.ScaleB(1.5f, exponent));
                Guarded g = new(values);
                double exact = kernels.SumOfSquares(g.Pointer, count, float.PositiveInfinity);
                foreach (double factor in (double[])[0.2, 0.999, 1, 1.001, 5, 1e30])
                {
                    double least = exact * factor, sum = kernels.SumOfSquares(g.Pointer, count, float.PositiveInfinity, least);
                    Assert.True(sum.Equals(exact) || (sum < least && exact < least), $"{count}, 1.5·2^{exponent}, {factor}: {sum}");
                }
            }
        }
    }

    [Fact]
    public void A_sum_in_single_precision_counts_if_underflow_costs_less_than_a_rounding()
    {
        double least = Math.ScaleB(1, -126);
        foreach (int count in (int[])[1, 3, 100_000])
        {
            Assert.True(NormBlocks.IsExact(count * least, count));
            Assert.False(NormBlocks.IsExact(Math.BitDecrement(count * least), count));
            Assert.True(NormBlocks.IsExact(double.MaxValue, count));
            Assert.False(NormBlocks.IsExact(double.PositiveInfinity, count));
            Assert.False(NormBlocks.IsExact(double.NaN, count));
        }
    }

    [Theory]
    [MemberData(nameof(Cases.Variants), MemberType = typeof(Cases))]
    public void The_smallest_normal_number_stays_in_a_state_and_a_subnormal_one_becomes_0(KernelVariant variant)
    {
        const float least = 1.17549435e-38f; // 2⁻¹²⁶
        float below = MathF.BitDecrement(least);
        float[] states = [least, -least, below, -below, float.Epsilon, 0f], kept = [least, -least, 0f, 0f, 0f, 0f];
        (states, kept) = ([.. states, .. states, .. states], [.. kept, .. kept, .. kept]);
        Cases.AssertSameBits(kept, StatesAfter<MomentumRule>(), nameof(MomentumRule));
        Cases.AssertSameBits(kept, StatesAfter<NesterovRule>(), nameof(NesterovRule));
        Cases.AssertSameBits(kept, StatesAfter<AdamRule>(), nameof(AdamRule));

        // A step of a gradient of 0 that keeps all of the state.
        float[] StatesAfter<TRule>()
            where TRule : struct, IUpdateRule
        {
            float[] zeros = new float[states.Length];
            Guarded g = new(zeros), w = new(zeros), first = new(states), second = new(zeros);
            UpdateTerms terms = s_terms[0] with { Rule = s_terms[0].Rule with { FirstKeep = 1f } };
            KernelSet.For(variant).UpdateBy<TRule>().Update(w.Pointer, g.Pointer, first.Pointer, second.Pointer, states.Length, in terms);
            return first.Span.ToArray();
        }
    }

    [Theory]
    [MemberData(nameof(Cases.Variants), MemberType = typeof(Cases))]
    public void A_clip_lets_NaN_through_and_no_more_than_itself(KernelVariant variant)
    {
        float[] values = [float.NaN, 1f / 0f, -1f / 0f, 2f, -2f, 0.5f, -0.5f, 0f, float.NaN];
        float[] clipped = [float.NaN, 1f, -1f, 1f, -1f, 0.5f, -0.5f, 0f, float.NaN];
        (values, clipped) = ([.. values, .. values, .. values], [.. clipped, .. clipped, .. clipped]);
        Guarded g = new(values), w = new(new float[values.Length]);
        KernelSet.For(variant).UpdateBy<SgdRule>()
            .Update(w.Pointer, g.Pointer, null, null, values.Length, s_terms[0] with { Rate = 1f, Clip = 1f });
        Assert.Equal(clipped, w.Span.ToArray());
    }

    private static void Compare<TRule>(KernelVariant variant, Numbers numbers)
        where TRule : struct, IUpdateRule
    {
        UpdateKernel reference = Cases.Reference.UpdateBy<TRule>(), kernel = KernelSet.For(variant).UpdateBy<TRule>();
        var supply = new Supply(numbers);
        foreach (int count in Cases.Lengths.Prepend(0))
        {
            foreach (UpdateTerms terms in s_terms)
            {
                Guarded g = supply.Next(count), w = supply.Next(count), first = Magnitudes(supply, count),
                    second = Magnitudes(supply, count);
                float[] before = w.Span.ToArray();
                Guarded w2 = w.Copy(), first2 = first.Copy(), second2 = second.Copy();
                reference.Update(w.Pointer, g.Pointer, first.Pointer, second.Pointer, count, in terms);
                kernel.Update(w2.Pointer, g.Pointer, first2.Pointer, second2.Pointer, count, in terms);

                string what = $"{typeof(TRule).Name}, {count}, {terms}";
                Cases.AssertSameBits(w.Span, w2.Span, $"{what}, parameters");
                Cases.AssertSameBits(first.Span, first2.Span, $"{what}, first state");
                Cases.AssertSameBits(second.Span, second2.Span, $"{what}, second state");
                if (terms.Rate == 0f) Cases.AssertSameBits(before, w2.Span, $"{what}, parameters at a rate of 0");
                Guarded.AssertUntouched(g);
                Guarded.AssertGuards(w, first, second, w2, first2, second2);
            }
        }
    }

    /// <summary>States like those of a mean of squares: they are not negative.</summary>
    private static Guarded Magnitudes(Supply supply, int count)
    {
        Guarded buffer = supply.Next(count);
        foreach (ref float value in buffer.Span) value = MathF.Abs(value);
        return buffer;
    }
}
