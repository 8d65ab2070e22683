using System.Globalization;

namespace FastNN.Tests;

/// <summary>The seeds of the graphs that this run tries.</summary>
internal static class Seeds
{
    private const int ByDefault = 300;

    internal static int[] All =>
        Number("FASTNN_GRAPH") is { } seed ? [seed] : [.. Enumerable.Range(0, Number("FASTNN_GRAPHS") ?? ByDefault)];

    private static int? Number(string variable) => Environment.GetEnvironmentVariable(variable) is { Length: > 0 } text
        ? int.Parse(text, CultureInfo.InvariantCulture)
        : null;
}
