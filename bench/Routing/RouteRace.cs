using FastNN.Bench.Machine;
using FastNN.Bench.Results;
using FastNN.Bench.Runs;
using FastNN.Bench.WholeNetworks;
using FastNN.Tuning;
using Spectre.Console;

namespace FastNN.Bench.Routing;

/// <summary>The chosen route and a forced one in processes that take turns.</summary>
internal static class RouteRace
{
    private const int Pairs = 4;

    /// <summary>Times both; the table, or null if their bits differ.</summary>
    internal static Table? Run(RouteQuestion question, KernelVariant variant, string force, bool forwardDiffers)
    {
        List<(RouteTiming Chosen, RouteTiming Forced)> pairs = [];
        Screen.Progress($"{2 * Pairs} processes in turns", Pairs, pairDone =>
        {
            for (int pair = 0; pair < Pairs; pair++, pairDone()) pairs.Add((Time(null), Time(force)));
        });
        if (pairs.SelectMany(pair => (string[])[pair.Chosen.Digest, pair.Forced.Digest]).Distinct().Count() > 1) return null;

        Table table = Screen.Table(
            $"{question.Name} identity × {question.Batch}, {variant}: {force} forced", "pass", "chosen, ns/sample", "of FMA peak",
            "forced, ns/sample", "of FMA peak", "forced / chosen", "least to most");
        if (forwardDiffers) AddRow("forward", Work.OfForward(question.Widths, question.Batch), timing => timing.Forward);
        AddRow("step", Work.OfStep(question.Widths, question.Batch, NetworkKind.Linear), timing => timing.Step);
        return table.Caption(
            $"Times: the best of {Pairs} processes; ratios: their median, from two processes that follow one another. "
            + $"The peak is that of {variant}'s vectors, in the same process.");

        RouteTiming Time(string? routes) => Child.Run<RouteTiming>(
            [RouteTiming.Command, question.Name, $"{question.Batch}", $"{variant}"],
            new Dictionary<string, string?> { [ForcedRoute.EnvironmentVariable] = routes }, () => { });

        void AddRow(string pass, Work work, Func<RouteTiming, double> time)
        {
            double[] ratios = [.. pairs.Select(pair => time(pair.Forced) / time(pair.Chosen)).Order()];
            RouteTiming chosen = pairs.Select(pair => pair.Chosen).MinBy(time)!, forced = pairs.Select(pair => pair.Forced).MinBy(time)!;
            double gigaflops = pairs.Max(pair => Math.Max(pair.Chosen.Gigaflops, pair.Forced.Gigaflops));
            string OfPeak(RouteTiming timing) => $"{2 * work.Products / time(timing) / gigaflops:P0}";
            string PerSample(RouteTiming timing) => $"{time(timing) / question.Batch:N1}";
            table.AddRow(
                pass, PerSample(chosen), OfPeak(chosen), PerSample(forced), OfPeak(forced),
                $"{(ratios[(Pairs - 1) / 2] + ratios[Pairs / 2]) / 2:F2}", $"{ratios[0]:F2}–{ratios[^1]:F2}");
        }
    }
}
