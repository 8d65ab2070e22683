using BenchmarkDotNet.Attributes;
using BenchmarkDotNet.Columns;
using BenchmarkDotNet.Reports;
using BenchmarkDotNet.Running;
using FastNN.Bench.Machine;

namespace FastNN.Bench.Contests;

/// <summary>
/// BenchmarkDotNet's columns of what its medians reach of the limits, and how many times as fast as the baseline that is at the same size.
/// </summary>
[AttributeUsage(AttributeTargets.Class)]
internal sealed class LimitColumnsAttribute() : ColumnConfigBaseAttribute(
    new LimitColumn("ns/sample", "Median time divided by the samples in a call", (contest, time, _) => $"{time / contest.Size.Batch:N1}"),
    new LimitColumn(
        "Rate", "Work done per second, in the unit of the limit that applies",
        (contest, time, _) => Format(Roofline.Here.Reach(contest.Work, time))),
    new LimitColumn("Limited by", "The limit that applies", (contest, time, _) => Roofline.Here.Reach(contest.Work, time).Limit),
    new LimitColumn(
        "Of the limit", "How much of it is reached", (contest, time, _) => $"{Roofline.Here.Reach(contest.Work, time).OfLimit:P0}"),
    new LimitColumn(
        "Of FMA peak", "How much of it the products of a network's batch reach",
        (contest, time, _) => $"{contest.OfPeak(Roofline.Here, time):P0}"),
    new LimitColumn(
        "x baseline", "Median time of Scalar, of batches that of the widest vectors, at the same size divided by this median time",
        (_, time, baseline) => $"{baseline / time:F2}"))
{
    private static string Format(Reached reached) => $"{reached.Rate:N1} {reached.Unit}";
}

/// <param name="name">Of the column.</param>
/// <param name="legend">What it says.</param>
/// <param name="format">From what was measured, its median time, and that of the baseline, in nanoseconds.</param>
internal sealed class LimitColumn(string name, string legend, Func<Contest, double, double, string> format) : IColumn
{
    public string Id => ColumnName;

    public string ColumnName => name;

    public string Legend => legend;

    public bool AlwaysShow => true;

    public ColumnCategory Category => ColumnCategory.Custom;

    public int PriorityInCategory => 0;

    public bool IsNumeric => true;

    public UnitType UnitType => UnitType.Dimensionless;

    public bool IsAvailable(Summary summary) => true;

    public bool IsDefault(Summary summary, BenchmarkCase benchmarkCase) => false;

    public string GetValue(Summary summary, BenchmarkCase benchmarkCase) => GetValue(summary, benchmarkCase, SummaryStyle.Default);

    public string GetValue(Summary summary, BenchmarkCase benchmarkCase, SummaryStyle style)
    {
        Contest contest = ContestOf(benchmarkCase);
        BenchmarkCase? baseline = summary.BenchmarksCases.FirstOrDefault(other =>
            other.Descriptor.Type == benchmarkCase.Descriptor.Type
            && other.Job == benchmarkCase.Job
            && ContestOf(other) is { } candidate
            && candidate.Contestant == contest.Contestants.First()
            && $"{candidate.Size}" == $"{contest.Size}");
        return Median(summary, benchmarkCase) is double time ? format(contest, time, Median(summary, baseline) ?? double.NaN) : "?";
    }

    private static double? Median(Summary summary, BenchmarkCase? benchmarkCase) =>
        benchmarkCase is null ? null : summary[benchmarkCase]?.ResultStatistics?.Median;

    private static Contest ContestOf(BenchmarkCase benchmarkCase)
    {
        var contest = (Contest)Activator.CreateInstance(benchmarkCase.Descriptor.Type)!;
        return contest.For(
            (Size)benchmarkCase.Parameters[nameof(Contest.Size)], (Contestant)benchmarkCase.Parameters[nameof(Contest.Contestant)]);
    }
}
