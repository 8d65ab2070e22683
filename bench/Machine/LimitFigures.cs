namespace FastNN.Bench.Machine;

/// <summary>What this machine was measured to allow one thread.</summary>
/// <param name="MultiplyAddLatency">Nanoseconds.</param>
/// <param name="AddLatency">Nanoseconds; multiplications take as long or longer.</param>
/// <param name="DivideLatency">Nanoseconds.</param>
/// <param name="GigaDivisions">Floats divided, 10⁹/s.</param>
/// <param name="Gigaflops">Peak of multiply-adds, two operations each, in 10⁹/s, for each variant's vectors.</param>
/// <param name="Bandwidths">By working set, the smallest first.</param>
internal sealed record LimitFigures(
    double MultiplyAddLatency,
    double AddLatency,
    double DivideLatency,
    double GigaDivisions,
    IReadOnlyDictionary<string, double> Gigaflops,
    IReadOnlyList<Bandwidth> Bandwidths)
{
    /// <summary>
    /// Of the clock: a multiply-add has a latency of four cycles on every x64 core since 2015. It means nothing where the process must do
    /// without the instruction and calls the C library.
    /// </summary>
    internal double Gigahertz => 4 / MultiplyAddLatency;

    /// <summary>The best of each of several runs.</summary>
    internal static LimitFigures Best(IReadOnlyList<LimitFigures> runs) => new(
        runs.Min(run => run.MultiplyAddLatency),
        runs.Min(run => run.AddLatency),
        runs.Min(run => run.DivideLatency),
        runs.Max(run => run.GigaDivisions),
        runs[0].Gigaflops.ToDictionary(peak => peak.Key, peak => runs.Max(run => run.Gigaflops[peak.Key])),
        [.. runs[0].Bandwidths.Select((set, k) => Best(set, [.. runs.Select(run => run.Bandwidths[k])]))]);

    private static Bandwidth Best(Bandwidth set, IReadOnlyList<Bandwidth> runs) =>
        set with { Read = runs.Max(run => run.Read), Update = runs.Max(run => run.Update) };
}

/// <summary>How fast a working set of so many bytes can be read, and updated in place, in GB/s.</summary>
internal sealed record Bandwidth(string Level, long Bytes, double Read, double Update);
