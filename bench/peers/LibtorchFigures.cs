using FastNN.Bench.Results;

namespace FastNN.Bench.Peers;

/// <summary>
/// What stands in where libtorch cannot be loaded: figures of libtorch 2.10 through TorchSharp 0.107, one thread, one core of a Zen 4 EPYC
/// at 3.66 GHz with a peak of 117 GFLOP/s, scaled to this machine by the ratio of the peaks.
/// </summary>
internal static class LibtorchFigures
{
    internal const string Name = "libtorch (published figure, scaled)";
    private const double Gigaflops = 117;
    private static readonly int[] s_batches = [1, 64, 1024];

    /// <summary>Microseconds of a call with 1, 64 and 1024 samples.</summary>
    private static readonly Dictionary<(Pass Pass, string Size), double[]> s_microseconds = new()
    {
        [(Pass.Forward, "2-4-3-2")] = [8.6, double.NaN, 94],
        [(Pass.Forward, "32-64-64-64-16")] = [13.8, 98, 1302],
        [(Pass.Forward, "784-128-10")] = [12.7, 191, 2878],
        [(Pass.Forward, "1024-1024-1024")] = [167, 3848, 59063],
        [(Pass.Step, "2-4-3-2")] = [123, 131, 246],
        [(Pass.Step, "32-64-64-64-16")] = [166, 289, 2137],
        [(Pass.Step, "784-128-10")] = [158, 476, 5863],
        [(Pass.Step, "1024-1024-1024")] = [1848, 10456, 130600],
    };

    /// <summary>A row for each figure whose network and batch FastNN ran too.</summary>
    internal static IEnumerable<Row> ToRows(IReadOnlyList<Row> rows, double gigaflops) =>
        from figures in s_microseconds
        from figure in s_batches.Zip(figures.Value, (batch, microseconds) => (Batch: batch, Microseconds: microseconds))
        where !double.IsNaN(figure.Microseconds)
        from row in rows
        where row.Contestant == Contender.FastNN.Name && row.Batch == figure.Batch
            && row.Kind is null && (row.Task, row.Size) == (figures.Key.Pass.ToTask(), figures.Key.Size)
        let nanoseconds = 1000 * figure.Microseconds * Gigaflops / gigaflops
        let ratio = nanoseconds / row.Nanoseconds
        select row with
        {
            Contestant = Name,
            Nanoseconds = nanoseconds,
            Rate = row.Rate / ratio,
            OfLimit = row.OfLimit / ratio,
            OfPeak = row.OfPeak / ratio,
            Ratio = ratio,
            RatioLow = ratio,
            RatioHigh = ratio,
            AllocatedBytes = 0,
        };
}
