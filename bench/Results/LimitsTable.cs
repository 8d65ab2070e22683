using FastNN.Bench.Machine;
using Spectre.Console;

namespace FastNN.Bench.Results;

/// <summary>The limits of the machine on the screen.</summary>
internal static class LimitsTable
{
    internal static void Write(LimitFigures limits)
    {
        Table peaks = Screen.Table("Peak of multiply-adds, one core", "vectors", "GFLOP/s", "per cycle");
        foreach ((string variant, double gigaflops) in limits.Gigaflops)
            peaks.AddRow(variant, $"{gigaflops:F1}", $"{gigaflops / limits.Gigahertz:F1}");
        AnsiConsole.Write(peaks.Caption(
            $"{limits.Gigahertz:F2} GHz; latency in cycles: multiply-add 4, addition {limits.AddLatency * limits.Gigahertz:F1}, "
            + $"division {limits.DivideLatency * limits.Gigahertz:F1}; "
            + $"{limits.GigaDivisions:F1}·10⁹ divisions/s"));

        Table bandwidths = Screen.Table("Bandwidth, one core", "in", "KiB", "read GB/s", "B/cycle", "read-modify-write GB/s", "B/cycle");
        foreach (Bandwidth set in Typical(limits.Bandwidths))
        {
            bandwidths.AddRow(
                set.Level, $"{set.Bytes / 1024}", $"{set.Read:F1}", $"{set.Read / limits.Gigahertz:F1}", $"{set.Update:F1}",
                $"{set.Update / limits.Gigahertz:F1}");
        }

        AnsiConsole.Write(bandwidths);
    }

    /// <summary>For each level the working set that fits it best, half its size; the others serve the model alone.</summary>
    internal static IEnumerable<Bandwidth> Typical(IEnumerable<Bandwidth> bandwidths) =>
        bandwidths.Where(set => Cpu.TypicalWorkingSets.Contains(set.Bytes));
}
