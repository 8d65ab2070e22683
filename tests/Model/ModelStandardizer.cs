namespace FastNN.Tests.Model;

/// <summary>Means and factors, and what they do to a row.</summary>
internal sealed record ModelStandardizer(float[] Mean, float[] Factor)
{
    internal float[] ToOwnUnits(float[] x) => [.. x.Select((value, j) => (value - Mean[j]) * Factor[j])];

    internal float[] ToUserUnits(float[] y) => [.. y.Select((value, i) => value / Factor[i] + Mean[i])];

    internal float[] GradientToOwnUnits(float[] g) => [.. g.Select((value, i) => value / Factor[i])];

    internal float[] GradientToUserUnits(float[] g) => [.. g.Select((value, j) => value * Factor[j])];

    /// <summary>The running mean and variance of samples.</summary>
    internal static ModelStandardizer Fit(float[] samples, int width)
    {
        float[] mean = new float[width], factor = new float[width];
        for (int j = 0; j < width; j++)
        {
            double m = 0, M = 0, n = 0;
            for (int k = j; k < samples.Length; k += width)
            {
                n++;
                double x = samples[k], d = x - m;
                m += d / n;
                M += d * (x - m);
            }

            (mean[j], factor[j]) = ((float)m + 0f, (float)(1 / Math.Sqrt(M / n)));
            if (!float.IsFinite(factor[j])) factor[j] = 1;
        }

        return new ModelStandardizer(mean, factor);
    }

    /// <summary>The least and the greatest value of each feature become low and high.</summary>
    internal static ModelStandardizer FitRange(float[] samples, int width, float low, float high)
    {
        float[] mean = new float[width], factor = new float[width];
        for (int j = 0; j < width; j++)
        {
            float[] values = [.. samples.Where((_, k) => k % width == j)];
            double f = ((double)high - low) / ((double)values.Max() - values.Min()), m = values.Min() - low / f;
            bool fits = float.IsFinite((float)f) && (float)f != 0 && float.IsFinite((float)m);
            (mean[j], factor[j]) = fits ? ((float)m + 0f, (float)f) : (values.Min() + 0f, 1);
        }

        return new ModelStandardizer(mean, factor);
    }
}
