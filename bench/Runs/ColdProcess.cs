using System.Globalization;

namespace FastNN.Bench.Runs;

/// <summary>
/// The processes that <see cref="ColdRun"/> starts. They do not read options first, because that compiles many methods, and .NET
/// would still be busy with them.
/// </summary>
internal static class ColdProcess
{
    private const string Calls = "cold-calls", Lesson = "cold-lesson";

    /// <summary>In the process: measures and leaves the result in a file. False if the arguments are not for such a process.</summary>
    internal static bool Run(string[] arguments)
    {
        switch (arguments)
        {
            case [Calls, var widths, var batch, var pass, var seconds, var path]:
                var task = new ColdTask(Array.ConvertAll(widths.Split('-'), ToInt), ToInt(batch), pass);
                Child.Leave(ColdCalls.Measure(task, ToInt(seconds)), path);
                return true;
            case [Lesson, var path]:
                Child.Leave(ColdLesson.Measure(), path);
                return true;
            default:
                return false;
        }
    }

    private static int ToInt(string text) => int.Parse(text, CultureInfo.InvariantCulture);

    internal static ColdCalls Start(ColdTask task, ColdSetting setting) => Child.Run<ColdCalls>(
        [Calls, string.Join('-', task.Widths), $"{task.Batch}", task.Pass, $"{setting.Seconds}"], setting.Variables, () => { });

    internal static ColdLesson Start(ColdSetting setting) => Child.Run<ColdLesson>([Lesson], setting.Variables, () => { });
}

/// <summary>What a cold process does again and again.</summary>
/// <param name="Widths">Of the network.</param>
/// <param name="Batch">Samples in a call.</param>
/// <param name="Pass">Forward or step.</param>
internal sealed record ColdTask(int[] Widths, int Batch, string Pass)
{
    internal const string Forward = "forward", Step = "step";

    internal string Name => $"{string.Join('-', Widths)} × {Batch} {Pass}";
}

/// <summary>What surrounds a cold process.</summary>
/// <param name="Name">What tables call it.</param>
/// <param name="Seconds">How long it makes calls: until .NET compiles nothing any more, and half a second longer.</param>
/// <param name="Variables">Of its environment.</param>
internal sealed record ColdSetting(string Name, int Seconds, IReadOnlyDictionary<string, string?> Variables);
