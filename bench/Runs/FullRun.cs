using BenchmarkDotNet.Columns;
using BenchmarkDotNet.Configs;
using BenchmarkDotNet.Exporters;
using BenchmarkDotNet.Jobs;
using BenchmarkDotNet.Loggers;
using BenchmarkDotNet.Order;
using BenchmarkDotNet.Reports;
using BenchmarkDotNet.Running;
using FastNN.Bench.Contests;
using FastNN.Bench.Machine;
using FastNN.Bench.Results;
using Perfolizer.Horology;
using Spectre.Console;

namespace FastNN.Bench.Runs;

/// <summary>
/// What <c>-- --full</c> does: every kernel and network by BenchmarkDotNet, each in processes of its own, in some tens of minutes.
/// </summary>
internal static class FullRun
{
    /// <param name="file">Where to keep the table; null not to.</param>
    internal static int Run(string? file)
    {
        Screen.Header();
        Table validation = Validation.Run(out bool isValid);
        LimitsTable.Write(Roofline.Here.Figures);
        AnsiConsole.Write(validation);
        if (!isValid) return 1;

        Summary[] summaries = BenchmarkRunner.Run([.. Contest.All.Select(contest => contest.GetType())], Config());
        if (file is not null)
        {
            using var writer = new StreamWriter(file);
            foreach (Summary summary in summaries) MarkdownExporter.GitHub.ExportToLog(summary, new StreamLogger(writer));
        }

        return summaries.All(summary => summary.Reports.All(report => report.Success)) ? 0 : 1;
    }

    /// <summary>
    /// Three launches of ten iterations each, because launches differ more than iterations do; medians and extremes are shown beside means.
    /// </summary>
    private static ManualConfig Config() => ManualConfig.CreateEmpty()
        .AddJob(
            Job.Default.WithLaunchCount(3).WithWarmupCount(3).WithIterationCount(10).WithIterationTime(TimeInterval.FromMilliseconds(100)))
        .AddColumnProvider(DefaultColumnProviders.Instance)
        .AddColumn(StatisticColumn.Median, StatisticColumn.Min, StatisticColumn.Max)
        .AddLogger(ConsoleLogger.Default)
        .AddExporter(MarkdownExporter.GitHub)
        .WithOrderer(new DefaultOrderer(SummaryOrderPolicy.Declared))
        .WithOptions(ConfigOptions.JoinSummary | ConfigOptions.DisableLogFile)
        .WithArtifactsPath(Path.Combine(AppContext.BaseDirectory, "BenchmarkDotNet.Artifacts"));
}
