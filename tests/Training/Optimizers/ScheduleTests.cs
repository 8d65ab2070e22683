using System.Buffers.Binary;
using System.Security.Cryptography;
using Xunit;

namespace FastNN.Tests.Optimizers;

/// <summary>The learning rate from step to step.</summary>
public class ScheduleTests
{
    [Fact]
    public void Constant_is_one()
    {
        Assert.Equal(1, LearningRateSchedule.Constant.Factor(0));
        Assert.Equal(1, LearningRateSchedule.Constant.Factor(long.MaxValue));
    }

    [Fact]
    public void Step_decay_multiplies_after_every_so_many_steps()
    {
        var schedule = LearningRateSchedule.StepDecay(3, 0.5);
        Assert.Equal([1, 1, 1, 0.5, 0.5, 0.5, 0.25, 0.25], Enumerable.Range(0, 8).Select(step => schedule.Factor(step)));
        Assert.Equal(0, schedule.Factor(long.MaxValue));
        Assert.Equal([1, 0, 0], Enumerable.Range(0, 3).Select(step => LearningRateSchedule.StepDecay(1, 0).Factor(step)));
    }

    [Fact]
    public void Step_decay_is_the_power_to_rounding()
    {
        // Repeated squaring needs at most 2·n products for a power. Each is off by 2⁻⁵³. As much again is allowed for the ulp of Math.Pow
        // and of the logarithm.
        var schedule = LearningRateSchedule.StepDecay(1, 0.999);
        for (int n = 0; n < 5000; n++)
        {
            double exact = Math.Pow(0.999, n), error = (2 * n + 2) * Math.ScaleB(exact, -53);
            Assert.InRange(schedule.Factor(n), exact - error, exact + error);
        }
    }

    [Theory]
    [InlineData(1, 0)]
    [InlineData(10, 0)]
    [InlineData(1000, 0.25)]
    [InlineData(7, 2)]
    public void Cosine_goes_half_a_wave_and_stays(long steps, double final)
    {
        var schedule = LearningRateSchedule.Cosine(steps, final);
        Assert.Equal(1, schedule.Factor(0));
        for (long step = 0; step <= steps; step++)
        {
            double exact = final + (1 - final) * (1 + Math.Cos(Math.PI * step / steps)) / 2;
            // a few 2⁻⁵³ of numbers up to 1 + final
            Assert.InRange(schedule.Factor(step), exact - 1e-15 * (1 + final), exact + 1e-15 * (1 + final));
        }

        Assert.Equal(final, schedule.Factor(steps));
        Assert.Equal(final, schedule.Factor(steps + 1));
        Assert.Equal(final, schedule.Factor(long.MaxValue));
    }

    [Theory]
    [InlineData(1)]
    [InlineData(2)]
    [InlineData(3)]
    [InlineData(1000)]
    [InlineData(100_003)]
    public void Cosine_is_exact_to_a_few_roundings_of_the_value_itself(long steps)
    {
        var schedule = LearningRateSchedule.Cosine(steps);
        const double most = 1e-15;
        for (long step = 0; step < steps; step += Math.Max(1, steps / 5000))
        {
            double exact = (double)Square(Sine(Pi / 2 * (steps - step) / steps));
            Assert.InRange(schedule.Factor(step), exact * (1 - most), exact * (1 + most));
        }

        if (steps % 2 == 0) Assert.Equal(0.5, schedule.Factor(steps / 2));

        // The series of Taylor, with 28 digits.
        static decimal Square(decimal x) => x * x;
        static decimal Sine(decimal x)
        {
            decimal sum = 0, term = x;
            for (int k = 1; k < 40; k += 2, term *= -x * x / (k * (k - 1))) sum += term;
            return sum;
        }
    }

    [Fact]
    public void Factors_have_the_same_bits_everywhere()
    {
        var schedules = new List<LearningRateSchedule> { LearningRateSchedule.WarmUp(7, LearningRateSchedule.Constant) };
        foreach (double factor in (double[])[0.999, 0.9, 0.1, 1.001]) schedules.Add(LearningRateSchedule.StepDecay(3, factor));
        foreach (double final in (double[])[0, 0.1, 2]) schedules.Add(LearningRateSchedule.Cosine(1999, final));
        double[] factors = [.. from schedule in schedules from step in Enumerable.Range(0, 2000) select schedule.Factor(step)];
        byte[] bytes = new byte[factors.Length * sizeof(double)];
        for (int k = 0; k < factors.Length; k++) BinaryPrimitives.WriteDoubleLittleEndian(bytes.AsSpan(k * sizeof(double)), factors[k]);
        Assert.Equal("D8BF69E3044C7C6D", Convert.ToHexString(SHA256.HashData(bytes))[..16]);
    }

    [Fact]
    public void Warm_up_rises_to_one_and_hands_over_at_step_0()
    {
        var schedule = LearningRateSchedule.WarmUp(4, LearningRateSchedule.StepDecay(2, 0.5));
        Assert.Equal([0.25, 0.5, 0.75, 1, 1, 1, 0.5, 0.5, 0.25], Enumerable.Range(0, 9).Select(step => schedule.Factor(step)));
    }

    [Theory]
    [InlineData(double.NaN)]
    [InlineData(double.PositiveInfinity)]
    [InlineData(-0.5)]
    public void A_factor_of_no_use_is_refused_by_step_and_value(double factor)
    {
        var schedule = LearningRateSchedule.From(step => step == 17 ? factor : 1);
        Assert.Equal(1, schedule.Factor(16));
        string message = Assert.Throws<InvalidOperationException>(() => schedule.Factor(17)).Message;
        Assert.Contains("step 17", message);
        Assert.Contains($"{factor}", message);
        Assert.Contains("finite and at least 0", message);
    }

    [Fact]
    public void Bad_arguments_are_refused()
    {
        Refuses<ArgumentOutOfRangeException>("every", "is 0", () => LearningRateSchedule.StepDecay(0, 0.5));
        Refuses<ArgumentOutOfRangeException>("factor", "is -1", () => LearningRateSchedule.StepDecay(1, -1));
        Refuses<ArgumentOutOfRangeException>("factor", "is NaN", () => LearningRateSchedule.StepDecay(1, double.NaN));
        Refuses<ArgumentOutOfRangeException>("steps", "is 0", () => LearningRateSchedule.Cosine(0));
        Refuses<ArgumentOutOfRangeException>("final", "is -1", () => LearningRateSchedule.Cosine(1, -1));
        Refuses<ArgumentOutOfRangeException>("final", "finite", () => LearningRateSchedule.Cosine(1, double.PositiveInfinity));
        Refuses<ArgumentOutOfRangeException>("steps", "is -2", () => LearningRateSchedule.WarmUp(-2, LearningRateSchedule.Constant));
        Refuses<ArgumentNullException>("then", "", () => LearningRateSchedule.WarmUp(1, null!));
        Refuses<ArgumentNullException>("factor", "", () => LearningRateSchedule.From(null!));
        Refuses<ArgumentOutOfRangeException>("step", "is -1", () => LearningRateSchedule.Constant.Factor(-1));
    }

    private const decimal Pi = 3.1415926535897932384626433833m;

    private static void Refuses<T>(string argument, string mention, Func<object> act)
        where T : ArgumentException
    {
        T refusal = Assert.Throws<T>(act);
        Assert.Equal(argument, refusal.ParamName);
        Assert.Contains(mention, refusal.Message);
    }
}
