using ScottPlot;

namespace FastNN.Bench.Pictures;

/// <summary>Colours of a page, light or dark as GitHub's are.</summary>
internal sealed record Theme(string Name, Color Background, Color Text, Color Muted, Color Grid)
{
    internal static Theme Light { get; } = new("light", new("#FFFFFF"), new("#1F2328"), new("#59636E"), new("#E1E6EB"));

    internal static Theme Dark { get; } = new("dark", new("#0D1117"), new("#F0F6FC"), new("#9198A1"), new("#262C36"));
}
