using FastNN.Bench.Results;
using Spectre.Console;

namespace FastNN.Bench.Runs;

/// <summary>
/// What <c>-- --cold</c> does, in a minute and a half: how soon a new process has the speed of a warm one, with the settings that .NET has
/// by default. Each task has processes of its own, on all processors and on one. There .NET waits ten times as long before it compiles
/// again.
/// </summary>
internal static class ColdRun
{
    private const int Processes = 2;

    /// <summary>The two shares of the warm speed are late after so many milliseconds.</summary>
    internal const double LateHalf = 100, LateMost = 300;

    private static readonly string s_half = Cell.Percent(ColdCalls.Half), s_most = Cell.Percent(ColdCalls.Most);

    private static readonly ColdTask[] s_tasks =
    [
        .. from size in (((int[] Widths, int Batch)[])
           [([2, 4, 3, 2], 1), ([17, 33, 9, 5], 1), ([32, 64, 64, 64, 16], 64), ([784, 128, 10], 1), ([784, 128, 10], 64)])
           from pass in (string[])[ColdTask.Forward, ColdTask.Step]
           select new ColdTask(size.Widths, size.Batch, pass),
    ];

    /// <summary>If this process has one processor, its children have no more.</summary>
    private static readonly ColdSetting[] s_settings =
    [
        .. Environment.ProcessorCount == 1
            ? (ColdSetting[])[]
            : [new($"{Environment.ProcessorCount} processors", Seconds: 1, new Dictionary<string, string?>())],
        new("1 processor", Seconds: 3, new Dictionary<string, string?> { ["DOTNET_PROCESSOR_COUNT"] = "1" }),
    ];

    /// <summary>Measures and prints. The exit code is 0, because what else the machine does changes the results.</summary>
    /// <param name="file">Where to keep what is printed; null not to.</param>
    internal static int Run(string? file)
    {
        List<(ColdSetting Setting, ColdTask Task, ColdCalls Calls)> calls = [];
        List<(ColdSetting Setting, ColdLesson Lesson)> lessons = [];
        Screen.Progress("Cold processes", Processes * s_settings.Length * (s_tasks.Length + 1), done =>
        {
            for (int process = 0; process < Processes; process++)
            {
                foreach (ColdSetting setting in s_settings)
                {
                    foreach (ColdTask task in s_tasks)
                    {
                        calls.Add((setting, task, ColdProcess.Start(task, setting)));
                        done();
                    }

                    lessons.Add((setting, ColdProcess.Start(setting)));
                    done();
                }
            }
        });
        ILookup<(ColdSetting, ColdTask), ColdCalls> ofTask = calls.ToLookup(one => (one.Setting, one.Task), one => one.Calls);
        Screen.Show(file, () =>
        {
            Screen.Header();
            foreach (ColdSetting setting in s_settings) AnsiConsole.Write(ToTable(setting, ofTask));
            AnsiConsole.Write(ToTable(lessons.ToLookup(one => one.Setting, one => one.Lesson)));
            AnsiConsole.WriteLine(
                $"Medians of {Processes} processes. * {s_half} of the warm speed after more than {LateHalf} ms, or {s_most} after more "
                + $"than {LateMost} ms.");
        });
        return 0;
    }

    private static Table ToTable(ColdSetting setting, ILookup<(ColdSetting, ColdTask), ColdCalls> calls)
    {
        Table table = Screen.Table(
            $"Cold processes on {setting.Name}", "", "constructor, ms", "first call, ms", "warm call", $"{s_half} of warm, ms",
            $"{s_most} of warm, ms");
        foreach (ColdTask task in s_tasks)
        {
            IEnumerable<ColdCalls> all = calls[(setting, task)];
            table.AddRow(
                task.Name, $"{Median(all, one => one.Constructor):F0}", $"{Median(all, one => one.First):F0}",
                Cell.Time(1e6 * Median(all, one => one.Warm)), Reached(Median(all, one => one.ToHalf ?? double.PositiveInfinity), LateHalf),
                Reached(Median(all, one => one.ToMost ?? double.PositiveInfinity), LateMost));
        }

        return table;
    }

    private static Table ToTable(ILookup<ColdSetting, ColdLesson> lessons)
    {
        Table table = Screen.Table(
            $"Digits: {ColdLesson.Title}", "", "first, s", "again, s", "first / again", "first, processor s", "again, processor s");
        foreach (ColdSetting setting in s_settings)
        {
            IEnumerable<ColdLesson> all = lessons[setting];
            double first = Median(all, one => one.First.Seconds), again = Median(all, one => one.Again.Seconds);
            table.AddRow(
                setting.Name, $"{first:F3}", $"{again:F3}", $"{first / again:F1}", $"{Median(all, one => one.First.ProcessorSeconds):F3}",
                $"{Median(all, one => one.Again.ProcessorSeconds):F3}");
        }

        return table;
    }

    private static string Reached(double milliseconds, double late)
    {
        string text = double.IsFinite(milliseconds) ? $"{milliseconds:F0}" : "never";
        return milliseconds > late ? $"[red]{text} *[/]" : text;
    }

    private static double Median<T>(IEnumerable<T> all, Func<T, double> value)
    {
        double[] sorted = [.. all.Select(value).Order()];
        return (sorted[sorted.Length / 2] + sorted[(sorted.Length - 1) / 2]) / 2;
    }
}
