using System.Numerics.Tensors;
using FastNN.Bench.Contests;
using FastNN.Bench.Learning;
using FastNN.Bench.Machine;
using FastNN.Bench.Results;
using Spectre.Console;

namespace FastNN.Bench.Runs;

/// <summary>What <c>dotnet run -c Release --project bench</c> does, in under four minutes.</summary>
internal static class DefaultRun
{
    private const int Launches = 5;

    /// <summary>Validates, measures and prints; the exit code says whether all was as it must be.</summary>
    /// <param name="file">Where to keep the report; null not to.</param>
    internal static int Run(string? file)
    {
        Screen.Header();
        Table validation = Validation.Run(out bool isValid);
        if (!isValid) return 1;

        IReadOnlyList<Launch> launches = Launch.Start(Launches);
        LimitFigures limits = LimitFigures.Best([.. launches.Select(launch => launch.Limits)]);
        List<Row> rows = Comparison.ToRows(launches, new Roofline(limits));

        Screen.Title("1. What this machine allows");
        LimitsTable.Write(limits);
        Screen.Title("2. Every kernel and network against the reference");
        AnsiConsole.Write(validation);
        Screen.Title("3. Every kernel and network, timed");
        foreach (Contest contest in Contest.All) AnsiConsole.Write(Comparison.ToTable(contest, rows));
        AnsiConsole.Write(Comparison.ToOptimizerTable(rows));
        AnsiConsole.Write(Comparison.ToSweepTable(Contest.Sweep.Name, [.. rows.Where(row => row.Task == Contest.Sweep.Name)]));
        AnsiConsole.WriteLine(
            $"Medians of {Launches} processes, in each the best of many rounds; spread: of the ratio between processes, largest less "
            + $"smallest. {rows.Count(Comparison.IsUnstable)} of {rows.Count} rows spread by more than 10 % and are marked unstable.");
        Screen.Title("4. A network from a file");
        AnsiConsole.Write(Loading.Run());
        Screen.Title("5. Real work");
        bool learned = Digits.Run();

        if (file is not null)
        {
            var machine = MachineReport.Of(limits, (nameof(TensorPrimitives), MachineReport.VersionOf(typeof(TensorPrimitives))));
            new Report(machine, rows, new Dictionary<string, string>()).Save(file);
        }

        return learned ? 0 : 1;
    }
}
