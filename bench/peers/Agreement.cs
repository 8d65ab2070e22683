namespace FastNN.Bench.Peers;

/// <summary>
/// How far a peer's results are from FastNN's, in parts of what is allowed: more than 1 and it did other work. A wrong learning rate, a
/// lost factor 2 or a transposed matrix change an update by about its own size, thousands of times what is allowed.
/// </summary>
/// <param name="Outputs">Of a forward pass.</param>
/// <param name="Change">Of what the steps change, in the layer where it is farthest; null for a peer that does not train.</param>
internal readonly record struct Agreement(double Outputs, double? Change)
{
    /// <summary>64 roundings of the largest value: what other orders of summation and other sigmoids may differ by.</summary>
    private const double Tolerance = 64 * Rounding;

    private const double Rounding = 1.0 / (1 << 24);

    /// <summary>A product of matrices that adds to parameters may take so many samples at a time, and round each time.</summary>
    private const int SamplesAtOnce = 256;

    internal bool IsAccepted => Outputs <= 1 && (Change ?? 0) <= 1;

    internal static Agreement Between(Problem problem, Results expected, Results actual)
    {
        double outputs = LargestDifference(expected.Outputs, actual.Outputs) / (Tolerance * Largest(expected.Outputs));
        double? change = actual.Parameters == null
            ? null
            : problem.Layers.Max(layer => CompareChange(problem, layer, expected.Parameters, actual.Parameters));
        return new Agreement(outputs, change);
    }

    public override string ToString() => Change == null ? $"{Outputs:F3}" : $"{Outputs:F3} / {Change:F3}";

    /// <summary>
    /// Beside the tolerance each updated parameter is rounded once a step, a peer's once for each <see cref="SamplesAtOnce"/>. All together
    /// must stay far below the change, or the comparison would see nothing.
    /// </summary>
    private static double CompareChange(Problem problem, Dense layer, ReadOnlySpan<float> expected, ReadOnlySpan<float> actual)
    {
        var range = new Range(layer.Weights, layer.End);
        double change = LargestDifference(problem.Parameters.AsSpan(range), expected[range]);
        int roundings = problem.StepsToCompare * (1 + (problem.Batch + SamplesAtOnce - 1) / SamplesAtOnce);
        double allowed = Tolerance * change + roundings * Rounding * Largest(expected[range]);
        return LargestDifference(expected[range], actual[range]) / Math.Min(allowed, change / 100);
    }

    private static double Largest(ReadOnlySpan<float> values)
    {
        double largest = 0;
        foreach (float value in values) largest = Math.Max(largest, Math.Abs(value));
        return largest;
    }

    private static double LargestDifference(ReadOnlySpan<float> left, ReadOnlySpan<float> right)
    {
        double largest = 0;
        for (int k = 0; k < left.Length; k++) largest = Math.Max(largest, Math.Abs((double)left[k] - right[k]));
        return largest;
    }
}
