using System.Globalization;

namespace FastNN.Bench;

/// <summary>
/// The tables that README.md shows, of one sample at a time, of batches, and of networks of other kinds if the report has any, made from a report of the peers between two comments, the first of
/// which names its file. Tests hold the README to them.
/// </summary>
internal static class ReadmeTable
{
    private const string Begin = "<!-- made from ", End = "<!-- end -->";
    private static readonly int[] s_batches = [64, 1024];

    /// <summary>The README with its tables made anew, from the file, relative to the README, that it says they are from.</summary>
    /// <param name="readme">All of README.md.</param>
    /// <param name="load">Loads the report of a file.</param>
    internal static string Renew(string readme, Func<string, Report> load)
    {
        int begin = readme.IndexOf(Begin, StringComparison.Ordinal), name = begin + Begin.Length;
        if (begin < 0 || readme.IndexOf(End, begin, StringComparison.Ordinal) < 0)
            throw new InvalidDataException($"The README must have a line {Begin}FILE --> and after it a line {End}.");

        int table = readme.IndexOf('\n', name) + 1, end = readme.IndexOf(End, table, StringComparison.Ordinal);
        string file = readme[name..readme.IndexOf(' ', name)];
        return readme[..table] + string.Join("\n", Lines(load(file))) + "\n" + readme[end..];
    }

    private static IEnumerable<string> Lines(Report report)
    {
        string own = report.Rows[0].Contestant;
        string[] peers = [.. report.Rows.Select(row => row.Contestant).Where(name => name != own).Distinct()];
        yield return $"| network, one sample | | {own} | of the limit | {string.Join(" | ", peers)} |";
        yield return $"|---|---|---|---|{string.Concat(peers.Select(_ => "---|"))}";
        foreach (Row row in report.Rows.Where(row => row.Contestant == own && row.Kind is null && row.Batch == 1).OrderBy(FirstTime))
        {
            yield return $"| {row.Size} | {row.Pass} | {Time(row.Nanoseconds)} | {row.OfLimit * 100:F0} %, {row.Limit} | {Ratios(row)} |";
        }

        yield return "";
        yield return $"| network | batch | | {own}, a sample | of FMA peak | {string.Join(" | ", peers)} |";
        yield return $"|---|---|---|---|---|{string.Concat(peers.Select(_ => "---|"))}";
        var roofline = new Roofline(report.Machine.Limits);
        foreach (Row row in report.Rows.Where(row => row.Contestant == own && row.Kind is null && s_batches.Contains(row.Batch)).OrderBy(FirstTime).ThenBy(row => row.Batch))
        {
            yield return $"| {row.Size} | {row.Batch} | {row.Pass} | {Time(row.Nanoseconds / row.Batch)} | {OfPeak(row)} | {Ratios(row)} |";
        }

        Row[] others = [.. report.Rows.Where(row => row.Contestant == own && row.Kind is not null)];
        if (others.Length > 0)
        {
            yield return "";
            yield return $"| other networks | batch | | {own}, a sample | of the limit | {string.Join(" | ", peers)} |";
            yield return $"|---|---|---|---|---|{string.Concat(peers.Select(_ => "---|"))}";
        }

        foreach (Row row in others)
        {
            string share = row.Batch > 1 ? $"{OfPeak(row)}, FMA peak" : $"{row.OfLimit * 100:F0} %, {row.Limit}";
            yield return $"| {row.Name} | {row.Batch} | {row.Pass} | {Time(row.Nanoseconds / row.Batch)} | {share} | {Ratios(row)} |";
        }

        yield return "";
        yield return $"{report.Machine.Cpu} at {report.Machine.Limits.Gigahertz:F2} GHz, {report.Machine.System}, {report.Machine.Runtime}, {report.Machine.Kernels}, {report.Machine.Date:yyyy-MM-dd}; "
            + string.Join(", ", report.Machine.Versions.Where(version => version.Key != own).Select(version => $"{version.Key} {version.Value}")) + ".";
        foreach ((string peer, string reason) in report.Absent) yield return $"{peer}: {reason}";

        string OfPeak(Row row) => $"{roofline.OfPeak(WorkOf(row), row.Nanoseconds) * 100:F0} %";

        double FirstTime(Row row) => report.Rows.First(any => any.Size == row.Size).Nanoseconds;

        Row? Find(Row row, string peer) => report.Rows.FirstOrDefault(other => Same(row, other) && other.Contestant == peer);

        string Ratios(Row row) => string.Join(" | ", peers.Select(peer => Find(row, peer) is { } found ? $"× {Rounded(found.Ratio)}" : "–"));
    }

    /// <summary>From what every report says, also one from before rows had their share of the peak.</summary>
    private static Work WorkOf(Row row)
    {
        int[] widths = Array.ConvertAll(row.Size.Split('-'), width => int.Parse(width, CultureInfo.InvariantCulture));
        return row.Pass == ScalingTask.Forward ? Work.OfForward(widths, row.Batch) : Work.OfStep(widths, row.Batch);
    }

    private static bool Same(Row a, Row b) => (a.Task, a.Name, a.Batch) == (b.Task, b.Name, b.Batch);

    private static string Time(double nanoseconds) => nanoseconds < 1000 ? $"{Rounded(nanoseconds)} ns" : $"{Rounded(nanoseconds / 1000)} µs";

    private static string Rounded(double value) => value < 1 ? $"{value:F2}" : value < 10 ? $"{value:F1}" : $"{value:F0}";
}
