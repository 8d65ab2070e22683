namespace FastNN.Tests.Graphs;

/// <summary>The choices of one graph. The same seed gives the same choices.</summary>
internal sealed class Draw(int seed)
{
    private readonly Random _random = new(seed);

    /// <summary>Numbers are multiples of 1/64, so that a FLOAT16 holds them.</summary>
    internal bool IsCoarse { get; set; }

    /// <summary>How rich the graph is. Poor graphs show the cause of a failure at once. Rich ones mix everything.</summary>
    internal double Richness { get; set; } = 1;

    internal bool Chance(double probability) => _random.NextDouble() < probability;

    /// <summary>A chance that grows with the richness of the graph.</summary>
    internal bool Rarely(double probability) => Chance(Math.Min(0.9, probability * Richness));

    /// <summary>An integer from the first to the last, both included.</summary>
    internal int Between(int first, int last) => _random.Next(first, last + 1);

    internal T Of<T>(params ReadOnlySpan<T> choices) => choices[_random.Next(choices.Length)];

    internal void Shuffle<T>(Span<T> values) => _random.Shuffle(values);

    /// <summary>A float, as a double.</summary>
    internal double Real(double low, double high)
    {
        double value = low + (high - low) * _random.NextDouble();
        return IsCoarse ? Math.Round(64 * value) / 64 : (float)value;
    }

    internal double[] Reals(int count, double low, double high)
    {
        var values = new double[count];
        foreach (ref double value in values.AsSpan()) value = Real(low, high);
        return values;
    }

    /// <summary>A number from ¼ to 4, or its negative: what one may multiply with and divide by.</summary>
    internal double Factor()
    {
        double size = Chance(0.5) ? Real(0.25, 1) : Real(1, 4);
        return Chance(0.2) ? -size : size;
    }

    internal double[] Factors(int count)
    {
        var values = new double[count];
        foreach (ref double value in values.AsSpan()) value = Factor();
        return values;
    }
}
