using FastNN.Dispatch;
using Xunit;

namespace FastNN.Tests.Spans;

/// <summary>The sum of the gradients of segments. The bits are the same in every variant. No memory but its own is touched.</summary>
public unsafe class SegmentSumTests
{
    [Theory]
    [MemberData(nameof(Cases.VariantsAndNumbers), MemberType = typeof(Cases))]
    public void Same_bits_as_the_reference_for_every_length(KernelVariant variant, Numbers numbers)
    {
        KernelSet kernels = KernelSet.For(variant);
        var supply = new Supply(numbers);
        foreach (int count in Cases.Lengths.Prepend(0))
        {
            Guarded sum = supply.Next(count), error = supply.Next(count), g = supply.Next(count);
            Guarded otherSum = sum.Copy(), otherError = error.Copy(), otherG = g.Copy();
            Cases.Reference.SegmentSum(sum.Pointer, error.Pointer, g.Pointer, count, 1f / 7f);
            kernels.SegmentSum(otherSum.Pointer, otherError.Pointer, otherG.Pointer, count, 1f / 7f);

            Cases.AssertSameBits(sum.Span, otherSum.Span, $"{count}, sums");
            Cases.AssertSameBits(error.Span, otherError.Span, $"{count}, errors");
            Cases.AssertSameBits(g.Span, otherG.Span, $"{count}, gradient");
            Guarded.AssertGuards(sum, error, g, otherSum, otherError, otherG);
        }
    }

    [Theory]
    [MemberData(nameof(Cases.Variants), MemberType = typeof(Cases))]
    public void The_error_of_each_addition_is_kept(KernelVariant variant)
    {
        const float tiny = 1f / (1 << 26);
        Guarded sum = new([1f, -1f, 1f, 0f]), error = new([0f, 0f, tiny, -0f]), g = new([tiny, tiny, -1f, -0f]);
        KernelSet.For(variant).SegmentSum(sum.Pointer, error.Pointer, g.Pointer, 4, 2f);
        Cases.AssertSameBits([1f, -1f, 0f, 0f], sum.Span, "sums");
        Cases.AssertSameBits([tiny, tiny, tiny, 0f], error.Span, "errors");
        Cases.AssertSameBits([2f, -2f + 2 * tiny, 2 * tiny, 0f], g.Span, "twice the gradient");
    }

    [Theory]
    [MemberData(nameof(Cases.Variants), MemberType = typeof(Cases))]
    public void A_sum_that_is_infinite_stays_so(KernelVariant variant)
    {
        const float most = float.MaxValue, infinite = float.PositiveInfinity;
        Guarded sum = new([most, infinite, 1f, infinite]), error = new([0f, float.NaN, 0f, 0f]), g = new([most, 1f, -infinite, -infinite]);
        KernelSet.For(variant).SegmentSum(sum.Pointer, error.Pointer, g.Pointer, 4, 1f);
        Cases.AssertSameBits([infinite, infinite, -infinite, float.NaN], sum.Span, "sums");
        Cases.AssertSameBits(sum.Span, g.Span, "gradient");
    }
}
