using System.Globalization;
using Xunit;

namespace FastNN.Tests.Support;

/// <summary>
/// Any file is loaded or refused soon. Nothing in a load counts its steps, so this takes time: that of processors on this thread, because
/// other tests and other programs do not change it. It is compared with the time of a fixed piece of work on the same machine, because
/// emulators are thirty times slower. The slowest file of the tests takes a twentieth of what is allowed.
/// </summary>
internal static class NoHang
{
    private const int Tables = 300, Strings = 10_000, Times = 10;

    /// <summary>A second on a machine of 2024.</summary>
    private static readonly Lazy<TimeSpan> s_most = new(() => Times * Measure(Work));

    /// <summary>Tries a load that took longer twice more. Compilation and collections of garbage do not come back. A hang does.</summary>
    /// <param name="began">When it began, by <see cref="ThreadTime.Now"/>.</param>
    /// <param name="load">The load. How it refuses a file does not matter here.</param>
    /// <param name="what">The file, in the message.</param>
    internal static void Assert(TimeSpan began, Action load, string what)
    {
        TimeSpan taken = ThreadTime.Now - began;
        for (int tries = 0; tries < 2 && taken > s_most.Value; tries++) taken = Measure(() => Record.Exception(load));
        Xunit.Assert.True(taken <= s_most.Value, $"{what} took {taken}, more than {s_most.Value}.");
    }

    private static TimeSpan Measure(Action action)
    {
        TimeSpan began = ThreadTime.Now;
        action();
        return ThreadTime.Now - began;
    }

    /// <summary>Tables of strings, as readers of files make them. They take so long that a coarse clock sees it.</summary>
    private static void Work()
    {
        for (int table = 0; table < Tables; table++)
        {
            var numbers = new Dictionary<string, int>();
            for (int k = 0; k < Strings; k++) numbers.Add(k.ToString(CultureInfo.InvariantCulture), k);
        }
    }
}
