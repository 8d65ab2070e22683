using FastNN.Bench.Ensembles;
using FastNN.Bench.Machine;
using FastNN.Bench.Results;
using Spectre.Console;

namespace FastNN.Bench.Runs;

/// <summary>Many networks at once: an ensemble beside a loop over networks, in turns, on one thread and on two.</summary>
internal static class EnsemblesRun
{
    private const int Rounds = 80, RoundsOfFit = 5, Threads = 2;
    private static readonly (int[] Widths, int Members)[] s_ensembles =
        [([2, 4, 3, 2], 1024), ([8, 16, 16, 1], 1024), ([17, 33, 9, 5], 1024), ([32, 64, 64, 64, 16], 256)];
    private static readonly int[] s_batches = [1, 16];

    /// <summary>Compares bits, measures and prints, in two minutes; the exit code says whether all bits were the same.</summary>
    /// <param name="file">Where to keep the report; null not to.</param>
    internal static int Run(string? file)
    {
        Screen.Header();
        EnsembleTask[][] groups = [.. s_ensembles.Select(ensemble => TasksOf(ensemble.Widths, ensemble.Members))];
        double root = Limits.MeasureRoot();
        LimitFigures limits = Limits.Measure(groups.SelectMany(group => group).Select(task => task.Work(root).WorkingSet));
        var roofline = new Roofline(limits);
        List<Row> rows = [];
        bool isValid = true;
        Screen.Progress("Ensembles", groups.Length + 1 + EnsembleCurves.Parts, done =>
        {
            foreach (EnsembleTask[] group in groups)
            {
                isValid = isValid && AddRows(rows, group, roofline, root);
                done();
            }

            isValid = isValid && AddFit(rows);
            done();
            rows.AddRange(EnsembleCurves.Measure(done));
        });
        if (!isValid)
        {
            AnsiConsole.MarkupLine("[red]A MEMBER HAS NOT THE BITS OF THE NETWORK ALONE.[/]");
            return 1;
        }

        LimitsTable.Write(limits);
        AnsiConsole.Write(EnsembleTables.OfTasks(rows));
        AnsiConsole.Write(EnsembleTables.OfCurves(rows));
        if (file is not null) new Report(MachineReport.Of(limits), rows, new Dictionary<string, string>()).Save(file);
        return 0;
    }

    private static EnsembleTask[] TasksOf(int[] widths, int members) =>
    [
        .. from pass in Enum.GetValues<MemberPass>()
           from batch in s_batches
           select new EnsembleTask(widths, members, batch, pass),
    ];

    private static bool AddRows(List<Row> rows, EnsembleTask[] tasks, Roofline roofline, double root)
    {
        EnsembleDuel[] alone = [.. tasks.Select(task => new EnsembleDuel(task, threads: 1))];
        EnsembleDuel[] together = [.. tasks.Select(task => new EnsembleDuel(task, Threads))];
        EnsembleDuel[] duels = [.. alone, .. together];
        if (!duels.All(duel => duel.IsValid())) return false;

        Measurement[] all = [.. duels.SelectMany(duel => (Measurement[])[duel.Loop, duel.Ensemble])];
        Measurement.Prepare(all);
        Measurement.Run(all, Rounds, () => { });
        foreach ((EnsembleDuel one, EnsembleDuel two) in alone.Zip(together))
        {
            rows.Add(ToRow(one, EnsembleRow.Ensemble, one.Ensemble, roofline, root));
            rows.Add(ToRow(one, EnsembleRow.Loop, one.Loop, roofline, root));
            rows.Add(ToRow(two, EnsembleRow.Ensemble, two.Ensemble, roofline, root));
            rows.Add(ToRow(two, EnsembleRow.Parallel, two.Loop, roofline, root));
        }

        return true;
    }

    private static Row ToRow(EnsembleDuel duel, string who, Measurement measurement, Roofline roofline, double root)
    {
        EnsembleTask task = duel.Task;
        Work work = task.Work(root);
        Reached reached = roofline.Reach(work, measurement.Nanoseconds);
        Ratio ratio = measurement.RatioTo(duel.Ensemble);
        return new Row(
            EnsembleRow.Of(task.Pass), task.Size, task.Batch, who, measurement.Nanoseconds, 2 * work.Products / measurement.Nanoseconds,
            "GFLOP/s", reached.Limit, duel.Threads == 1 ? reached.OfLimit : 0, ratio.Median, ratio.Low, ratio.High,
            measurement.AllocatedBytes, Threads: duel.Threads, Members: task.Members);
    }

    private static bool AddFit(List<Row> rows)
    {
        var duel = new FitDuel();
        if (!duel.IsValid()) return false;

        Measurement[] all = [duel.Loop, duel.Ensemble];
        Measurement.Prepare(all);
        Measurement.Run(all, RoundsOfFit, () => { });
        foreach ((string who, Measurement measurement) in ((string, Measurement)[])
            [(EnsembleRow.Ensemble, duel.Ensemble), (EnsembleRow.Loop, duel.Loop)])
        {
            Ratio ratio = measurement.RatioTo(duel.Ensemble);
            rows.Add(new Row(
                EnsembleRow.Fit, FitDuel.Size, FitDuel.Batch, who, measurement.Nanoseconds, 0, "", "", 0, ratio.Median, ratio.Low,
                ratio.High, measurement.AllocatedBytes, Members: FitDuel.Members));
        }

        return true;
    }
}
