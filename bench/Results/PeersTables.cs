using System.Globalization;
using FastNN.Bench.Machine;

namespace FastNN.Bench.Results;

/// <summary>
/// FastNN beside its peers, from <c>peers.json</c>: one sample at a time, batches, and networks of other kinds if the report has any.
/// </summary>
internal sealed class PeersTables
{
    private static readonly int[] s_batches = [64, 1024];
    private readonly Report _report;
    private readonly string _own;
    private readonly string[] _peers;
    private readonly Roofline _roofline;

    private PeersTables(Report report)
    {
        _report = report;
        _own = report.Rows[0].Contestant;
        _peers = [.. report.Rows.Select(row => row.Contestant).Where(name => name != _own).Distinct()];
        _roofline = new Roofline(report.Machine.Limits);
    }

    /// <summary>One section, <c>sample</c>, or all of them with the machine and the reasons for what is missing.</summary>
    internal static IEnumerable<string> Lines(Report report, string? section)
    {
        var tables = new PeersTables(report);
        return section switch
        {
            "sample" => [.. tables.OfOneSample(), "", tables.Machine()],
            null =>
            [
                .. tables.OfOneSample(), "", .. tables.OfBatches(), .. tables.OfOtherKinds(), "", tables.Machine(), .. tables.Absences(),
            ],
            _ => throw new InvalidDataException($"A report of peers has a section 'sample', but none '{section}'."),
        };
    }

    private IEnumerable<string> OfOneSample() =>
    [
        $"| network, one sample | | {_own} | of the limit | {string.Join(" | ", _peers)} |",
        Rule(4),
        .. from row in Own(kind: false).Where(row => row.Batch == 1)
           select $"| {row.Size} | {row.Pass} | {Cell.Time(row.Nanoseconds)} | {OfLimit(row)} | {Ratios(row)} |",
    ];

    private IEnumerable<string> OfBatches() =>
    [
        $"| network | batch | | {_own}, a sample | of FMA peak | {string.Join(" | ", _peers)} |",
        Rule(5),
        .. from row in Own(kind: false).Where(row => s_batches.Contains(row.Batch)).OrderBy(FirstTime).ThenBy(row => row.Batch)
           select $"| {row.Size} | {row.Batch} | {row.Pass} | {Cell.Time(row.Nanoseconds / row.Batch)} | {OfPeak(row)} | {Ratios(row)} |",
    ];

    private IEnumerable<string> OfOtherKinds()
    {
        Row[] others = [.. Own(kind: true)];
        if (others.Length == 0) return [];

        return
        [
            "",
            $"| other networks | batch | | {_own}, a sample | of the limit | {string.Join(" | ", _peers)} |",
            Rule(5),
            .. from row in others
               let share = row.Batch > 1 ? $"{OfPeak(row)}, FMA peak" : OfLimit(row)
               select $"| {row.Name} | {row.Batch} | {row.Pass} | {Cell.Time(row.Nanoseconds / row.Batch)} | {share} | {Ratios(row)} |",
        ];
    }

    private string Machine()
    {
        MachineReport machine = _report.Machine;
        IEnumerable<string> versions =
            from version in machine.Versions where version.Key != _own select $"{version.Key} {version.Value}";
        return $"{machine.Cpu} at {machine.Limits.Gigahertz:F2} GHz, {machine.System}, {machine.Runtime}, {machine.Kernels}, "
            + $"{machine.Date:yyyy-MM-dd}; {string.Join(", ", versions)}.";
    }

    /// <summary>A list behind a blank line.</summary>
    private IEnumerable<string> Absences() =>
        _report.Absent.Count == 0 ? [] : ["", .. _report.Absent.Select(absent => $"* {absent.Key}: {absent.Value}")];

    private IEnumerable<Row> Own(bool kind)
    {
        IEnumerable<Row> own = _report.Rows.Where(row => row.Contestant == _own && row.Kind is not null == kind);
        return kind ? own : own.OrderBy(FirstTime);
    }

    private double FirstTime(Row row) => _report.Rows.First(any => any.Size == row.Size).Nanoseconds;

    private string Rule(int columns) => $"|{string.Concat(Enumerable.Repeat("---|", columns + _peers.Length))}";

    private static string OfLimit(Row row) => $"{Cell.Percent(row.OfLimit)}, {row.Limit}";

    private string OfPeak(Row row) => Cell.Percent(_roofline.OfPeak(WorkOf(row), row.Nanoseconds));

    private string Ratios(Row row) =>
        string.Join(" | ", _peers.Select(peer => Find(row, peer) is { } found ? $"× {Cell.Rounded(found.Ratio)}" : "–"));

    private Row? Find(Row row, string peer) => _report.Rows.FirstOrDefault(
        other => (other.Task, other.Name, other.Batch, other.Contestant) == (row.Task, row.Name, row.Batch, peer));

    /// <summary>From what every report says, also one from before rows had their share of the peak.</summary>
    private static Work WorkOf(Row row)
    {
        int[] widths = Array.ConvertAll(row.Size.Split('-'), width => int.Parse(width, CultureInfo.InvariantCulture));
        return row.Pass == ScalingTask.Forward ? Work.OfForward(widths, row.Batch) : Work.OfStep(widths, row.Batch);
    }
}
