using FastNN.Activations;
using Xunit;

namespace FastNN.Tests.Activations;

/// <summary>How exact softmax is, against double precision.</summary>
public class SoftmaxTests(ITestOutputHelper output)
{
    public static TheoryData<float> Spreads { get; } = [1f, 10f, 100f];

    /// <summary>
    /// Logits of a normal and of a uniform distribution. They have the given spread. Their offsets make the differences round.
    /// </summary>
    [Theory]
    [MemberData(nameof(Spreads))]
    public void Every_width_is_as_exact_as_promised(float spread)
    {
        var random = new Random(3);
        double most = 0, mostOver = double.NegativeInfinity;
        int mostWidth = 0;
        foreach (int width in Enumerable.Range(1, 70).Append(1000))
        {
            double promised = Activation.Softmax.MaxUlp + 0.5 * Math.Ceiling(Math.Max(0, width - 16) / 16.0);
            for (int trial = 0; trial < (width > 100 ? 20 : 200); trial++)
            {
                float offset = spread * (2 * random.NextSingle() - 1) * random.Next(3);
                float[] z = new float[width], a = new float[width];
                foreach (ref float zi in z.AsSpan()) zi = offset + spread * (2 * random.NextSingle() - 1);
                Kernels.Activate(Activation.Softmax, z, a, KernelVariant.Scalar);

                double largest = z.Max(), total = z.Sum(zi => Math.Exp(zi - largest));
                for (int i = 0; i < width; i++)
                {
                    double exact = Math.Exp(z[i] - largest) / total, error = ErrorInUlp(a[i], exact);
                    if (error - promised > mostOver) mostOver = error - promised;
                    if (error > most) (most, mostWidth) = (error, width);
                }

                Assert.InRange(a.Sum(ai => (double)ai) - 1, -SumError(width), SumError(width));
            }
        }

        output.WriteLine($"off by {most:F2} ULP at most, of {mostWidth} neurons; {mostOver:F2} more than promised");
        Assert.InRange(mostOver, double.NegativeInfinity, 0);
        Assert.InRange(most, 0.49, double.PositiveInfinity);
    }

    /// <summary>
    /// Where all sums are near 0, vectors need no largest sum. They give the same result there, also at that border and whatever is beyond
    /// it.
    /// </summary>
    [Theory]
    [MemberData(nameof(Cases.Variants), MemberType = typeof(Cases))]
    public void Same_bits_on_both_sides_of_what_is_near(KernelVariant variant)
    {
        var random = new Random(5);
        foreach (int width in Enumerable.Range(1, 70).Append(1000))
        {
            foreach (float extreme in (float[])[SoftmaxPowers.Near, MathF.BitIncrement(SoftmaxPowers.Near), 80, 1e9f,
                float.PositiveInfinity, float.NaN])
            {
                float[] z = new float[width], expected = new float[width], actual = new float[width];
                foreach (ref float zi in z.AsSpan()) zi = SoftmaxPowers.Near * (2 * random.NextSingle() - 1);
                foreach (float sign in (float[])[1, -1])
                {
                    z[random.Next(width)] = sign * extreme;
                    Kernels.Activate(Activation.Softmax, z, expected, KernelVariant.Scalar);
                    Kernels.Activate(Activation.Softmax, z, actual, variant);
                    Assert.Equal(expected, actual);
                }
            }
        }
    }

    /// <summary>ln x = e·ln 2 + ln m: all 2²³ mantissas m, and the largest exponent a sum can have.</summary>
    [Fact]
    public void Logarithms_of_all_sums_are_within_the_bound_that_the_oracle_takes()
    {
        const int Mantissas = 1 << 23;
        double most = 0;
        foreach (int exponent in (int[])[0, 1, 7, 31])
        {
            var summing = new Lock();
            Parallel.For(
                0, Mantissas >> 16, () => 0.0, (block, _, largest) => Math.Max(largest, LogarithmError(block << 16, exponent)), largest =>
            {
                lock (summing) most = Math.Max(most, largest);
            });
        }

        output.WriteLine($"off by {most / Bounded.U:F2}u beyond 2u of the result");
        Assert.InRange(most, 0, OracleCosts.LogarithmError);
    }

    /// <summary>The largest error beyond 2u of the result, over 2¹⁶ floats.</summary>
    private static double LogarithmError(int first, int exponent)
    {
        double most = 0;
        for (int mantissa = first; mantissa < first + (1 << 16); mantissa += exponent == 0 ? 1 : 17)
        {
            float x = BitConverter.Int32BitsToSingle(((127 + exponent) << 23) + mantissa);
            double exact = Math.Log(x);
            most = Math.Max(most, Math.Abs(Logarithm.OfSum(x) - exact) - 2 * Bounded.U * exact);
        }

        return most;
    }

    /// <summary>
    /// Each a_i is a product of e_i and one factor. The factor is off by the relative error of the sum, of the reciprocal and of its own
    /// rounding.
    /// </summary>
    private static double SumError(int width) => OracleActivations.SumError(width) + 2.01 * Bounded.U;

    private static double ErrorInUlp(float value, double exact)
    {
        if (exact < float.Epsilon / 4) return value == 0 ? 0 : double.PositiveInfinity;
        float nearest = (float)exact;
        double ulp = nearest == 0 ? float.Epsilon : MathF.BitIncrement(nearest) - (double)nearest;
        return Math.Abs(value - exact) / ulp;
    }
}
