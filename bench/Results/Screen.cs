using BenchmarkDotNet.Environments;
using Spectre.Console;

namespace FastNN.Bench.Results;

/// <summary>How everything here is shown.</summary>
internal static class Screen
{
    /// <summary>Room for the widest table, also where there is no terminal to ask.</summary>
    private const int MinimumWidth = 180;

    internal static void Prepare() => AnsiConsole.Profile.Width = Math.Max(MinimumWidth, AnsiConsole.Profile.Width);

    /// <summary>The machine, .NET, and the kernels that run, and why.</summary>
    internal static void Header()
    {
        Title("FastNN");
        foreach (string line in HostEnvironmentInfo.GetCurrent().ToFormattedString()) AnsiConsole.WriteLine(line);
        AnsiConsole.WriteLine(Kernels.Describe());
    }

    /// <summary>Shows something, and keeps it in a file if one is given.</summary>
    internal static void Show(string? file, Action show)
    {
        AnsiConsole.Record();
        show();
        if (file is not null) File.WriteAllLines(file, AnsiConsole.ExportText().Split('\n').Select(line => line.TrimEnd()));
    }

    internal static void Title(string text) => AnsiConsole.Write(new Rule(text).LeftJustified());

    /// <summary>A table whose first column is text and whose others are numbers.</summary>
    internal static Table Table(string title, string first, params ReadOnlySpan<string> numbers)
    {
        Table table = new Table().Title(title).SimpleBorder().AddColumn(new TableColumn(first).NoWrap());
        foreach (string header in numbers) table.AddColumn(new TableColumn(header).RightAligned().NoWrap());
        return table;
    }

    /// <summary>
    /// Does work of so many parts, each reported as it is done, beneath a bar. Nothing is drawn in between, for that would take time and
    /// allocate memory while both are measured.
    /// </summary>
    internal static void Progress(string text, int parts, Action<Action> work) => AnsiConsole.Progress()
        .AutoRefresh(false)
        .Columns(new TaskDescriptionColumn(), new ProgressBarColumn(), new PercentageColumn(), new ElapsedTimeColumn())
        .Start(context =>
        {
            ProgressTask task = context.AddTask(text, maxValue: parts);
            work(() =>
            {
                task.Increment(1);
                context.Refresh();
            });
        });
}
