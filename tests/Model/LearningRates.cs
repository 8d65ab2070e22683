using static FastNN.Tests.Model.Notation;

namespace FastNN.Tests.Model;

/// <summary>The factors of schedules, in double.</summary>
internal static class LearningRates
{
    private const double HalfPi = Math.PI / 2;

    /// <summary>S_3, S_5, … S_17.</summary>
    private static readonly double[] S = Doubles(
        "BFC5555555555555 3F81111111111111 BF2A01A01A01A01A 3EC71DE3A556C734 "
        + "BE5AE64567F544E4 3DE6124613A86D09 BD6AE7F3E733B81F 3CE952C77030AD4A");

    internal static double Constant(long t) => 1;

    internal static Func<long, double> StepDecay(long every, double factor) => t => Power(factor, t / every);

    internal static Func<long, double> Cosine(long steps, double final) =>
        t => t >= steps ? final : final + (1 - final) * Raised(t, steps);

    internal static Func<long, double> WarmUp(long steps, Func<long, double> then) =>
        t => t < steps ? (double)(t + 1) / steps : then(t - steps);

    private static double Raised(long t, long n)
    {
        long l = n - t, h = n / 4;
        if (t > h && l > h) return 0.5 + 0.5 * Sine(l - t, n);

        double y = Sine(long.Min(t, l), n);
        return t < l ? 1 - y * y : y * y;
    }

    private static double Sine(long k, long n)
    {
        double x = HalfPi * ((double)k / n), q = x * x, r = S[^1];
        for (int i = S.Length - 2; i >= 0; i--) r = S[i] + q * r;
        return x + x * (q * r);
    }
}
