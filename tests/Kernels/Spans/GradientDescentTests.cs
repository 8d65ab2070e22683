using FastNN.Dispatch;
using Xunit;

namespace FastNN.Tests.Spans;

/// <summary>A step down a gradient. The bits are the same in every variant. No memory but its own is touched.</summary>
public unsafe class GradientDescentTests
{
    [Theory]
    [MemberData(nameof(Cases.VariantsAndNumbers), MemberType = typeof(Cases))]
    public void Same_bits_as_the_reference_for_every_length(KernelVariant variant, Numbers numbers)
    {
        KernelSet kernels = KernelSet.For(variant);
        var supply = new Supply(numbers);
        foreach (int count in Cases.Lengths.Prepend(0))
        {
            foreach (float scale in (ReadOnlySpan<float>)[1f, 1f / 7f])
            {
                Guarded g = supply.Next(count), expected = supply.Next(count), actual = expected.Copy();
                Cases.Reference.GradientDescent(expected.Pointer, g.Pointer, count, scale, -0.3f);
                kernels.GradientDescent(actual.Pointer, g.Pointer, count, scale, -0.3f);

                Cases.AssertSameBits(expected.Span, actual.Span, $"{count}, scale {scale}");
                Guarded.AssertUntouched(g);
                Guarded.AssertGuards(expected, actual);
            }
        }
    }

    [Fact]
    public void Reference_is_within_the_proven_bound_of_the_oracle()
    {
        const float Scale = 1f / 7f, Rate = -0.3f;
        var supply = new Supply(Numbers.Ordinary, seed: 2);
        Guarded g = supply.Next(1000), w = supply.Next(1000);
        Bounded[] exact = [.. Bounded.Exact(w.Span).Zip(Bounded.Exact(g.Span), (wk, gk) => wk + Rate * (Scale * gk))];
        Cases.Reference.GradientDescent(w.Pointer, g.Pointer, 1000, Scale, Rate);
        Bounded.AssertAdmits(exact, w.Span, "parameters");
    }
}
