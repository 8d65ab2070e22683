using System.Diagnostics;
using FastNN.Bench.Contests;
using FastNN.Bench.Machine;
using FastNN.Bench.Results;
using FastNN.Bench.WholeNetworks;
using FastNN.Dispatch;
using Spectre.Console;
using Size = FastNN.Bench.Contests.Size;

namespace FastNN.Bench.Runs;

/// <summary>
/// What <c>-- --quick</c> does, in 20 seconds: the limits of this machine, and networks of all sizes beside them, in one process. Long
/// calls get the time that is left. If it is not enough for all, the longest are left out.
/// </summary>
internal static class QuickRun
{
    private const int ValidatedBatch = 3, Parts = 10, LongRounds = 10, RoundsAtOnce = 2;
    private const long LargestWorkingSet = 32 << 20;

    /// <summary>A long call does at least as much as so many calls of the loop for the peak: about a millisecond.</summary>
    private const double Long = 65_000;
    private static readonly Turns s_turns = new(cheap: TimeSpan.FromSeconds(3.5), costly: TimeSpan.FromSeconds(2.5));
    private static readonly TimeSpan s_end = TimeSpan.FromSeconds(17.5);
    private static readonly int[] s_batches = [1, 64, 1024];
    private static readonly int[][] s_widths =
    [
        [2, 4, 3, 2], [8, 16, 16, 1], [17, 33, 9, 5], [32, 64, 64, 64, 16], [100, 129, 7], [784, 128, 10], [2048, 512, 64], [768, 768, 768],
        [1000, 1000, 1000], [1024, 1024, 1024],
    ];

    private static readonly NetworkContest[] s_passes = [new NetworkForward(), new NetworkStep()];

    private static readonly DateTime s_start = Process.GetCurrentProcess().StartTime;

    private static TimeSpan Elapsed => DateTime.Now - s_start;

    /// <summary>Compares with the reference, measures and prints; the exit code says whether all bits were the same.</summary>
    /// <param name="variant">The kernels.</param>
    /// <param name="file">Where to keep what is printed; null not to.</param>
    internal static int Run(KernelVariant variant, string? file)
    {
        variant = KernelSet.For(variant).Variant;
        Contestant kernels = Contestant.Variants.First(any => any.Set.Variant == variant);
        if (!IsValid(kernels)) return 1;

        double atLeast = Long * Limits.PeakOf(variant).Operations;
        ILookup<bool, Point> points = (
            from widths in s_widths
            from batch in s_batches
            from pass in s_passes
            let contest = (NetworkContest)pass.For(new Size(widths) { Batch = batch }, kernels)
            select new Point(contest, contest.ToMeasurement())).ToLookup(point => point.Operations >= atLeast);
        var limits = new Limits(points.SelectMany(group => group).Select(point => point.Contest.Work.WorkingSet), LargestWorkingSet);
        List<Point> timed = [];
        Screen.Progress(
            "Limits and networks", Parts + LongRounds,
            partDone => timed = Time(limits, [.. points[false]], [.. points[true]], partDone));

        LimitFigures figures = limits.Figures;
        Screen.Show(file, () =>
        {
            Screen.Header();
            LimitsTable.Write(figures);
            AnsiConsole.Write(ToTable(timed, new Roofline(UpTo(variant, figures)), variant));
            AnsiConsole.WriteLine($"{Elapsed.TotalSeconds:F0} s in all.");
        });
        return 0;
    }

    /// <summary>Forward passes and steps of all networks on a few samples.</summary>
    private static bool IsValid(Contestant kernels)
    {
        List<Deviation> rejected =
        [
            .. from widths in s_widths
               from pass in s_passes
               let deviation = pass.For(new Size(widths) { Batch = ValidatedBatch }, kernels).CompareWithScalar()
               where !deviation.IsAccepted
               select deviation,
        ];
        foreach (Deviation deviation in rejected) AnsiConsole.MarkupLineInterpolated($"[red]{deviation}[/]");
        return rejected.Count == 0;
    }

    /// <summary>Times the short calls and the limits, then the long calls and the peak. The result is all that were timed.</summary>
    private static List<Point> Time(Limits limits, IReadOnlyList<Point> shortCalls, IEnumerable<Point> longCalls, Action partDone)
    {
        s_turns.Run(limits, [.. shortCalls.Select(point => (Measurement[])[point.Measurement])], Parts, partDone);
        double slowest = shortCalls.Min(NanosecondsOfOperation);
        List<Point> left = [.. longCalls.OrderBy(point => point.Operations)];
        for (int round = 0; round < LongRounds; round++, partDone())
        {
            foreach (Point point in left)
            {
                if (Elapsed + TimeSpan.FromMicroseconds(RoundsAtOnce * point.Operations * slowest / 1000) > s_end) continue;

                Measurement.Run([.. limits.MultiplyAdds, point.Measurement], RoundsAtOnce, () => { });
                slowest = Math.Max(slowest, NanosecondsOfOperation(point));
            }

            left.RemoveAll(point => double.IsInfinity(point.Measurement.Nanoseconds));
        }

        return [.. shortCalls, .. left];

        static double NanosecondsOfOperation(Point point) => point.Measurement.Nanoseconds / point.Operations;
    }

    /// <summary>The limits for kernels that use these vectors or narrower ones.</summary>
    private static LimitFigures UpTo(KernelVariant variant, LimitFigures figures) => figures with
    {
        Gigaflops = figures.Gigaflops.Where(peak => Enum.Parse<KernelVariant>(peak.Key) <= variant).ToDictionary(),
    };

    private static Table ToTable(IReadOnlyList<Point> points, Roofline roofline, KernelVariant variant)
    {
        Table table = Screen.Table(
            $"Networks with sigmoids on {variant}, one thread", "network",
            ["batch", .. s_passes.SelectMany(pass => (string[])[$"{pass.Pass}, a sample", "of FMA peak", "of the limit"])]);
        foreach (int[] widths in s_widths)
        {
            foreach (int batch in s_batches)
            {
                var size = new Size(widths) { Batch = batch };
                table.AddRow([size.Name, $"{batch}", .. s_passes.SelectMany(pass => Cells(Find(pass, size)))]);
            }
        }

        return table.Caption(
            $"Steps are of SGD by squared error. Each time is that of the best round. The peak is that of {variant}, measured in the same "
            + "rounds. – : too long for this run");

        Point? Find(NetworkContest pass, Size size) => points.FirstOrDefault(
            point => point.Contest.Pass == pass.Pass && $"{point.Contest.Size}" == $"{size}");

        string[] Cells(Point? point)
        {
            if (point is null) return ["–", "–", "–"];

            (Work work, double nanoseconds) = (point.Contest.Work, point.Measurement.Nanoseconds);
            Reached reached = roofline.Reach(work, nanoseconds);
            return
            [
                Cell.Time(nanoseconds / point.Contest.Size.Batch), Cell.Percent(roofline.OfPeak(work, nanoseconds)),
                $"{Cell.Percent(reached.OfLimit)}, {reached.Limit}",
            ];
        }
    }

    private sealed record Point(NetworkContest Contest, Measurement Measurement)
    {
        internal double Operations => 2 * Contest.Work.Products;
    }
}
