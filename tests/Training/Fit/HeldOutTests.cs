using FastNN.Fit;
using Xunit;

namespace FastNN.Tests.Fit;

/// <summary>How many samples a split holds out.</summary>
public class HeldOutTests
{
    [Theory]
    [InlineData(100)]
    [InlineData(1000)]
    public void A_decimal_split_is_the_decimal_number_rounded_down(int one)
    {
        for (int part = 0; part < one; part++)
        {
            float split = (float)((double)part / one);
            for (int samples = 1; samples <= 5000; samples++)
            {
                if (FitSamples.HeldOut(split, samples) != part * samples / one)
                    Assert.Fail($"{split} of {samples} is {FitSamples.HeldOut(split, samples)}, not {part * samples / one}.");
            }
        }
    }

    [Fact]
    public void A_split_that_is_a_quotient_holds_out_its_dividend()
    {
        for (int samples = 1; samples <= 2000; samples++)
        {
            for (int part = 0; part < samples; part++)
            {
                if (FitSamples.HeldOut((float)part / samples, samples) != part)
                    Assert.Fail($"{part}f / {samples} of {samples} is {FitSamples.HeldOut((float)part / samples, samples)}.");
            }
        }
    }

    [Theory]
    [InlineData(0f, 5, 0)]
    [InlineData(float.Epsilon, int.MaxValue, 0)]
    [InlineData(0.99999994f, 1, 0)] // the largest float below 1
    [InlineData(0.99999994f, int.MaxValue, 2_147_483_519)] // and 128 are left
    [InlineData(0.5f, 1 << 30, 1 << 29)] // the quotient of the next number is 0.5f too
    [InlineData(0.2f, 100_000_000, 20_000_000)] // 0.2f is more than 0.2
    public void The_ends_of_the_range(float split, int samples, int heldOut) =>
        Assert.Equal(heldOut, FitSamples.HeldOut(split, samples));
}
