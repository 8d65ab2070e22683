using System.CommandLine;
using FastNN.Bench.Machine;
using FastNN.Bench.Peers;
using FastNN.Bench.Results;
using FastNN.Bench.WholeNetworks;
using Spectre.Console;

IReadOnlyList<int[]> networks = Networks.Widths;
IReadOnlyList<int[]> networksOfKinds = [[32, 64, 64, 64, 16], [784, 128, 10]];
int[] batches = [1, 4, 16, 64, 256, 1024], batchesOfLargeNetworks = [1, 64, 1024], batchesOfKinds = [1, 64], batchesToValidate = [1, 4];
const int LargeNetwork = 1024;

var validate = new Option<bool>("--validate")
{
    Description = "Only compare the peers' results with FastNN's, on small batches, in a few seconds.",
};
var save = new Option<bool>("--save") { Description = "Keep what was measured in bench/results." };
var ensembles = new Option<bool>("--ensembles")
{
    Description = "Only an ensemble beside libtorch's products of stacked matrices, in a few seconds.",
};
var command = new RootCommand("FastNN beside the libraries that one would use instead, on the same work, one thread each.")
{
    validate, save, ensembles,
};
command.Validators.Add(result =>
{
    if (result.GetValue(ensembles) && (result.GetValue(validate) || result.GetValue(save)))
        result.AddError("--ensembles does not go with --validate or --save.");
});
command.SetAction(arguments =>
    arguments.GetValue(ensembles) ? MembersRace.Run() : Run(arguments.GetValue(validate), arguments.GetValue(save)));
return command.Parse(args).Invoke();

int Run(bool validateOnly, bool save)
{
    string? file = save ? ResultsFolder.PathOf("peers.json") : null;
    Screen.Prepare();
    Screen.Header();
    if (ActivationForms.Missing.Any())
        throw new InvalidOperationException($"Forms.cs has no row for {string.Join(", ", ActivationForms.Missing)}.");
    List<(NetworkKind Kind, int[] Widths, int[] Batches)> tasks =
    [
        .. from widths in networks select (NetworkKind.Article, widths, widths.Max() >= LargeNetwork ? batchesOfLargeNetworks : batches),
        .. from kind in NetworkKind.Others from widths in networksOfKinds select (kind, widths, batchesOfKinds),
    ];
    if (validateOnly) tasks = tasks.ConvertAll(task => task with { Batches = batchesToValidate });
    var limits = Limits.Measure(tasks.Select(task => Work.OfStep(task.Widths, batch: 1, task.Kind).WorkingSet));
    var race = new Race(new Roofline(limits));
    int parts = tasks.Sum(task => task.Batches.Length) * (validateOnly ? 1 : 1 + Enum.GetValues<Pass>().Length);
    Screen.Progress(validateOnly ? "Validating" : "Validating and timing", parts, done =>
    {
        foreach ((NetworkKind kind, int[] widths, int[] batches) in tasks) race.Run(kind, widths, batches, validateOnly, done);
    });

    LimitsTable.Write(limits);
    AnsiConsole.Write(Tables.OfAgreements(race));
    if (!validateOnly) Report(race, limits, file);
    if (!race.AllAgree) AnsiConsole.MarkupLine("[red]A PEER'S RESULTS ARE NOT FASTNN'S.[/]");
    return race.AllAgree ? 0 : 1;
}

static void Report(Race race, LimitFigures limits, string? file)
{
    List<Row> rows = [.. race.Rows];
    if (race.Absent.ContainsKey(Contender.Libtorch.Name)) rows.AddRange(LibtorchFigures.ToRows(race.Rows, limits.Gigaflops.Values.Max()));
    foreach (Table table in Tables.OfTimes(rows, race.Absent)) AnsiConsole.Write(table);
    if (file is null) return;

    var machine = MachineReport.Of(
        limits, [.. Contender.All.Where(who => !race.Absent.ContainsKey(who.Name)).Select(who => (who.Name, who.Version()))]);
    new Report(machine, rows, race.Absent).Save(file);
    AnsiConsole.WriteLine($"Saved to {file}.");
}
