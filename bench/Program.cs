using System.Runtime.InteropServices;
using BenchmarkDotNet.Environments;
using BenchmarkDotNet.Reports;
using BenchmarkDotNet.Running;
using FastNN;
using FastNN.Bench;
using Spectre.Console;

if (args.Length > 0)
{
    IEnumerable<Summary> summaries = BenchmarkSwitcher.FromAssembly(typeof(KernelBenchmark).Assembly).Run(args);
    return summaries.All(summary => summary.Reports.All(report => report.Success)) ? 0 : 1;
}

Screen.Prepare();
Screen.Title("FastNN");
foreach (string line in HostEnvironmentInfo.GetCurrent().ToFormattedString()) AnsiConsole.WriteLine(line);
AnsiConsole.WriteLine(RuntimeInformation.FrameworkDescription);
AnsiConsole.WriteLine($"Kernels: {KernelSet.For(KernelVariant.Auto).Variant}, of {string.Join(", ", Kernels.Supported)}");

Screen.Title("1. Every kernel against the reference");
if (!Validation.Run()) return 1;

Screen.Title("2. One sample at a time, and the sigmoid, against the machine's limits");
Latency.Run();

Screen.Title("3. Every kernel by BenchmarkDotNet");
bool benchmarked = KernelTable.Run();

Screen.Title("4. Real work");
bool learned = Digits.Run();

if (!benchmarked) AnsiConsole.MarkupLine("[red]A benchmark failed.[/]");
if (!learned) AnsiConsole.MarkupLine("[red]The digits were not learned alike and well.[/]");
return benchmarked && learned ? 0 : 1;
