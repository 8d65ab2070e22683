using FastNN.Bench.Results;
using Spectre.Console;

namespace FastNN.Bench.Peers;

/// <summary>What a race came to, for people.</summary>
internal static class Tables
{
    private static readonly IReadOnlyList<Contender> s_peers = [.. Contender.All.Skip(1)];

    internal static Table OfAgreements(Race race)
    {
        Table table = Screen.Table(
            "Validation: outputs / change by a step (Adam: 3), deviation from FastNN's in parts of what is allowed",
            "network × batch", [.. s_peers.Select(peer => peer.Name)]);
        foreach (var problem in race.Agreements.GroupBy(entry => entry.Problem))
        {
            table.AddRow([
                $"{problem.Key}",
                .. from peer in s_peers
                   select problem.Where(entry => entry.Contender == peer).Select(entry => Describe(entry.Agreement)).FirstOrDefault("–"),
            ]);
        }

        return table.Caption(Notes(race.Absent));
    }

    /// <summary>A table for each pass of the article's networks, and one for each other kind.</summary>
    internal static IEnumerable<Table> OfTimes(IReadOnlyList<Row> rows, IReadOnlyDictionary<string, string> absent)
    {
        foreach (Pass pass in Enum.GetValues<Pass>())
            yield return OfTimes(pass.ToTask(), [.. rows.Where(row => row.Kind is null && row.Task == pass.ToTask())], absent);
        foreach (IGrouping<string?, Row> kind in rows.Where(row => row.Kind is not null).GroupBy(row => row.Kind))
            yield return OfTimes(kind.Key!, [.. kind], absent);
    }

    private static Table OfTimes(string title, IReadOnlyList<Row> rows, IReadOnlyDictionary<string, string> absent)
    {
        Table table = Screen.Table(
            $"{title}: how many times as fast FastNN is, median and 10th to 90th percentile of the rounds",
            "network",
            [
                "batch", "FastNN ns", "ns/sample", "rate", "limited by", "of the limit", "of FMA peak", "bytes",
                .. s_peers.Select(peer => peer.Name),
            ]);
        foreach (var cell in rows.GroupBy(row => (row.Size, row.Task, row.Batch)))
        {
            Row baseline = cell.First();
            table.AddRow([
                baseline.Kind is null ? baseline.Size : $"{baseline.Size} {baseline.Pass}", $"{baseline.Batch}",
                Significant(baseline.Nanoseconds), Significant(baseline.Nanoseconds / baseline.Batch),
                $"{baseline.Rate:F1} {baseline.Unit}", baseline.Limit, $"{baseline.OfLimit:P0}", $"{baseline.OfPeak:P0}",
                $"{baseline.AllocatedBytes:F0}",
                .. s_peers.Select(peer => Describe(cell.FirstOrDefault(row => row.Contestant == peer.Name || IsStandIn(row, peer))))]);
        }

        bool hasStandIn = rows.Any(row => row.Contestant == LibtorchFigures.Name);
        return table.Caption(Notes(absent) + (hasStandIn ? $"\n* {LibtorchFigures.Name}" : ""));
    }

    /// <summary>Why cells are empty.</summary>
    private static string Notes(IReadOnlyDictionary<string, string> absent) =>
        Markup.Escape(string.Join('\n', absent.Select(entry => $"– {entry.Key}: {entry.Value}")));

    private static bool IsStandIn(Row row, Contender peer) => peer == Contender.Libtorch && row.Contestant == LibtorchFigures.Name;

    private static string Describe(Agreement agreement) => agreement.IsAccepted ? $"{agreement}" : $"[red]FAILED {agreement}[/]";

    private static string Describe(Row? row)
    {
        if (row == null) return "–";
        if (row.Contestant == LibtorchFigures.Name) return $"×{Significant(row.Ratio)} *";

        return $"×{Significant(row.Ratio)} ({Significant(row.RatioLow)}–{Significant(row.RatioHigh)})";
    }

    /// <summary>Three digits.</summary>
    private static string Significant(double value) => value switch
    {
        >= 99.95 => $"{value:F0}",
        >= 9.995 => $"{value:F1}",
        _ => $"{value:F2}",
    };
}
