using FastNN.Bench.WholeNetworks;

namespace FastNN.Bench.Contests;

/// <summary>The size of a task: the widths of its layers, a single one for a kernel over a plain span, and the samples in a call.</summary>
public sealed record Size(params int[] Widths)
{
    public int Batch { get; init; } = 1;

    /// <summary>The most that work on a call.</summary>
    public int Threads { get; init; } = 1;

    /// <summary>Of a network.</summary>
    internal NetworkKind Kind { get; init; } = NetworkKind.Article;

    internal int Inputs => Widths[0];

    internal int Outputs => Widths[^1];

    /// <summary>In the longest sum: a kernel over a plain span has none to speak of.</summary>
    internal int Terms => Widths.Length == 1 ? 1 : Widths.Max();

    /// <summary>The widths alone.</summary>
    internal string Name => string.Join('-', Widths);

    /// <summary>With the kind of network.</summary>
    private string FullName => NetworkKind.NameOf(Name, Kind.Name);

    /// <summary>BenchmarkDotNet's name of the parameter.</summary>
    public override string ToString() => $"{FullName}{(Batch == 1 ? "" : $" by {Batch}")}{(Threads == 1 ? "" : $" on {Threads} threads")}";
}
