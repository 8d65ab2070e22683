using System.CommandLine;
using BenchmarkDotNet.Reports;
using BenchmarkDotNet.Running;
using FastNN;
using FastNN.Bench.Contests;
using FastNN.Bench.Results;
using FastNN.Bench.Routing;
using FastNN.Bench.Runs;
using FastNN.Tuning;
using Spectre.Console;

if (ColdProcess.Run(args)) return 0;

Option<bool> Flag(string name, string description) => new(name) { Description = description };
Option<bool> quick = Flag("--quick", "A first table: limits, and networks of all sizes beside them, in 20 seconds.");
Option<bool> full = Flag(
    "--full", "Every kernel and network by BenchmarkDotNet, in processes of their own: unattended, some tens of minutes.");
Option<bool> scaling = Flag("--scaling", "How networks fare as batches, widths and threads grow: under three minutes.");
Option<bool> load = Flag("--load", "Only how long it takes to load a network: some seconds.");
Option<bool> aot = Flag("--aot", "NativeAOT beside the JIT, and how long a start takes: about three minutes.");
Option<bool> latency = Flag("--latency", "Ten million single calls, one by one, for the longest: about two minutes.");
Option<bool> serving = Flag("--serving", "What packed weights gain and cost a served network: a quarter of a minute.");
Option<bool> standardizers = Flag("--standardizers", "What standardizers cost: a quarter of a minute.");
Option<bool> derivatives = Flag("--derivatives", "A vector–Jacobian product and a Jacobian beside Forward: a quarter of a minute.");
Option<bool> ensembles = Flag("--ensembles", "Many networks at once beside a loop over networks: two minutes.");
Option<bool> gram = Flag("--gram", "How near JᵀJ comes to the peak of multiply-adds: a minute.");
Option<bool> fit = Flag("--fit", "What Fit, TrainUntil and Measure take beside Step and Forward: half a minute.");
Option<bool> cold = Flag("--cold", "How soon a new process has the speed of a warm one: a minute and a half.");
var learning = new Option<string?>("--learning")
{
    Description =
        "What networks learn from small data: initialisers, recipes, second-order or digits. Without a name all of them, in three minutes.",
    HelpName = "table",
    Arity = ArgumentArity.ZeroOrOne,
};
learning.AcceptOnlyFromAmong(LearningRun.Tables);
Option<bool> save = Flag("--save", "Keep the results in bench/results/<cpu>.");
var routes = new Option<RouteQuestion?>("--routes")
{
    Description = "Which kernel takes each layer of a network, and in what blocks: --routes 784-128-10 64.",
    HelpName = "widths> <batch",
    Arity = new ArgumentArity(2, 2),
    AllowMultipleArgumentsPerToken = true,
    CustomParser = RouteQuestion.Parse,
};
var force = new Option<string?>("--force")
{
    Description = "With --routes: times another route beside the chosen one, in some ten seconds. "
        + $"{string.Join(", ", Enum.GetNames<ForcedRoute.Choice>().Skip(1))}, depth=N.",
};
var variant = new Option<KernelVariant>("--variant")
{
    Description = "With --routes or --quick: the kernels, the default ones if none are named.",
};
force.Validators.Add(result =>
{
    try
    {
        ForcedRoute.Parse(result.GetValueOrDefault<string?>());
    }
    catch (InvalidOperationException unknown)
    {
        result.AddError(unknown.Message.Replace(ForcedRoute.EnvironmentVariable, "--force"));
    }
});

var file = new Argument<string>("file");
var launch = new Command(Launch.Command) { file };
launch.Hidden = true;
launch.SetAction(arguments => Launch.Run(arguments.GetRequiredValue(file)));

Argument<string> widths = new("widths"), batch = new("batch");
var kernels = new Argument<KernelVariant>("kernels");
var timeRoutes = new Command(RouteTiming.Command) { widths, batch, kernels, file };
timeRoutes.Hidden = true;
timeRoutes.SetAction(arguments => RouteTiming.Run(
    RouteQuestion.Parse(arguments.GetRequiredValue(widths), arguments.GetRequiredValue(batch))!, arguments.GetValue(kernels),
    arguments.GetRequiredValue(file)));

var root = new RootCommand(Help.Text)
{
    quick, full, scaling, load, aot, latency, cold, serving, standardizers, derivatives, ensembles, gram, fit, learning, routes, force,
    variant, save, launch, timeRoutes,
};
root.TreatUnmatchedTokensAsErrors = false;
root.Validators.Add(result =>
{
    bool asks = result.GetResult(routes) is not null;
    if (!asks && result.GetResult(force) is { Implicit: false }) result.AddError("--force goes with --routes.");
    bool prints = asks || result.GetResult(learning) is not null
        || new[] { serving, standardizers, derivatives, gram, fit, load }.Any(result.GetValue);
    if (result.GetValue(save) && prints)
    {
        result.AddError(
            "--save does not go with --routes, --serving, --standardizers, --derivatives, --gram, --fit, --learning or --load.");
    }

    if (!asks && !result.GetValue(quick) && result.GetResult(variant) is { Implicit: false })
        result.AddError("--variant goes with --routes or --quick.");
});
root.SetAction(arguments =>
{
    if (arguments.UnmatchedTokens.Count > 0)
    {
        if (arguments.GetValue(routes) is not null)
        {
            Console.Error.WriteLine($"--routes takes widths and a batch, and no more, but there is {arguments.UnmatchedTokens[0]}.");
            return 1;
        }

        IEnumerable<Summary> summaries = BenchmarkSwitcher.FromAssembly(typeof(Contest).Assembly).Run([.. arguments.UnmatchedTokens]);
        return summaries.All(summary => summary.Reports.All(report => report.Success)) ? 0 : 1;
    }

    Screen.Prepare();
    if (arguments.GetValue(routes) is { } question)
        return RoutesRun.Run(question, arguments.GetValue(variant), arguments.GetValue(force));

    if (arguments.GetValue(load))
    {
        Screen.Header();
        AnsiConsole.Write(Loading.Run());
        return 0;
    }

    if (arguments.GetValue(serving)) return ServingRun.Run();
    if (arguments.GetValue(standardizers)) return StandardizersRun.Run();
    if (arguments.GetValue(derivatives)) return DerivativesRun.Run();
    if (arguments.GetValue(gram)) return GramRun.Run();
    if (arguments.GetResult(learning) is not null) return LearningRun.Run(arguments.GetValue(learning));
    if (arguments.GetValue(fit)) return FitRun.Run();

    string? FileOf(string name) => arguments.GetValue(save) ? ResultsFolder.PathOf(name) : null; // found before the work, not after it
    if (arguments.GetValue(quick)) return QuickRun.Run(arguments.GetValue(variant), FileOf("quick.txt"));
    if (arguments.GetValue(aot)) return AheadRun.Run(FileOf("aot.txt"));
    if (arguments.GetValue(latency)) return LatencyRun.Run(FileOf("latency.txt"));
    if (arguments.GetValue(ensembles)) return EnsemblesRun.Run(FileOf("ensembles.json"));
    if (arguments.GetValue(cold)) return ColdRun.Run(FileOf("cold.txt"));
    if (arguments.GetValue(scaling)) return ScalingRun.Run(FileOf("scaling.json"));
    return arguments.GetValue(full) ? FullRun.Run(FileOf("full.md")) : DefaultRun.Run(FileOf("variants.json"));
});
return root.Parse(args).Invoke();
