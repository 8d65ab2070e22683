using System.Diagnostics;
using FastNN.Bench.Learning;

namespace FastNN.Bench.Runs;

/// <summary>How long a network learns the digits in a process, in which nothing of FastNN has run before.</summary>
/// <param name="First">The first training.</param>
/// <param name="Again">The same training again, by a new network.</param>
internal sealed record ColdLesson(ColdLesson.Cost First, ColdLesson.Cost Again)
{
    internal static string Title => Taught.Title;

    /// <summary>It learns by <c>Trainer.Fit</c>.</summary>
    private static Lesson Taught => Lesson.Plain;

    /// <summary>In the process.</summary>
    internal static ColdLesson Measure()
    {
        Digits.Samples samples = Digits.Load(Taught).Training;
        return new(Learn(samples), Learn(samples));
    }

    private static Cost Learn(Digits.Samples samples)
    {
        int seed = Taught.Seeds[0];
        Network network = Taught.Create(seed, KernelVariant.Auto);
        TimeSpan used = Environment.CpuUsage.TotalTime;
        long start = Stopwatch.GetTimestamp();
        Taught.Learn(seed, network, samples.Inputs, samples.Targets);
        return new Cost(Stopwatch.GetElapsedTime(start).TotalSeconds, (Environment.CpuUsage.TotalTime - used).TotalSeconds);
    }

    /// <summary>Of a training.</summary>
    /// <param name="Seconds">Until it ends.</param>
    /// <param name="ProcessorSeconds">Of all threads together, the compiler's among them.</param>
    internal readonly record struct Cost(double Seconds, double ProcessorSeconds);
}
