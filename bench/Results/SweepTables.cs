namespace FastNN.Bench.Results;

/// <summary>All rows of <c>variants.json</c> or <c>scaling.json</c>: a line for each task and size, a column for each contestant.</summary>
internal static class SweepTables
{
    internal static IEnumerable<string> Lines(Report report)
    {
        string[] contestants = [.. report.Rows.Select(row => row.Contestant).Distinct()];
        bool threads = report.Rows.Any(row => row.Threads > 1);
        string more = threads ? " threads |" : "";
        return
        [
            $"| task | size | batch |{more} {string.Join(" | ", contestants)} |",
            $"|{string.Concat(Enumerable.Repeat("---|", (threads ? 4 : 3) + contestants.Length))}",
            .. from row in report.Rows
               group row by (row.Task, row.Name, row.Batch, row.Threads) into line
               let key = line.Key
               select $"| {key.Task} | {key.Name} | {key.Batch} |{(threads ? $" {key.Threads} |" : "")} {Cells(line)} |",
            "",
            $"{report.Machine.Cpu} at {report.Machine.Limits.Gigahertz:F2} GHz, {report.Machine.System}, {report.Machine.Runtime}, "
                + $"{report.Machine.Date:yyyy-MM-dd}.",
        ];

        string Cells(IEnumerable<Row> group) => string.Join(
            " | ", contestants.Select(name => group.FirstOrDefault(row => row.Contestant == name) is { } row ? CellOf(row) : "–"));
    }

    /// <summary>The time of a sample, and the share: of the peak for networks in batches, of the limit for all else.</summary>
    private static string CellOf(Row row) =>
        $"{Cell.Time(row.Nanoseconds / row.Batch)}, {Cell.Percent(row.OfPeak is { } peak and > 0 ? peak : row.OfLimit)}";
}
