using Xunit;

namespace FastNN.Tests.Fit;

/// <summary>Means and factors that follow from samples.</summary>
public class StandardizerTests
{
    private const int Width = 3;

    /// <summary>A feature around 1,000, one around −2, and a constant one.</summary>
    private static float[] Samples(int count, int seed = 1)
    {
        float[] values = Cases.Uniform(seed, Width * count, -1, 1);
        for (int s = 0; s < count; s++)
        {
            values[s * Width] = 1000 + 10 * values[s * Width];
            values[s * Width + 1] -= 2;
            values[s * Width + 2] = 7;
        }

        return values;
    }

    [Fact]
    public void Fit_gives_mean_and_standard_deviation()
    {
        float[] samples = Samples(1000);
        var standardizer = Standardizer.Fit(samples, Width);
        Assert.Equal((Width, 1000L), (standardizer.Width, standardizer.Samples));
        for (int j = 0; j < Width - 1; j++)
        {
            double[] values = [.. samples.Where((_, k) => k % Width == j).Select(value => (double)value)];
            double mean = values.Average(), variance = values.Average(value => (value - mean) * (value - mean));

            // Sums of doubles over 1,000 samples are within 1e-12, so only the rounding to float counts, half a unit in the last place.
            AssertNear(mean, standardizer.Mean[j]);
            AssertNear(1 / Math.Sqrt(variance), standardizer.Factor[j]);
        }
    }

    [Fact]
    public void A_constant_feature_has_the_factor_1()
    {
        foreach (Standardizer standardizer in (Standardizer[])[
            Standardizer.Fit(Samples(100), Width), Standardizer.FitRange(Samples(100), Width), Standardizer.Fit(Samples(1), Width)])
        {
            Assert.Equal(7f, standardizer.Mean[2]);
            Assert.Equal(1f, standardizer.Factor[2]);
        }

        Assert.Equal(1f, Standardizer.Fit([1e-42f, 2e-42f], 1).Factor[0]); // 1/σ is more than a float holds
        Assert.Equal(1f, Standardizer.FitRange([1e-42f, 2e-42f], 1).Factor[0]);
    }

    [Fact]
    public void Samples_have_the_same_bits_in_one_update_and_in_many()
    {
        float[] samples = Samples(200);
        Standardizer whole = Standardizer.Fit(samples, Width), parts = new(Width);
        for (int first = 0, count; first < 200; first += count)
        {
            count = Math.Min(1 + first % 7, 200 - first);
            parts.Update(samples.AsSpan(first * Width, count * Width));
        }

        AssertSame(whole, parts);
        float[] more = Samples(50, seed: 2);
        whole.Update(more);
        Standardizer copy = parts.Clone();
        parts.Update(more);
        AssertSame(whole, parts);
        Assert.Equal(200, copy.Samples);
        copy.Update(more);
        AssertSame(whole, copy);
        AssertSame(whole, Standardizer.Fit([.. samples, .. more], Width));
    }

    /// <summary>Welford's method once more, as the contract page writes it.</summary>
    [Fact]
    public void Updates_are_Welfords_method_in_double_precision()
    {
        float[] samples = Samples(300);
        var standardizer = Standardizer.Fit(samples, Width);
        for (int j = 0; j < Width; j++)
        {
            double m = 0, squares = 0;
            for (int n = 1; n <= 300; n++)
            {
                double x = samples[(n - 1) * Width + j], d = x - m;
                m += d / n;
                squares += d * (x - m);
            }

            Assert.Equal((float)m, standardizer.Mean[j]);
            Assert.Equal(squares == 0 ? 1f : (float)(1 / Math.Sqrt(squares / 300)), standardizer.Factor[j]);
        }
    }

