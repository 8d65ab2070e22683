namespace FastNN.Tests.Model;

/// <summary>The parameters that an initialiser draws.</summary>
internal static class InitialParameters
{
    /// <summary>Draws all parameters. <paramref name="limits"/> gives the limits of weights and of biases from n_in and n_out.</summary>
    internal static float[] Draw(int[] widths, int seed, Func<int, int, (double Weights, double Biases)> limits)
    {
        var generator = new Generator(seed);
        var parameters = new List<float>();
        for (int l = 0; l + 1 < widths.Length; l++)
        {
            (double weights, double biases) = limits(widths[l], widths[l + 1]);
            Add(widths[l] * widths[l + 1], weights);
            Add(widths[l + 1], biases);
        }

        return [.. parameters];

        void Add(int count, double limit)
        {
            for (int k = 0; k < count; k++) parameters.Add(limit == 0 ? 0 : generator.Uniform(limit));
        }
    }

    internal static (double Weights, double Biases) Glorot(int inputs, int outputs) => (Math.Sqrt(6.0 / (inputs + outputs)), 0);

    internal static (double Weights, double Biases) He(int inputs, int outputs) => (Math.Sqrt(6.0 / inputs), 0);

    internal static (double Weights, double Biases) LeCun(int inputs, int outputs) => (Math.Sqrt(3.0 / inputs), 0);

    internal static (double Weights, double Biases) PyTorch(int inputs, int outputs) => (1 / Math.Sqrt(inputs), 1 / Math.Sqrt(inputs));

    internal static (double Weights, double Biases) Article(int inputs, int outputs) => (3, 3);

    internal static Func<int, int, (double Weights, double Biases)> Uniform(float limit) => (_, _) => (limit, limit);
}
