using FastNN.Bench.Machine;
using FastNN.Bench.Results;
using Spectre.Console;

namespace FastNN.Bench.Runs;

/// <summary>
/// Ensembles beside a loop over networks, and beside <see cref="Parallel.For(int, int, Action{int})"/>, in the same rounds. The share of
/// the limit is that of the ensemble on one thread.
/// </summary>
internal static class EnsemblesRun
{
    private const int Rounds = 40;
    private static readonly (int[] Widths, int Count)[] s_shapes =
        [([2, 4, 3, 2], 1024), ([8, 16, 16, 1], 1024), ([17, 33, 9, 5], 1024), ([32, 64, 64, 64, 16], 256)];

    /// <summary>Measures and prints, in a minute.</summary>
    internal static int Run()
    {
        Screen.Header();
        LimitFigures limits = Limits.Measure([.. s_shapes.Select(shape => 4L * shape.Count * ParametersOf(shape.Widths))]);
        Table table = Screen.Table(
            "Ensembles of networks with sigmoids", "members", "work", "samples", "loop, ns", "ensemble, ns", "loop ÷ ensemble", "limit",
            "two threads: Parallel.For ÷ ensemble", "one thread ÷ two");
        table.Caption("Times are those of a member and sample. Ratios are medians of the rounds. The limit is the part of the time that "
            + "multiply-adds, divisions or memory need at least, whichever need most; square roots are left out.");
        Screen.Progress("Ensembles", 6 * s_shapes.Length, done =>
        {
            foreach ((int[] widths, int count) in s_shapes)
            {
                foreach (int batch in (int[])[1, 16])
                {
                    foreach (EnsembleTask task in EnsembleTask.All(widths, count, batch))
                    {
                        task.Check();
                        AddRow(table, task, limits);
                        done();
                    }
                }
            }
        });
        AnsiConsole.Write(table);
        AnsiConsole.WriteLine(EnsembleFits.Compare());
        return 0;
    }

    private static void AddRow(Table table, EnsembleTask task, LimitFigures limits)
    {
        Measurement loop = Of(task.Loop), ensemble = Of(() => task.Together(threads: 1));
        Measurement parallel = Of(task.LoopInParallel), two = Of(() => task.Together(threads: 2));
        Measurement[] all = [loop, ensemble, parallel, two];
        Measurement.Prepare(all);
        Measurement.Run(all, Rounds, () => { });
        double samples = task.Count * (double)task.Batch;
        table.AddRow(
            $"{task.Count} × {string.Join('-', task.Widths)}", task.Name, $"{task.Batch}", $"{loop.Nanoseconds / samples:F1}",
            $"{ensemble.Nanoseconds / samples:F1}", $"{loop.RatioTo(ensemble).Median:F2}",
            $"{task.LeastNanoseconds(limits) / ensemble.Nanoseconds:P0}", $"{parallel.RatioTo(two).Median:F2}",
            $"{ensemble.RatioTo(two).Median:F2}");
    }

    private static Measurement Of(Action call) => new(calls =>
    {
        for (; calls > 0; calls--) call();
    });

    private static int ParametersOf(int[] widths) => widths.Zip(widths.Skip(1), (inputs, outputs) => (inputs + 1) * outputs).Sum();
}
