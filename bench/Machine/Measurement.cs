using System.Diagnostics;

namespace FastNN.Bench.Machine;

/// <summary>
/// A call that is timed in many short rounds, in turn with others, so that a machine that drifts favours none. As a time the best round
/// counts, because whatever else the machine does only ever adds to it; for a ratio, that of two calls in the same round.
/// </summary>
/// <param name="repeat">Makes so many calls.</param>
internal sealed class Measurement(Action<int> repeat)
{
    private static readonly TimeSpan RoundLength = TimeSpan.FromMicroseconds(400), LongestWarmUp = TimeSpan.FromMilliseconds(5);
    private readonly List<double> _rounds = [];
    private int _calls = 1, _warmUpCalls;

    /// <summary>Of one call in the best round.</summary>
    internal double Nanoseconds { get; private set; } = double.PositiveInfinity;

    /// <summary>Managed bytes that one call allocates on its thread, once warm.</summary>
    internal double AllocatedBytes { get; private set; } = double.PositiveInfinity;

    /// <summary>How many times as long as another's a call takes, by the rounds in which both were timed in turn.</summary>
    internal Ratio RatioTo(Measurement other)
    {
        double[] ratios = [.. _rounds.Zip(other._rounds, (mine, its) => mine / its).Order()];
        double At(double part) => ratios[(int)Math.Round(part * (ratios.Length - 1))];
        return new Ratio(At(0.5), At(0.1), At(0.9));
    }

    /// <summary>Times all in turn, so many rounds.</summary>
    internal static void Run(IReadOnlyList<Measurement> measurements, int rounds, Action roundDone)
    {
        foreach (Measurement measurement in measurements) measurement._rounds.EnsureCapacity(measurement._rounds.Count + rounds);
        for (int round = 0; round < rounds; round++, roundDone())
        {
            foreach (Measurement measurement in measurements) measurement.Time();
        }
    }

    /// <summary>
    /// Lets the JIT finish, and finds how many calls fill a round. The JIT optimises a method after 30 calls and once more after another 30
    /// with a profile, each 100 ms later and in the background.
    /// </summary>
    internal static void Prepare(IReadOnlyList<Measurement> measurements)
    {
        foreach (Measurement measurement in measurements) measurement.Calibrate();
        for (int tier = 0; tier < 3; tier++)
        {
            foreach (Measurement measurement in measurements) measurement.WarmUp();
            Thread.Sleep(300);
        }

        foreach (Measurement measurement in measurements) measurement.Calibrate();
    }

    /// <summary>Of a round, with what comes before it; valid after <see cref="Prepare"/>.</summary>
    internal TimeSpan Cost { get; private set; }

    /// <summary>Many short repeats where calls are short; one where a single call is longer than a round is meant to be.</summary>
    private void WarmUp()
    {
        int repeats = Cost > LongestWarmUp ? 2 : 40;
        for (int call = 0; call < repeats; call++) repeat(Math.Max(1, _calls / 40));
    }

    private void Calibrate()
    {
        repeat(1);
        TimeSpan elapsed;
        for (_calls = 1; (elapsed = Elapsed()) < RoundLength; _calls *= 2) { }

        // Brings the data back to the cache it lives in; an L3 that takes what L2 evicts needs two passes. A call that takes long sees to
        // that itself.
        _warmUpCalls = elapsed > LongestWarmUp ? 0 : Math.Max(2, _calls / 4);
        Cost = elapsed * (1 + (double)_warmUpCalls / _calls);
        long before = GC.GetAllocatedBytesForCurrentThread();
        repeat(_calls);
        AllocatedBytes = Math.Min(AllocatedBytes, (double)(GC.GetAllocatedBytesForCurrentThread() - before) / _calls);
    }

    private TimeSpan Elapsed()
    {
        long start = Stopwatch.GetTimestamp();
        repeat(_calls);
        return Stopwatch.GetElapsedTime(start);
    }

    private void Time()
    {
        if (_warmUpCalls > 0) repeat(_warmUpCalls);
        double nanoseconds = Elapsed().TotalNanoseconds / _calls;
        _rounds.Add(nanoseconds);
        Nanoseconds = Math.Min(Nanoseconds, nanoseconds);
    }
}

/// <summary>Of the rounds the median, and the 10th and 90th percentile.</summary>
internal readonly record struct Ratio(double Median, double Low, double High);
