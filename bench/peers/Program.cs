using System.CommandLine;
using FastNN.Bench;
using FastNN.Bench.Peers;
using Spectre.Console;

IReadOnlyList<int[]> networks = Networks.Widths;
int[] batches = [1, 4, 16, 64, 256, 1024], batchesOfLargeNetworks = [1, 64, 1024], batchesToValidate = [1, 4];
const int LargeNetwork = 1024;

var validate = new Option<bool>("--validate") { Description = "Only compare the peers' results with FastNN's, on small batches, in a few seconds." };
var save = new Option<bool>("--save") { Description = "Keep what was measured in bench/results." };
var command = new RootCommand("FastNN beside the libraries that one would use instead, on the same work, one thread each.") { validate, save };
command.SetAction(arguments => Run(arguments.GetValue(validate), arguments.GetValue(save)));
return command.Parse(args).Invoke();

int Run(bool validateOnly, bool save)
{
    string? file = save ? ResultsFolder.PathOf("peers.json") : null;
    Screen.Prepare();
    Screen.Header();
    var limits = Limits.Measure(networks.Select(widths => Work.OfForward(widths, batch: 1).WorkingSet));
    var race = new Race(new Roofline(limits));
    Screen.Progress(validateOnly ? "Validating" : "Validating and timing", networks.Sum(Parts), done =>
    {
        foreach (int[] widths in networks) race.Run(widths, BatchesOf(widths), validateOnly, done);
    });

    LimitsTable.Write(limits);
    AnsiConsole.Write(Tables.OfAgreements(race));
    if (!validateOnly) Report(race, limits, file);
    if (!race.AllAgree) AnsiConsole.MarkupLine("[red]A PEER'S RESULTS ARE NOT FASTNN'S.[/]");
    return race.AllAgree ? 0 : 1;

    int[] BatchesOf(int[] widths) => validateOnly ? batchesToValidate : widths.Max() >= LargeNetwork ? batchesOfLargeNetworks : batches;
    int Parts(int[] widths) => BatchesOf(widths).Length * (validateOnly ? 1 : 1 + Enum.GetValues<Pass>().Length);
}

static void Report(Race race, LimitFigures limits, string? file)
{
    List<Row> rows = [.. race.Rows];
    if (race.Absent.ContainsKey(Contender.Libtorch.Name)) rows.AddRange(LibtorchFigures.ToRows(race.Rows, limits.Gigaflops.Values.Max()));
    foreach (Pass pass in Enum.GetValues<Pass>()) AnsiConsole.Write(Tables.OfTimes(pass, rows, race.Absent));
    if (file is null) return;

    var machine = MachineReport.Of(limits, [.. Contender.All.Where(who => !race.Absent.ContainsKey(who.Name)).Select(who => (who.Name, who.Version))]);
    new Report(machine, rows, race.Absent).Save(file);
    AnsiConsole.WriteLine($"Saved to {file}.");
}
