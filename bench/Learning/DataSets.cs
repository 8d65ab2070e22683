namespace FastNN.Bench.Learning;

/// <summary>The tasks that recipes and initialisers are tried on. tests/data/README.md has the sources of the files.</summary>
internal static class DataSets
{
    /// <summary>Each by its name, for a seed. Only what is generated depends on the seed.</summary>
    internal static IReadOnlyList<(string Name, Func<int, DataSet> Of)> All { get; } =
    [
        ("friedman", Friedman), FromFile("diabetes", 0), FromFile("wine", 3), FromFile("cancer", 2),
        FromFile("digits", 10, pixel => pixel / 8f - 1f), ("spirals", Spirals),
    ];

    /// <summary>
    /// 500 samples of Friedman's first problem (1991): y = 10·sin(π·x₀·x₁) + 20·(x₂ − ½)² + 10·x₃ + 5·x₄ + noise. Ten inputs are uniform in
    /// [0, 1). The noise is normal with a deviation of 1.
    /// </summary>
    private static DataSet Friedman(int seed)
    {
        const int samples = 500, inputs = 10;
        var random = new Random(seed);
        float[] x = new float[inputs * samples], y = new float[samples];
        for (int s = 0; s < samples; s++)
        {
            Span<float> row = x.AsSpan(s * inputs, inputs);
            foreach (ref float value in row) value = random.NextSingle();
            double noise = Math.Sqrt(-2 * Math.Log(1 - random.NextDouble())) * Math.Cos(2 * Math.PI * random.NextDouble());
            double square = (row[2] - 0.5) * (row[2] - 0.5);
            y[s] = (float)(10 * Math.Sin(Math.PI * row[0] * row[1]) + 20 * square + 10 * row[3] + 5 * row[4] + noise);
        }

        return new("friedman", inputs, 1, false, x, y);
    }

    /// <summary>
    /// 400 points on two spirals of one turn and a half, which are half a turn apart. The radius is up to 1, and the points are uniform in
    /// its square.
    /// </summary>
    private static DataSet Spirals(int seed)
    {
        const int samples = 400;
        var random = new Random(seed);
        float[] x = new float[2 * samples], y = new float[2 * samples];
        for (int s = 0; s < samples; s++)
        {
            double radius = Math.Sqrt(random.NextDouble()), angle = (3 * radius + s % 2) * Math.PI;
            (x[2 * s], x[2 * s + 1]) = ((float)(radius * Math.Cos(angle)), (float)(radius * Math.Sin(angle)));
            y[2 * s + s % 2] = 1f;
        }

        return new("spirals", 2, 2, true, x, y);
    }

    private static (string Name, Func<int, DataSet> Of) FromFile(string name, int classes, Func<float, float>? scale = null)
    {
        var data = new Lazy<DataSet>(() => DataSet.Read(name, classes, scale));
        return (name, _ => data.Value);
    }
}
