using FastNN.Bench.Contests;
using FastNN.Bench.Machine;
using FastNN.Bench.Results;
using FastNN.Bench.WholeNetworks;
using Spectre.Console;
using Size = FastNN.Bench.Contests.Size;

namespace FastNN.Bench.Runs;

/// <summary>
/// What <c>-- --scaling</c> does, in under three minutes: how networks fare as batches, widths and threads grow, in one process, all in
/// turn with the limits of the machine.
/// </summary>
internal static class ScalingRun
{
    private const int Parts = 50, BatchOfThreads = 1024, BatchOfWidths = 64, FewestThreads = 4;

    /// <summary>The widest layer whose curve has a second line: wider ones cost seconds.</summary>
    private const int LargestOfSecond = 1024;
    private static readonly int[] s_batches = [1, 2, 3, 4, 6, 8, 12, 16, 24, 32, 48, 64, 100, 128, 200, 256, 512, 1000, 1024, 2048, 4096];
    private static readonly int[] s_widths =
        [8, 11, 16, 23, 32, 45, 64, 91, 128, 181, 256, 363, 512, 725, 1000, 1024, 1449, 2048, 2897, 4096];
    private static readonly Turns s_turns = new(cheap: TimeSpan.FromSeconds(40), costly: TimeSpan.FromSeconds(50));

    /// <summary>The widest vectors, and those of 256 bits where they are not the widest.</summary>
    private static IEnumerable<Contestant> Contestants =>
        Contestant.Vectors.Where((kernels, k) => k == 0 || kernels.Set.Variant == KernelVariant.Vector256);

    /// <summary>Validates, measures and prints; the exit code says whether all was as it must be.</summary>
    /// <param name="file">Where to keep the report; null not to.</param>
    internal static int Run(string? file)
    {
        Screen.Header();
        Validation.Run(out bool isValid);
        if (!isValid) return 1;

        List<List<Point>> groups = [.. Groups()];
        var limits = new Limits(groups.SelectMany(group => group).Select(point => point.Contest.Work.WorkingSet));
        List<List<Measurement>> measurements = groups.ConvertAll(group => group.ConvertAll(point => point.Measurement));
        Screen.Progress("Scaling", Parts, partDone => s_turns.Run(limits, measurements, Parts, partDone));

        LimitFigures figures = limits.Figures;
        var roofline = new Roofline(figures);
        List<Row> rows = [.. groups.SelectMany(group => group.Select(point => ToRow(point, group[0], roofline)))];
        LimitsTable.Write(figures);
        foreach (IGrouping<string, Row> task in rows.GroupBy(row => row.Task)) AnsiConsole.Write(ToTable(task));
        if (file is not null) new Report(MachineReport.Of(figures), rows, new Dictionary<string, string>()).Save(file);
        return 0;
    }

    /// <summary>The points of all curves: those of a group are compared with its first.</summary>
    private static IEnumerable<List<Point>> Groups()
    {
        foreach (NetworkContest pass in (NetworkContest[])[new NetworkBatchForward(), new NetworkBatchStep()])
        {
            foreach (int[] widths in (int[][])[[32, 64, 64, 64, 16], [784, 128, 10]])
            {
                foreach (int batch in s_batches)
                    yield return Points(ScalingTask.Batch, pass, new Size(widths) { Batch = batch }, Contestants);
            }

            foreach (int[] widths in (int[][])[[784, 128, 10], [1024, 1024, 1024]])
            {
                yield return
                [
                    .. from threads in Enumerable.Range(1, Math.Max(FewestThreads, Environment.ProcessorCount))
                       from point in Points(
                           ScalingTask.Threads, pass, new Size(widths) { Batch = BatchOfThreads, Threads = threads }, Contestants.Take(1))
                       select point,
                ];
            }

            foreach (int width in s_widths)
            {
                yield return Points(
                    ScalingTask.Width, pass, new Size(width, width) { Batch = BatchOfWidths },
                    width > LargestOfSecond ? Contestants.Take(1) : Contestants);
            }
        }
    }

    private static List<Point> Points(string curve, NetworkContest pass, Size size, IEnumerable<Contestant> contestants) =>
    [
        .. from contestant in contestants
           let contest = pass.For(size, contestant)
           select new Point(ScalingTask.Of(curve, pass.Pass), contest, contest.ToMeasurement()),
    ];

    /// <summary>The rate is that of products, whatever limits; the peak that of as many cores as can be at work.</summary>
    private static Row ToRow(Point point, Point baseline, Roofline roofline)
    {
        (Size size, Work work, double nanoseconds) = (point.Contest.Size, point.Contest.Work, point.Measurement.Nanoseconds);
        Reached reached = roofline.Reach(work, nanoseconds);
        Ratio ratio = baseline.Measurement.RatioTo(point.Measurement);
        return new Row(
            point.Task, size.Name, size.Batch, $"{point.Contest.Contestant}", nanoseconds, 2 * work.Products / nanoseconds, "GFLOP/s",
            reached.Limit, size.Threads == 1 ? reached.OfLimit : 0, ratio.Median, ratio.Low, ratio.High, point.Measurement.AllocatedBytes,
            roofline.OfPeak(work, nanoseconds, Math.Min(size.Threads, Environment.ProcessorCount)), size.Threads);
    }

    private static Table ToTable(IGrouping<string, Row> task)
    {
        bool hasThreads = task.Any(row => row.Threads > 1);
        Table table = Screen.Table(
            task.Key, "network", "batch", "threads", "kernels", "ns/sample", "GFLOP/s", "of FMA peak",
            hasThreads ? "× one thread" : "× widest", "10 % to 90 %", "bytes");
        Row? before = null;
        foreach (Row row in task)
        {
            if (hasThreads && before is not null && before.Size != row.Size) table.AddEmptyRow();
            table.AddRow(
                row.Size, $"{row.Batch}", $"{row.Threads}", row.Contestant, $"{row.Nanoseconds / row.Batch:N1}", $"{row.Rate:F1}",
                $"{row.OfPeak:P0}",
                $"{row.Ratio:F2}", $"{row.RatioLow:F2}–{row.RatioHigh:F2}", $"{row.AllocatedBytes:F0}");
            before = row;
        }

        return table;
    }

    private sealed record Point(string Task, Contest Contest, Measurement Measurement);
}
