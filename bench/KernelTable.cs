using BenchmarkDotNet.Configs;
using BenchmarkDotNet.EventProcessors;
using BenchmarkDotNet.Jobs;
using BenchmarkDotNet.Loggers;
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
        List<KernelBenchmark> kernels = [.. KernelBenchmark.All];
        int benchmarks = kernels.Sum(kernel => kernel.Shapes.Count()) * Contestant.All.Length;
        List<BenchmarkReport> reports = [];
        Screen.Progress("BenchmarkDotNet", benchmarks, done =>
        {
            ManualConfig config = QuickConfig().AddEventProcessor(new Progress(done));
            Summary[] summaries = BenchmarkRunner.Run([.. kernels.Select(kernel => kernel.GetType())], config);
            reports = [.. summaries.SelectMany(summary => summary.Reports).Where(report => report.Success)];
        });

        AnsiConsole.Write(ToTable(kernels, reports));
        return reports.Count == benchmarks;
    }

    private static ManualConfig QuickConfig() => ManualConfig.CreateEmpty()
        .AddJob(Job.Default
            .WithToolchain(InProcessEmitToolchain.Instance)
            .WithWarmupCount(2)
            .WithIterationCount(5)
            .WithIterationTime(TimeInterval.FromMilliseconds(50)))
        .AddLogger(NullLogger.Instance)
        .WithOptions(ConfigOptions.DisableLogFile)
        .WithArtifactsPath(Path.Combine(AppContext.BaseDirectory, "BenchmarkDotNet.Artifacts"));

    private static Table ToTable(List<KernelBenchmark> kernels, List<BenchmarkReport> reports)
    {
        Table table = Screen.Table(
            "Kernels: median ns of a call, and how many times as fast as Scalar",
            "kernel", ["size", .. Contestant.All.Select(contestant => contestant.ToString())]);
        foreach (KernelBenchmark kernel in kernels)
        {
            foreach (Shape shape in kernel.Shapes)
            {
                BenchmarkReport?[] row = [.. Contestant.All.Select(contestant => reports.Find(report => IsOf(report.BenchmarkCase, kernel, shape, contestant)))];
                table.AddRow(
                [
                    kernel.GetType().Name, $"{shape}",
                    .. row.Select(report => $"{Median(report):F1}  ×{Median(row[0]) / Median(report):F1}"),
                ]);
            }
        }

        return table;
    }

    private static bool IsOf(BenchmarkCase benchmark, KernelBenchmark kernel, Shape shape, Contestant contestant) =>
        benchmark.Descriptor.Type == kernel.GetType()
        && benchmark.Parameters[nameof(KernelBenchmark.Shape)].Equals(shape)
        && benchmark.Parameters[nameof(KernelBenchmark.Kernels)] == contestant;

    private static double Median(BenchmarkReport? report) => report?.ResultStatistics?.Median ?? double.NaN;

    private sealed class Progress(Action done) : EventProcessor
    {
        public override void OnEndRunBenchmark(BenchmarkCase benchmarkCase, BenchmarkReport report) => done();
    }
}
