using System.Diagnostics;
using System.Globalization;
using System.Runtime.InteropServices;
using Spectre.Console;

namespace FastNN.Bench.Compare;

/// <summary>Compares the times of two builds, over several processes.</summary>
internal static class TimeRun
{
    /// <summary>A smaller ratio is marked: more than two runs of the same code differ by.</summary>
    private const double Slower = 0.98;

    internal static int Run(string before, string after, string variant, int rounds, int processes)
    {
        AnsiConsole.Profile.Width = Math.Max(140, AnsiConsole.Profile.Width);
        if (!GiveSameBits(new Build(before), new Build(after), variant)) return 1;

        List<List<(double[] Before, double[] After)>> runs = [];
        AnsiConsole.Progress().AutoRefresh(false).Start(context => // nothing is drawn while a process measures
        {
            ProgressTask task = context.AddTask("processes", maxValue: processes);
            for (int k = 0; k < processes; k++)
            {
                runs.Add(Duels.Parse(Start(before, after, variant, rounds, afterFirst: k % 2 == 1)));
                task.Increment(1);
                context.Refresh();
            }
        });
        AnsiConsole.Write(ToTable(runs));
        return 0;
    }

    /// <summary>Whether both builds compute the same, bit by bit, in every cell; says where not.</summary>
    private static bool GiveSameBits(Build before, Build after, string variant)
    {
        bool same = true;
        foreach (Cell cell in Cell.All)
        {
            ReadOnlySpan<float> expected = cell.Results(before, variant), found = cell.Results(after, variant);
            if (MemoryMarshal.AsBytes(expected).SequenceEqual(MemoryMarshal.AsBytes(found))) continue;
            AnsiConsole.MarkupLineInterpolated($"[red]not the same bits: {cell.Name}[/]");
            same = false;
        }

        return same;
    }

    /// <summary>Another process of this program; returns what it prints.</summary>
    private static string Start(string before, string after, string variant, int rounds, bool afterFirst)
    {
        var start = new ProcessStartInfo(Environment.ProcessPath!) { RedirectStandardOutput = true };
        if (Path.GetFileNameWithoutExtension(Environment.ProcessPath) == "dotnet")
            start.ArgumentList.Add(typeof(TimeRun).Assembly.Location);
        string[] arguments = [Duels.Command, before, after, variant, rounds.ToString(CultureInfo.InvariantCulture), $"{afterFirst}"];
        foreach (string argument in arguments) start.ArgumentList.Add(argument);
        using Process process = Process.Start(start)!;
        string output = process.StandardOutput.ReadToEnd();
        process.WaitForExit();
        return process.ExitCode == 0 ? output : throw new InvalidOperationException($"A process ended with {process.ExitCode}.");
    }

    private static Table ToTable(List<List<(double[] Before, double[] After)>> runs)
    {
        Table table = new Table().SimpleBorder().AddColumn("cell");
        foreach (string header in (string[])["before ns", "after ns", "before/after", "rounds 10–90 %", "processes", ""])
            table.AddColumn(new TableColumn(header).RightAligned().NoWrap());
        List<double> all = [];
        for (int k = 0; k < Cell.All.Count; k++)
        {
            (double[] Before, double[] After)[] times = [.. runs.Select(run => run[k])];
            double[] medians = [.. times.Select(run => Percentile(Ratios(run), 0.5))], ratios = [.. times.SelectMany(Ratios)];
            double ratio = Percentile(medians, 0.5);
            all.Add(ratio);
            table.AddRow(
                Cell.All[k].Name,
                $"{Percentile(times.SelectMany(run => run.Before), 0.5):N1}", $"{Percentile(times.SelectMany(run => run.After), 0.5):N1}",
                $"{ratio:F3}", $"{Percentile(ratios, 0.1):F3}–{Percentile(ratios, 0.9):F3}", $"{medians.Min():F3}–{medians.Max():F3}",
                ratio < Slower ? "[yellow]slower[/]" : "");
        }

        return table.Caption($"geometric mean {Math.Exp(all.Average(Math.Log)):F3}, smallest {all.Min():F3}, largest {all.Max():F3}");
    }

    private static IEnumerable<double> Ratios((double[] Before, double[] After) times) =>
        times.Before.Zip(times.After, (old, now) => old / now);

    /// <summary>Between the two values next to it.</summary>
    private static double Percentile(IEnumerable<double> values, double part)
    {
        double[] sorted = [.. values.Order()];
        double at = part * (sorted.Length - 1);
        int below = (int)at;
        return below + 1 == sorted.Length ? sorted[below] : sorted[below] + (at - below) * (sorted[below + 1] - sorted[below]);
    }
}
