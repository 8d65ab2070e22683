using System.Globalization;

namespace FastNN.Bench.Compare;

/// <summary>
/// One process of a comparison. Prints the times of all rounds; the process that started it reads them. Where the JIT puts code is chance,
/// and stays so for as long as a process runs: hence several processes.
/// </summary>
internal static class Duels
{
    /// <summary>The name of the command.</summary>
    internal const string Command = "duels";

    internal static void Run(string before, string after, string variant, int rounds, bool afterFirst)
    {
        Build? second = afterFirst ? new Build(after) : null;
        var first = new Build(before);
        second ??= new Build(after);
        Duel[] duels = [.. Cell.All.Select(cell => new Duel(cell, first, second, variant, afterFirst))];

        // After 30 calls and 100 ms a method is compiled to take a profile, after 30 more and 100 ms for good; its callees may be later.
        for (int tier = 0; tier < 4; tier++)
        {
            foreach (Duel duel in duels) duel.WarmUp();
            Thread.Sleep(250);
        }

        foreach (Duel duel in duels) duel.Calibrate();
        for (int round = 0; round < rounds; round++)
        {
            foreach (Duel duel in duels) duel.Round(round);
        }

        foreach (Duel duel in duels)
        {
            Console.WriteLine(ToLine(duel.Before));
            Console.WriteLine(ToLine(duel.After));
        }
    }

    /// <summary>What <see cref="Run"/> printed: for each cell the times of the old build and of the new one.</summary>
    internal static List<(double[] Before, double[] After)> Parse(string text) =>
        [.. text.Split('\n', StringSplitOptions.RemoveEmptyEntries).Select(FromLine).Chunk(2).Select(lines => (lines[0], lines[1]))];

    private static string ToLine(List<double> times) =>
        string.Join(' ', times.Select(time => time.ToString("F3", CultureInfo.InvariantCulture)));

    private static double[] FromLine(string line) => [.. line.Split(' ').Select(time => double.Parse(time, CultureInfo.InvariantCulture))];
}
