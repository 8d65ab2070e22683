using BenchmarkDotNet.Configs;
using BenchmarkDotNet.EventProcessors;
using BenchmarkDotNet.Jobs;
using BenchmarkDotNet.Reports;
using BenchmarkDotNet.Running;
using BenchmarkDotNet.Toolchains.InProcess.Emit;
using Perfolizer.Horology;
using Spectre.Console;

namespace FastNN.Bench;

/// <summary>
/// BenchmarkDotNet's quick tour of every kernel: in this process and with few iterations, in about a minute. For figures to publish, name
/// benchmarks on the command line: they then run in processes of their own until their error is small.
/// </summary>
internal static class KernelTable
{
    /// <summary>Prints a line for each kernel and shape; false if a benchmark failed.</summary>
    internal static bool Run()
    {
        BenchmarkRunInfo[] runs = [];
        Summary[] summaries = [];
        var config = ManualConfig.CreateEmpty()
            .AddJob(Job.Default
                .WithToolchain(InProcessEmitToolchain.Instance)
                .WithWarmupCount(2)
                .WithIterationCount(5)
                .WithIterationTime(TimeInterval.FromMilliseconds(40)))
            .WithOptions(ConfigOptions.DisableLogFile);
        runs = [.. KernelBenchmark.All.Select(kernel => BenchmarkConverter.TypeToBenchmarks(kernel.GetType(), config))];
        Screen.Progress("BenchmarkDotNet", runs.Sum(run => run.BenchmarksCases.Length), done =>
        {
            config.AddEventProcessor(new Progress(done));
            summaries = BenchmarkRunner.Run([.. KernelBenchmark.All.Select(kernel => kernel.GetType())], config);
        });

        AnsiConsole.Write(ToTable(summaries));
        return summaries.All(summary => !summary.HasCriticalValidationErrors && summary.Reports.All(report => report.Success));
    }

    private static Table ToTable(IEnumerable<Summary> summaries)
    {
        Table table = Screen.Table(
            "Kernels: median ns of a call, and how many times as fast as Scalar",
            "kernel", ["size", .. Contestant.All.Select(contestant => contestant.ToString()), "bytes allocated"]);
        foreach (Summary summary in summaries)
        {
            foreach (var shape in summary.Reports.GroupBy(report => (Shape)report.BenchmarkCase.Parameters[nameof(KernelBenchmark.Shape)]))
            {
                double scalar = Median(shape.First());
                table.AddRow(
                [
                    shape.First().BenchmarkCase.Descriptor.Type.Name, $"{shape.Key}",
                    .. shape.Select(report => $"{Median(report):F1}  ×{scalar / Median(report):F1}"),
                    $"{shape.Max(report => report.GcStats.GetBytesAllocatedPerOperation(report.BenchmarkCase))}",
                ]);
            }
        }

        return table;
    }

    private static double Median(BenchmarkReport report) => report.ResultStatistics?.Median ?? double.NaN;

    private sealed class Progress(Action done) : EventProcessor
    {
        public override void OnEndRunBenchmark(BenchmarkCase benchmarkCase, BenchmarkReport report) => done();
    }
}