    [Theory]
    [InlineData(0f, 1f)]
    [InlineData(-1f, 1f)]
    [InlineData(-3f, 5.5f)]
    public void FitRange_maps_the_least_and_the_greatest_value(float low, float high)
    {
        float[] samples = [3, -10, 5, 20, 4, 0]; // [3, 2]
        var standardizer = Standardizer.FitRange(samples, 2, low, high);
        Assert.Equal(0, standardizer.Samples);
        float[] least = [3, -10], greatest = [5, 20];
        for (int j = 0; j < 2; j++)
        {
            Assert.Equal(low, (least[j] - standardizer.Mean[j]) * standardizer.Factor[j], 1e-5f);
            Assert.Equal(high, (greatest[j] - standardizer.Mean[j]) * standardizer.Factor[j], 1e-5f);
        }
    }

    [Fact]
    public void Given_numbers_are_kept_and_minus_zero_becomes_zero()
    {
        Standardizer standardizer = new([-0f, 2f], [-3f, 0.5f]);
        Assert.Equal([0, BitConverter.SingleToInt32Bits(2f)], standardizer.Mean.ToArray().Select(BitConverter.SingleToInt32Bits));
        Assert.Equal([-3f, 0.5f], standardizer.Factor.ToArray());
        Standardizer fresh = new(2);
        Assert.Equal([0f, 0f, 1f, 1f], [.. fresh.Mean, .. fresh.Factor]);
    }

    [Fact]
    public void Bad_input_is_refused_and_changes_nothing()
    {
        Refuses("factor", "factor must have a length of 2, but has 1.", () => new Standardizer([1f, 2f], [1f]));
        Refuses("mean", "mean[1] must be finite, but is NaN.", () => new Standardizer([1f, float.NaN], [1f, 1f]));
        Refuses("factor", "factor[0] must be finite and not 0, but is 0.", () => new Standardizer([1f], [0f]));
        Refuses("factor", "factor[0] must be finite and not 0, but is Infinity.", () => new Standardizer([1f], [float.PositiveInfinity]));
        Refuses("mean", "mean must hold at least one value, but is empty.", () => new Standardizer([], []));
        Refuses("width", "width must be at least 1 and at most 16777216, but is 0.", () => new Standardizer(0));
        Refuses("width", "width must be at least 1 and at most 16777216, but is -1.", () => Standardizer.Fit([1f], -1));
        Refuses(
            "samples", "samples must hold whole samples of 2 values, at least one, but has a length of 3.",
            () => Standardizer.Fit([1f, 2f, 3f], 2));
        Refuses("high", "high must be greater than low, 1, but is 1.", () => Standardizer.FitRange([1f], 1, 1f, 1f));
        Refuses("low", "low must be finite, but is NaN.", () => Standardizer.FitRange([1f], 1, float.NaN, 1f));

        Standardizer standardizer = Standardizer.Fit(Samples(5), Width), before = standardizer.Clone();
        Refuses("samples", "samples[4] must be finite, but is NaN.", () => Updated(standardizer, [1f, 2f, 3f, 4f, float.NaN, 5f]));
        Refuses(
            "samples", "samples must hold whole samples of 3 values, at least one, but has a length of 0.",
            () => Updated(standardizer, []));
        AssertSame(before, standardizer);
        var given = new Standardizer([1f], [1f]);
        Assert.StartsWith(
            "This standardizer has no statistics", Assert.Throws<InvalidOperationException>(() => given.Update([1f])).Message);
    }

    private static void Refuses(string argument, string message, Func<object> act) =>
        Assert.StartsWith(message, Assert.ThrowsAny<ArgumentException>(act) is var e && e.ParamName == argument ? e.Message : e.ToString());

    private static Standardizer Updated(Standardizer standardizer, float[] samples)
    {
        standardizer.Update(samples);
        return standardizer;
    }

    private static void AssertNear(double expected, float actual) =>
        Assert.InRange(actual, expected - Math.Abs(expected) * 6e-8, expected + Math.Abs(expected) * 6e-8);

    private static void AssertSame(Standardizer expected, Standardizer actual)
    {
        Cases.AssertSameBits(expected.Mean, actual.Mean, "mean");
        Cases.AssertSameBits(expected.Factor, actual.Factor, "factor");
        Assert.Equal(expected.Samples, actual.Samples);
    }
}
