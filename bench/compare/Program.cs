using System.CommandLine;
using FastNN.Bench.Compare;

var before = new Argument<string>("before") { Description = "The old FastNN.dll." };
var after = new Argument<string>("after") { Description = "The new one." };
var variant = new Option<string>("--variant") { Description = "A member of KernelVariant.", DefaultValueFactory = _ => "Auto" };
var rounds = new Option<int>("--rounds") { Description = "Rounds in a process.", DefaultValueFactory = _ => 48 };
var processes = new Option<int>("--processes") { Description = "Processes, one after the other.", DefaultValueFactory = _ => 12 };
var time = new Command("time", "Times both builds in turns, in several processes: under two minutes.")
{
    before, after, variant, rounds, processes,
};
time.SetAction(arguments => TimeRun.Run(
    arguments.GetRequiredValue(before), arguments.GetRequiredValue(after), arguments.GetRequiredValue(variant),
    arguments.GetRequiredValue(rounds), arguments.GetRequiredValue(processes)));

var variantOfDuels = new Argument<string>("variant");
var roundsOfDuels = new Argument<int>("rounds");
var afterFirst = new Argument<bool>("after first");
var duels = new Command(Duels.Command, "One process of the above.") { before, after, variantOfDuels, roundsOfDuels, afterFirst };
duels.Hidden = true;
duels.SetAction(arguments => Duels.Run(
    arguments.GetRequiredValue(before), arguments.GetRequiredValue(after), arguments.GetRequiredValue(variantOfDuels),
    arguments.GetRequiredValue(roundsOfDuels), arguments.GetRequiredValue(afterFirst)));

var dll = new Argument<string>("dll");
var exercise = new Command("exercise", "Calls every kernel of a build: for the disassembly script.") { dll };
exercise.Hidden = true;
exercise.SetAction(arguments => Exercise.Run(new Build(arguments.GetRequiredValue(dll))));

var folder = new Argument<string>("folder");
var renames = new Option<string?>("--renames");
var kernels = new Option<bool>("--kernels");
var listings = new Command("listings", "Compares two listings of the JIT: for the disassembly script.")
{
    before, after, folder, renames, kernels,
};
listings.Hidden = true;
listings.SetAction(arguments => ListingReport.Run(
    arguments.GetRequiredValue(before), arguments.GetRequiredValue(after), arguments.GetRequiredValue(folder),
    arguments.GetValue(renames), arguments.GetValue(kernels)));

var files = new Argument<string[]>("listings");
var instructions = new Command("instructions", "Counts the instructions of inner loops: for the script of this name.") { files };
instructions.Hidden = true;
instructions.SetAction(arguments => InstructionTable.Run(arguments.GetRequiredValue(files)));

return new RootCommand("Compares two builds of FastNN.dll.") { time, duels, exercise, listings, instructions }.Parse(args).Invoke();
