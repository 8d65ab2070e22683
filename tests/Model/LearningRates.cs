using static FastNN.Tests.Model.Notation;

namespace FastNN.Tests.Model;

/// <summary>The factors of schedules, in double.</summary>
internal static class LearningRates
{
    private const double π = Math.PI;

    private static readonly double[] c = Doubles(
        "3FA5555555555555 BF56C16C16C16967 3EFA01A019F4EC90 BE927E4FA17F65F6 3E21EEB69037AB78 BDA907DB46CC5E42");

    private static readonly double[] s = Doubles(
        "BFC5555555555555 3F81111111110BB3 BF2A01A019E83E5C 3EC71DE3796CDE01 BE5AE600B42FDFA7 3DE5E0B2F9A43BB8");

    internal static double Constant(long t) => 1;

    internal static Func<long, double> StepDecay(long every, double factor) => t => Power(factor, t / every);

    internal static Func<long, double> Cosine(long steps, double final) =>
        t => t >= steps ? final : final + (1 - final) * ((1 + Cosπ((double)t / steps)) / 2);

    internal static Func<long, double> WarmUp(long steps, Func<long, double> then) =>
        t => t < steps ? (double)(t + 1) / steps : then(t - steps);

    private static double Cosπ(double x)
    {
        if (x < Math.ScaleB(1, -27)) return 1;
        if (x < Math.ScaleB(1, -14))
        {
            double v = x * π;
            return 1 - v * v * 0.5;
        }

        if (x <= 0.25) return Cos(x * π);
        if (x < 0.5) return Sin((0.5 - x) * π);
        if (x == 0.5) return 0;
        if (x <= 0.75) return -Sin((x - 0.5) * π);
        return -Cos((1 - x) * π);
    }

    private static double Cos(double v)
    {
        double x = v * v, h = 0.5 * x, k = 1 - h;
        double r = ((((c[5] * x + c[4]) * x + c[3]) * x + c[2]) * x + c[1]) * x + c[0];
        return (r * (x * x) + (1 - k - h)) + k;
    }

    private static double Sin(double v)
    {
        double x = v * v;
        double r = (((s[5] * x + s[4]) * x + s[3]) * x + s[2]) * x + s[1];
        return v + (x * v) * (x * r + s[0]);
    }
}
