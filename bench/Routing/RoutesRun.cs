using FastNN.Bench.WholeNetworks;
using FastNN.Contract;
using FastNN.Dispatch;
using FastNN.Tuning;
using Spectre.Console;
using Choice = FastNN.Tuning.ForcedRoute.Choice;
using TuningMachine = FastNN.Tuning.Machine;

namespace FastNN.Bench.Routing;

/// <summary>
/// What <c>-- --routes</c> does: prints the route of every layer. With <c>--force</c> it times another route beside the chosen one.
/// </summary>
internal static class RoutesRun
{
    /// <summary>Prints, and times if a route is forced; the exit code says whether that could be done and all bits were the same.</summary>
    internal static int Run(RouteQuestion question, KernelVariant variant, string? force)
    {
        KernelSet set = KernelSet.For(variant);
        AnsiConsole.WriteLine($"{question.Name} × {question.Batch}, {set.Variant}; {TuningMachine.CachesInWords}.");
        if (set.Variant == KernelVariant.Scalar)
        {
            AnsiConsole.WriteLine("The reference has no routes: plain loops, one sample after the other.");
            return force is null ? 0 : 1;
        }

        if (force is not null) return Compare(question, set, force);

        AnsiConsole.Write(ToTable(RouteTeller.Tell(question.Widths, NetworkKind.Article, question.Batch, set, TuningMachine.Here)));
        return 0;
    }

    private static int Compare(RouteQuestion question, KernelSet set, string force)
    {
        ForcedRoute forced = ForcedRoute.Parse(force);
        IReadOnlyList<RouteLine> chosen = Tell(default), other = Tell(forced);
        foreach (Choice choice in Enum.GetValues<Choice>().Where(forced.Has))
        {
            bool changes = !Tell(new ForcedRoute(choice, 0)).SequenceEqual(chosen);
            if (changes) continue;

            bool isChosen = !Tell(new ForcedRoute(Opposite(choice), 0)).SequenceEqual(chosen);
            AnsiConsole.WriteLine(isChosen ? $"{choice}: chosen already." : $"{choice}: cannot apply here. {WhereItApplies(choice)}");
        }

        string narrow = string.Join(", ", Narrow(question.Widths));
        if (narrow.Length > 0 && (forced.Has(Choice.Rows) || forced.Has(Choice.Single)))
            AnsiConsole.WriteLine($"{narrow}: narrow, so several samples go in tiles or one by one, never in rows together.");
        if (other.SequenceEqual(chosen))
        {
            AnsiConsole.WriteLine("Nothing to compare: no layer takes another route.");
            return 1;
        }

        AnsiConsole.Write(ToTable(chosen).Title("Chosen"));
        AnsiConsole.Write(ToTable(other.Except(chosen)).Title("Forced, where it differs"));
        bool forwardDiffers = !Forward(chosen).SequenceEqual(Forward(other));
        Table? table = RouteRace.Run(question, set.Variant, force, forwardDiffers);
        if (table is not null) AnsiConsole.Write(table);
        else AnsiConsole.MarkupLine("[red]The bits of both routes differ.[/]");
        return table is null ? 1 : 0;

        IReadOnlyList<RouteLine> Tell(ForcedRoute route) =>
            RouteTeller.Tell(question.Widths, NetworkKind.Linear, question.Batch, set, TuningMachine.Here with { Forced = route });
    }

    private static IEnumerable<RouteLine> Forward(IEnumerable<RouteLine> lines) =>
        lines.Where(line => line.Pass == RouteTeller.ForwardPass);

    private static IEnumerable<string> Narrow(int[] widths) =>
        from l in Enumerable.Range(1, widths.Length - 1)
        where SumOrder.IsNarrow(widths[l - 1], widths[l])
        select $"{widths[l - 1]}-{widths[l]}";

    private static Table ToTable(IEnumerable<RouteLine> lines)
    {
        Table table = new Table().SimpleBorder().AddColumns("pass", "layer", "route");
        foreach (RouteLine line in lines) table.AddRow(line.Pass, line.Layer, line.Route);
        return table;
    }

    /// <summary>What a choice is made against.</summary>
    private static Choice Opposite(Choice choice) => choice switch
    {
        Choice.Panels => Choice.Stream,
        Choice.Stream => Choice.Panels,
        Choice.Fours => Choice.Ones,
        Choice.Ones => Choice.Fours,
        Choice.Single or Choice.Tiles => Choice.Rows,
        Choice.Rows => Choice.Single | Choice.Tiles,
        Choice.Copies => Choice.Direct,
        Choice.Direct => Choice.Copies,
        Choice.Pairs => Choice.Together,
        _ => Choice.Pairs,
    };

    private static string WhereItApplies(Choice choice) => choice switch
    {
        Choice.Panels or Choice.Stream => "It is for one sample, and for layers of more than eight vectors of outputs that are not narrow.",
        Choice.Fours or Choice.Ones => "It is for a step on one sample, and for layers of more than one vector of outputs.",
        Choice.Single or Choice.Rows => "It is for batches, and for layers that are not narrow.",
        Choice.Tiles => "It is for batches that are large enough for a tile.",
        Choice.Copies or Choice.Direct =>
            "It is for batches: layers in rows, and layers on tiles that are not narrow and have at least 48 outputs.",
        _ => "It is for narrow layers on tiles.",
    };
}
