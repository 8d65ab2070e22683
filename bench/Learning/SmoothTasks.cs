namespace FastNN.Bench.Learning;

/// <summary>
/// Smooth functions without noise, which second-order optimizers learn to many digits. Those that draw samples depend on the seed.
/// </summary>
internal static class SmoothTasks
{
    /// <summary>Each with the hidden layers of its network.</summary>
    internal static IReadOnlyList<(int[] Hidden, Func<int, DataSet> Of)> All { get; } =
    [
        ([15], _ => Wave()), ([10], seed => Friedman(10, 500, seed)), ([20, 20], seed => Friedman(7, 1000, seed)),
        ([32, 16], MatrixExponential),
    ];

    /// <summary>300 points of 5x·exp(−5x²) in [−1, 1].</summary>
    private static DataSet Wave()
    {
        float[] x = [.. Enumerable.Range(0, 300).Select(k => 2f * k / 299 - 1)];
        return new("5x·exp(−5x²)", 1, 1, false, x, [.. x.Select(v => 5 * v * MathF.Exp(-5 * v * v))]);
    }

    /// <summary>Friedman's first problem (1991) without noise. Only five inputs count.</summary>
    private static DataSet Friedman(int inputs, int samples, int seed)
    {
        float[] x = Uniform(seed, samples * inputs, 0, 1);
        float[] y =
        [
            .. x.Chunk(inputs).Select(row => 10 * MathF.Sin(MathF.PI * row[0] * row[1]) + 20 * (row[2] - 0.5f) * (row[2] - 0.5f)
                + 10 * row[3] + 5 * row[4]),
        ];
        return new($"Friedman 1, {inputs} inputs", inputs, 1, false, x, y);
    }

    /// <summary>The exponential of matrices of 2 × 2 with entries in [−1, 1].</summary>
    private static DataSet MatrixExponential(int seed)
    {
        float[] x = Uniform(seed, 4 * 2000, -1, 1);
        return new("exp of 2 × 2", 4, 4, false, x, [.. x.Chunk(4).SelectMany(Exponential)]);
    }

    /// <summary>By its series: twenty terms are exact to a float here.</summary>
    private static float[] Exponential(float[] a)
    {
        double[] sum = [1, 0, 0, 1], term = [1, 0, 0, 1];
        for (int k = 1; k <= 20; k++)
        {
            term =
            [
                (term[0] * a[0] + term[1] * a[2]) / k, (term[0] * a[1] + term[1] * a[3]) / k, (term[2] * a[0] + term[3] * a[2]) / k,
                (term[2] * a[1] + term[3] * a[3]) / k,
            ];
            for (int i = 0; i < 4; i++) sum[i] += term[i];
        }

        return [.. sum.Select(value => (float)value)];
    }

    private static float[] Uniform(int seed, int count, float low, float high)
    {
        var random = new Random(seed);
        return [.. Enumerable.Range(0, count).Select(_ => low + (high - low) * random.NextSingle())];
    }
}
