using System.Diagnostics;
using Xunit;

namespace FastNN.Tests.Support;

/// <summary>Whatever a file holds, it is loaded or refused within a second.</summary>
internal static class NoHang
{
    /// <summary>A load that took longer is tried twice more: a pause of the machine does not come back, what hangs does.</summary>
    /// <param name="began">When it began, by <see cref="Stopwatch.GetTimestamp"/>.</param>
    /// <param name="load">The load; what it refuses a file by does not matter here.</param>
    /// <param name="what">The file, in the message.</param>
    internal static void Assert(long began, Action load, string what)
    {
        TimeSpan most = TimeSpan.FromSeconds(1), taken = Stopwatch.GetElapsedTime(began);
        for (int tries = 0; tries < 2 && taken > most; tries++)
        {
            began = Stopwatch.GetTimestamp();
            _ = Record.Exception(load);
            taken = Stopwatch.GetElapsedTime(began);
        }

        Xunit.Assert.True(taken <= most, $"{what}: {taken}");
    }
}
