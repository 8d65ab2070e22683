using System.CommandLine;
using FastNN.Bench;
using FastNN.Bench.Peers;
using Spectre.Console;

int[][] networks = [[2, 4, 3, 2], [8, 16, 16, 1], [17, 33, 9, 5], [32, 64, 64, 64, 16], [784, 128, 10], [1024, 1024, 1024]];
int[] batches = [1, 4, 16, 64, 256, 1024], batchesOfLargeNetworks = [1, 64, 1024], batchesToValidate = [1, 4];
const int LargeNetwork = 1024;

var validate = new Option<bool>("--validate") { Description = "Only compare the peers' results with FastNN's, on small batches, in a few seconds." };
var save = new Option<bool>("--save") { Description = "Keep what was measured in bench/results." };
var command = new RootCommand("FastNN beside the libraries that one would use instead, on the same work, one thread each.") { validate, save };
command.SetAction(arguments => Run(arguments.GetValue(validate), arguments.GetValue(save)));
return command.Parse(args).Invoke();

int Run(bool validateOnly, bool save)
{
    Screen.Prepare();
    Screen.Title("FastNN and its peers");
    var race = new Race();
    Screen.Progress(validateOnly ? "Validating" : "Validating and timing", networks.Sum(Parts), done =>
    {
        foreach (int[] widths in networks) race.Run(widths, BatchesOf(widths), validateOnly, done);
    });

    AnsiConsole.Write(Tables.OfAgreements(race));
    if (!validateOnly) Report(race, save);
    foreach ((string who, string why) in race.Absent) AnsiConsole.WriteLine($"– {who}: {why}");
    if (!race.AllAgree) AnsiConsole.MarkupLine("[red]A PEER'S RESULTS ARE NOT FASTNN'S.[/]");
    return race.AllAgree ? 0 : 1;

    int[] BatchesOf(int[] widths) => validateOnly ? batchesToValidate : widths.Max() >= LargeNetwork ? batchesOfLargeNetworks : batches;
    int Parts(int[] widths) => BatchesOf(widths).Length * (validateOnly ? 1 : 1 + Enum.GetValues<Pass>().Length);
}

static void Report(Race race, bool save)
{
    MachineReport machine = Placeholder.DescribeMachine();
    List<Row> rows = [.. race.Rows];
    if (race.Absent.ContainsKey(Contender.Libtorch.Name)) rows.AddRange(LibtorchFigures.ToRows(race.Rows, machine.Gigaflops.Values.Max()));
    foreach (Pass pass in Enum.GetValues<Pass>()) AnsiConsole.Write(Tables.OfTimes(pass, rows));
    if (!save) return;

    string path = Placeholder.PathFor(machine);
    new Report(machine, rows, race.Absent).Save(path);
    AnsiConsole.WriteLine($"Saved to {path}.");
}
