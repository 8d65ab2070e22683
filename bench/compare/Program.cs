using System.CommandLine;
using FastNN.Bench.Compare;

var dll = new Argument<string>("dll");
var exercise = new Command("exercise", "Calls every kernel of a build: for the disassembly script.") { dll };
exercise.Hidden = true;
exercise.SetAction(arguments => Exercise.Run(new Build(arguments.GetRequiredValue(dll))));

var beforeListing = new Argument<string>("before");
var afterListing = new Argument<string>("after");
var folder = new Argument<string>("folder");
var renames = new Option<string?>("--renames");
var kernels = new Option<bool>("--kernels");
var listings = new Command("listings", "Compares two listings of the JIT: for the disassembly script.") { beforeListing, afterListing, folder, renames, kernels };
listings.Hidden = true;
listings.SetAction(arguments => ListingReport.Run(
    arguments.GetRequiredValue(beforeListing), arguments.GetRequiredValue(afterListing), arguments.GetRequiredValue(folder),
    arguments.GetValue(renames), arguments.GetValue(kernels)));

return new RootCommand("Compares two builds of FastNN.dll.") { exercise, listings }.Parse(args).Invoke();
