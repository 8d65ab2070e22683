namespace FastNN.Optimizers;

/// <summary>
/// Half a cosine from 1 to 0. It uses only the basic operations of IEEE 754, so the bits are the same everywhere. Math.Cos is that of the C
/// library, and double.CosPi may change with the version of .NET.
/// </summary>
internal static class RaisedCosine
{
    private const double S3 = -1.0 / 6, S5 = 1.0 / 120, S7 = -1.0 / 5_040, S9 = 1.0 / 362_880, S11 = -1.0 / 39_916_800; // ±1/k!
    private const double S13 = 1.0 / 6_227_020_800, S15 = -1.0 / 1_307_674_368_000, S17 = 1.0 / 355_687_428_096_000;

    /// <summary>
    /// (1 + cos(π·t))/2 with t = step/steps, 0 ≤ step ≤ steps and steps ≥ 1. It is 1 − sin²(π/2·t) in the first quarter, sin²(π/2·(1 − t))
    /// in the last, and (1 + sin(π/2·(1 − 2·t)))/2 between them. So the sine is needed only up to π/4, and a value near 0 is as exact as
    /// the others. The error is at most 10⁻¹⁵ of the value, if steps is at most 2⁵³. The middle is exact.
    /// </summary>
    internal static double Of(long step, long steps)
    {
        long left = steps - step;
        if (step > steps / 4 && left > steps / 4) return 0.5 + 0.5 * Sine(left - step, steps);

        double s = Sine(Math.Min(step, left), steps);
        return step < left ? 1 - s * s : s * s;
    }

    /// <summary>
    /// sin(π/2·part/all) for |part|/all ≤ ½: the series of Taylor up to x¹⁷. The next term is less than 10⁻¹⁸ of the sine.
    /// </summary>
    private static double Sine(long part, long all)
    {
        double x = Math.PI / 2 * ((double)part / all), q = x * x;
        double high = S9 + q * (S11 + q * (S13 + q * (S15 + q * S17)));
        return x + x * (q * (S3 + q * (S5 + q * (S7 + q * high))));
    }
}
