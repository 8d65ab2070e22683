using System.Diagnostics;
using Xunit;

namespace FastNN.Tests.Support;

/// <summary>Loads or refuses any file within a second.</summary>
internal static class NoHang
{
    /// <summary>Tries a load that took longer twice more. A pause of the machine does not come back. A hang does.</summary>
    /// <param name="began">When it began, by <see cref="Stopwatch.GetTimestamp"/>.</param>
    /// <param name="load">The load. How it refuses a file does not matter here.</param>
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

        Xunit.Assert.True(taken <= most, $"{what} took {taken}.");
    }
}
