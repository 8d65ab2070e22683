using FastNN.Bench.Contests;

namespace FastNN.Bench.Machine;

/// <summary>
/// The least time in which this machine, with the limits measured in the same run, can do some work: the roofline model, with
/// latency as a third limit.
/// <code>
/// limit = max( Σ phases max( multiply-adds/peak, divisions/peak, (read + updated)/read bandwidth, updated/update bandwidth ),
///              chain of dependent operations × their latencies )
/// </code>
/// Bandwidths are those of the smallest buffer measured that holds the working set. The peak is that of the best vectors, whichever variant
/// is looked at. Every term is a lower bound, so nothing should pass 100 %; where a working set is about as large as a cache, what stays in
/// it depends on the order of reading, and a kernel may be some percent luckier than the plain sweeps that bandwidths are measured by. What
/// lies below 100 % need not be within reach: loads, shuffles, the front end and the sigmoids of a network are not in the model.
/// </summary>
/// <param name="figures">The limits.</param>
internal sealed class Roofline(LimitFigures figures)
{
    internal const string MultiplyAdds = "FMA", Divisions = "divisions", Latency = "latency";

    private static readonly Lazy<Roofline> s_here = new(
        () => new Roofline(Limits.Measure(Contest.Entries.Select(entry => entry.Work.WorkingSet))));

    /// <summary>That of this machine, measured at the first call, in some seconds.</summary>
    internal static Roofline Here => s_here.Value;

    internal LimitFigures Figures => figures;

    /// <summary>The limit that applies to the work, and how long it takes there.</summary>
    internal Limit LimitOf(Work work)
    {
        Bandwidth bandwidth = BandwidthOf(work.WorkingSet);
        double total = 0;
        Limit binding = default;
        foreach (Phase phase in work.Phases)
        {
            Limit limit = LimitOf(phase, bandwidth);
            total += limit.Nanoseconds;
            if (limit.Nanoseconds >= binding.Nanoseconds) binding = limit;
        }

        Chain chain = work.Chain;
        double latency = chain.MultiplyAdds * figures.MultiplyAddLatency + chain.Additions * figures.AddLatency
            + chain.Divisions * figures.DivideLatency;
        return latency > total ? new Limit(Latency, latency) : binding with { Nanoseconds = total };
    }

    /// <summary>What a call of so many nanoseconds reaches.</summary>
    internal Reached Reach(Work work, double nanoseconds)
    {
        Limit limit = LimitOf(work);
        bool counts = limit.Name is MultiplyAdds or Divisions or Latency;
        return new Reached(
            limit.Name, limit.Nanoseconds / nanoseconds, (counts ? work.Operations : work.Bytes) / nanoseconds,
            counts ? "GFLOP/s" : "GB/s");
    }

    /// <summary>
    /// How much of the peak of multiply-adds a call of so many nanoseconds reaches with its products, on one core or more.
    /// </summary>
    internal double OfPeak(Work work, double nanoseconds, int cores = 1) =>
        2 * work.Products / nanoseconds / (cores * figures.Gigaflops.Values.Max());

    private Limit LimitOf(Phase phase, Bandwidth bandwidth) => new[]
    {
        new Limit(MultiplyAdds, 2 * phase.MultiplyAdds / figures.Gigaflops.Values.Max()),
        new Limit(Divisions, phase.Divisions / figures.GigaDivisions),
        new Limit($"{bandwidth.Level} read", (phase.BytesRead + phase.BytesUpdated) / bandwidth.Read),
        new Limit($"{bandwidth.Level} update", phase.BytesUpdated / bandwidth.Update),
    }.MaxBy(limit => limit.Nanoseconds);

    /// <summary>Of the smallest buffer that holds so many bytes, or the largest that was measured.</summary>
    private Bandwidth BandwidthOf(long bytes) =>
        figures.Bandwidths.FirstOrDefault(bandwidth => bandwidth.Bytes >= bytes) ?? figures.Bandwidths[^1];
}

/// <summary>The limit that applies, and the nanoseconds that the work takes there.</summary>
internal readonly record struct Limit(string Name, double Nanoseconds);

/// <summary>How much of the limit is reached (1 is all of it), and at which rate.</summary>
internal readonly record struct Reached(string Limit, double OfLimit, double Rate, string Unit);
