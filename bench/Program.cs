using System.CommandLine;
using BenchmarkDotNet.Reports;
using BenchmarkDotNet.Running;
using FastNN.Bench.Contests;
using FastNN.Bench.Results;
using FastNN.Bench.Runs;
using Spectre.Console;

var full = new Option<bool>("--full")
{
    Description = "Every kernel and network by BenchmarkDotNet, in processes of their own: unattended, some tens of minutes.",
};
var scaling = new Option<bool>("--scaling") { Description = "How networks fare as batches, widths and threads grow: under three minutes." };
var load = new Option<bool>("--load") { Description = "Only how long it takes to load a network: some seconds." };
var aot = new Option<bool>("--aot") { Description = "NativeAOT beside the JIT, and how long a start takes: about three minutes." };
var latency = new Option<bool>("--latency") { Description = "Ten million single calls, one by one, for the longest: about two minutes." };
var save = new Option<bool>("--save") { Description = "Keep the results in bench/results/<cpu>." };
var file = new Argument<string>("file");
var launch = new Command(Launch.Command) { file };
launch.Hidden = true;
launch.SetAction(arguments => Launch.Run(arguments.GetRequiredValue(file)));

var root = new RootCommand(
    "Compares FastNN's kernels with each other and with the limits of this machine: without options all of them, in five processes, "
    + "in under four minutes. Other arguments are BenchmarkDotNet's, such as --filter '*Forward*'.")
{
    full, scaling, load, aot, latency, save, launch,
};
root.TreatUnmatchedTokensAsErrors = false;
root.SetAction(arguments =>
{
    if (arguments.UnmatchedTokens.Count > 0)
    {
        IEnumerable<Summary> summaries = BenchmarkSwitcher.FromAssembly(typeof(Contest).Assembly).Run([.. arguments.UnmatchedTokens]);
        return summaries.All(summary => summary.Reports.All(report => report.Success)) ? 0 : 1;
    }

    Screen.Prepare();
    if (arguments.GetValue(load))
    {
        Screen.Header();
        AnsiConsole.Write(Loading.Run());
        return 0;
    }

    string? FileOf(string name) => arguments.GetValue(save) ? ResultsFolder.PathOf(name) : null; // found before the work, not after it
    if (arguments.GetValue(aot)) return AheadRun.Run(FileOf("aot.txt"));
    if (arguments.GetValue(latency)) return LatencyRun.Run(FileOf("latency.txt"));
    if (arguments.GetValue(scaling)) return ScalingRun.Run(FileOf("scaling.json"));
    return arguments.GetValue(full) ? FullRun.Run(FileOf("full.md")) : DefaultRun.Run(FileOf("variants.json"));
});
return root.Parse(args).Invoke();
