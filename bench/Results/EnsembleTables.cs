using Spectre.Console;

namespace FastNN.Bench.Results;

/// <summary>The tables of <c>ensembles.json</c>, for the screen and for pages.</summary>
internal static class EnsembleTables
{
    private static readonly string[] s_columns =
    [
        "members", "batch", "pass", "loop", "ensemble", "loop / ensemble", "two threads: Parallel.For / ensemble", "of the limit", "limit",
    ];

    /// <summary>A line for each task: the time of a sample of one member, and ratios.</summary>
    internal static Table OfTasks(IReadOnlyList<Row> rows)
    {
        Table table = Screen.Table("Ensembles: time of a member's sample", "network", s_columns);
        foreach (string[] cells in Cells(rows)) table.AddRow([.. cells.Select(Markup.Escape)]);
        return table.Caption(
            "Ratios are medians of the rounds, with the 10th and 90th percentile. The limit counts sigmoids too. Fit has 30 epochs.");
    }

    /// <summary>A line for each point of the picture.</summary>
    internal static Table OfCurves(IReadOnlyList<Row> rows)
    {
        Table table = Screen.Table("Forward, one sample each", "network", "members", "loop", "ensemble", "loop / ensemble");
        foreach (IGrouping<(string, int?), Row> point in Curves(rows))
        {
            Row ensemble = Of(point, EnsembleRow.Ensemble), loop = Of(point, EnsembleRow.Loop);
            table.AddRow(ensemble.Size, $"{ensemble.Members}", Time(loop), Time(ensemble), $"{loop.Ratio:F1}");
        }

        return table;
    }

    /// <summary>The first table for a page. The picture shows the other one.</summary>
    internal static IEnumerable<string> Lines(Report report) =>
    [
        Line(["network", .. s_columns]),
        $"|{string.Concat(Enumerable.Repeat("---|", 1 + s_columns.Length))}",
        .. Cells(report.Rows).Select(Line),
        "",
        $"{report.Machine.Cpu} at {report.Machine.Limits.Gigahertz:F2} GHz, {report.Machine.System}, {report.Machine.Runtime}, "
            + $"{report.Machine.Date:yyyy-MM-dd}.",
    ];

    /// <summary>Nanoseconds of a sample of one member.</summary>
    internal static double Sample(Row row) => row.Nanoseconds / row.Batch / row.Members!.Value;

    private static IEnumerable<IGrouping<(string, int?), Row>> Curves(IReadOnlyList<Row> rows) => rows
        .Where(row => row.Task is EnsembleRow.ByMembers or EnsembleRow.ByWidth).GroupBy(row => (row.Size, row.Members));

    private static IEnumerable<string[]> Cells(IReadOnlyList<Row> rows)
    {
        foreach (var task in rows.Where(row => row.Task.StartsWith("Ensemble ", StringComparison.Ordinal))
            .GroupBy(row => (row.Task, row.Size, row.Batch)))
        {
            Row ensemble = Of(task, EnsembleRow.Ensemble), loop = Of(task, EnsembleRow.Loop);
            Row? parallel = task.FirstOrDefault(row => row.Contestant == EnsembleRow.Parallel);
            bool isFit = ensemble.Task == EnsembleRow.Fit;
            yield return
            [
                ensemble.Size, $"{ensemble.Members}", $"{ensemble.Batch}", ensemble.Task["Ensemble ".Length..],
                isFit ? Cell.Time(loop.Nanoseconds) : Time(loop), isFit ? Cell.Time(ensemble.Nanoseconds) : Time(ensemble), Ratio(loop),
                parallel is null ? "–" : Ratio(parallel), isFit ? "–" : Cell.Percent(ensemble.OfLimit), isFit ? "–" : ensemble.Limit,
            ];
        }
    }

    private static Row Of(IEnumerable<Row> rows, string who) => rows.First(row => row.Contestant == who);

    private static string Time(Row row) => $"{Sample(row):F1} ns";

    private static string Ratio(Row row) => $"{row.Ratio:F2} ({row.RatioLow:F2}–{row.RatioHigh:F2})";

    private static string Line(string[] cells) => $"| {string.Join(" | ", cells)} |";
}
