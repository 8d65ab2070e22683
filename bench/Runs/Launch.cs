using FastNN.Bench.Contests;
using FastNN.Bench.Machine;
using FastNN.Bench.Results;

namespace FastNN.Bench.Runs;

/// <summary>
/// One process in which the limits and all contestants at all tasks are timed in turn. A run starts several, because the code that
/// the JIT makes, and where it lies, differ from process to process: Scalar's GradientDescent takes 31 or 55 µs for 101,770 parameters.
/// </summary>
/// <param name="Limits">What the machine allowed meanwhile.</param>
/// <param name="Times">In the order of <see cref="Contest.Entries"/>.</param>
internal sealed record Launch(LimitFigures Limits, IReadOnlyList<Time> Times)
{
    /// <summary>The command that runs a launch in a process of its own.</summary>
    internal const string Command = "launch";

    private const int ProgressParts = 50;
    private static readonly Turns s_turns = new(cheap: TimeSpan.FromSeconds(18), costly: TimeSpan.FromSeconds(5));

    /// <summary>Starts a process after the other, each reported part by part.</summary>
    internal static IReadOnlyList<Launch> Start(int launches)
    {
        List<Launch> results = [];
        Screen.Progress($"{launches} launches", launches * ProgressParts, partDone =>
        {
            for (int launch = 0; launch < launches; launch++)
                results.Add(Child.Run<Launch>([Command], new Dictionary<string, string?>(), partDone));
        });
        return results;
    }

    /// <summary>In the launched process: measures, writes a character for each part done, then the result to a file.</summary>
    internal static void Run(string path)
    {
        var limits = new Limits(Contest.Entries.Select(entry => entry.Work.WorkingSet));
        var entries = Contest.Entries.GroupBy(entry => (entry.Name, entry.Size));
        List<List<Measurement>> groups = [.. entries.Select(group => group.Select(entry => entry.ToMeasurement()).ToList())];
        s_turns.Run(limits, groups, ProgressParts, () => Console.Write('.'));

        IEnumerable<Measurement> all = groups.SelectMany(group => group);
        var result = new Launch(
            limits.Figures, [.. all.Select(measurement => new Time(measurement.Nanoseconds, measurement.AllocatedBytes))]);
        Child.Leave(result, path);
    }
}

/// <summary>Of one call.</summary>
internal readonly record struct Time(double Nanoseconds, double AllocatedBytes);
