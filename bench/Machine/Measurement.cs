using System.Diagnostics;

namespace FastNN.Bench;

/// <summary>
/// A call that is timed in many short rounds, in turn with others. The best round counts: whatever else the machine does only ever adds
/// time, and what is compared had the same chances.
/// </summary>
/// <param name="repeat">Makes so many calls.</param>
internal sealed class Measurement(Action<int> repeat)
{
    private static readonly TimeSpan RoundLength = TimeSpan.FromMicroseconds(400);
    private int _calls = 1;

    /// <summary>Of one call.</summary>
    internal double Nanoseconds { get; private set; } = double.PositiveInfinity;

    internal static void Run(IReadOnlyList<Measurement> measurements, int rounds, Action roundDone)
    {
        foreach (Measurement measurement in measurements) measurement.Calibrate();
        CompileFully(measurements);
        foreach (Measurement measurement in measurements) measurement.Calibrate();
        for (int round = 0; round < rounds; round++, roundDone())
        {
            foreach (Measurement measurement in measurements) measurement.Time();
        }
    }

    /// <summary>
    /// The JIT optimises a method after 30 calls and once more after another 30 with a profile, each 100 ms later and in the background.
    /// </summary>
    private static void CompileFully(IReadOnlyList<Measurement> measurements)
    {
        for (int tier = 0; tier < 3; tier++)
        {
            foreach (Measurement measurement in measurements) measurement.WarmUp();
            Thread.Sleep(300);
        }
    }

    private void WarmUp()
    {
        for (int call = 0; call < 40; call++) repeat(Math.Max(1, _calls / 40));
    }

    private void Calibrate()
    {
        repeat(1);
        for (_calls = 1; Elapsed() < RoundLength; _calls *= 2) { }
    }

    private TimeSpan Elapsed()
    {
        long start = Stopwatch.GetTimestamp();
        repeat(_calls);
        return Stopwatch.GetElapsedTime(start);
    }

    private void Time()
    {
        repeat(Math.Max(2, _calls / 4)); // brings the data back to the cache it lives in; an L3 that takes what L2 evicts needs two passes
        Nanoseconds = Math.Min(Nanoseconds, Elapsed().TotalNanoseconds / _calls);
    }
}
