using FastNN.Dispatch;
using Xunit;

namespace FastNN.Tests.Sample;

/// <summary>
/// The output delta and the cost. The bits are the same in every variant, and the pad stays zero. No memory but their own is touched.
/// </summary>
public unsafe class OutputDeltaTests
{
    [Theory]
    [MemberData(nameof(Cases.VariantsAndNumbers), MemberType = typeof(Cases))]
    public void Same_bits_as_the_reference_for_every_length(KernelVariant variant, Numbers numbers)
    {
        KernelSet kernels = KernelSet.For(variant);
        var supply = new Supply(numbers);
        foreach (int count in Cases.Lengths)
        {
            Guarded a = supply.Next(count), y = supply.Next(count);
            Guarded expected = supply.Target(count, padded: true), actual = supply.Target(count, padded: true);
            float cost = Cases.Reference.Of(Activation.Sigmoid).Under(Cost.SquaredError)
                .Delta(a.Pointer, a.Pointer, y.Pointer, expected.Pointer, count);
            float cost2 =
                kernels.Of(Activation.Sigmoid).Under(Cost.SquaredError).Delta(a.Pointer, a.Pointer, y.Pointer, actual.Pointer, count);

            Cases.AssertSameBits(expected.Span, actual.Span, $"{count}, delta");
            Cases.AssertSameBits(cost, cost2, $"{count}, cost");
            Guarded.AssertUntouched(a, y);
            Guarded.AssertGuards(expected, actual);
        }
    }

    [Fact]
    public void Reference_is_within_the_proven_bound_of_the_oracle()
    {
        var supply = new Supply(Numbers.Ordinary, seed: 2);
        foreach (int count in Cases.Lengths)
        {
            Guarded a = supply.Next(count, 0.5f, 0.5f), y = supply.Next(count, 0.5f, 0.5f), delta = supply.Target(count, padded: true);
            float cost = Cases.Reference.Of(Activation.Sigmoid).Under(Cost.SquaredError)
                .Delta(a.Pointer, a.Pointer, y.Pointer, delta.Pointer, count);

            Bounded[] error = [.. Bounded.Exact(a.Span).Zip(Bounded.Exact(y.Span), (ai, yi) => ai - yi)];
            Bounded[] exact = [.. Bounded.Exact(a.Span).Zip(error, (ai, e) => (2 * e) * Bounded.Derivative(ai))];
            Bounded.AssertAdmits(exact, delta.Span, $"{count}, delta");
            Bounded.AssertAdmits([Bounded.Dot(0, error, error)], [cost], $"{count}, cost");
        }
    }
}
