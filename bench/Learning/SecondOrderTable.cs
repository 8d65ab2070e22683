using System.Diagnostics;
using FastNN.Bench.Results;
using Spectre.Console;

namespace FastNN.Bench.Learning;

/// <summary>Smooth functions learned by the second-order optimizers, by Adam, and by scikit-learn's L-BFGS.</summary>
internal static class SecondOrderTable
{
    private const int Seeds = 5, Iterations = 400, AdamEpochs = 2000;

    private static readonly (string Name, Func<int, FitOptions, (Optimizer Optimizer, FitOptions Options)> Of)[] s_optimizers =
    [
        ("Adam", (samples, options) => (
            new Adam(1e-2f) { Schedule = LearningRateSchedule.Cosine(AdamEpochs * ((samples + 31) / 32)) },
            options with { Epochs = AdamEpochs })),
        ("Lbfgs", (_, options) => (new Lbfgs(), options)),
        ("Levenberg–Marquardt", (_, options) => (new LevenbergMarquardt(), options)),
    ];

    internal static void Show()
    {
        Table table = Screen.Table(
            $"Smooth functions: means of {Seeds} seeds", "task", "network", "by", "cost of the training", "R² held out", "seconds", "ends");
        Screen.Progress("Smooth functions", SmoothTasks.All.Count * (s_optimizers.Length + 1), done =>
        {
            foreach ((int[] hidden, Func<int, DataSet> of) in SmoothTasks.All)
            {
                foreach ((string name, var optimizer) in s_optimizers)
                {
                    AddRow(table, hidden, name, Seed(of).Select(data => Teach(data.Seed, data.Training, data.HeldOut, hidden, optimizer)));
                    done();
                }

                AddRow(table, hidden, "scikit-learn", Seed(of).Select(data => Sklearn.Learn(data.Training, data.HeldOut, hidden, data.Seed, Iterations))
                    .TakeWhile(result => result is not null).Select(result => result!.Value)
                    .Select(result => new Result(Seed(of).First().Training.Name, result.Cost, result.R2, result.Seconds, "")));
                done();
            }
        });
        AnsiConsole.Write(table.Caption(
            $"Tanh, inputs and outputs standardized, {Iterations} iterations. Adam: {AdamEpochs} epochs of batches of 32, 10⁻² with a cosine. "
            + "A quarter of the samples is held out. The cost is the mean squared error in standardized units."));
    }

    private static IEnumerable<(int Seed, DataSet Training, DataSet HeldOut)> Seed(Func<int, DataSet> of) =>
        Enumerable.Range(0, Seeds).Select(seed =>
        {
            (DataSet training, DataSet heldOut) = of(seed).Split(seed);
            return (seed, training, heldOut);
        });

    private static Result Teach(
        int seed, DataSet training, DataSet heldOut, int[] hidden, Func<int, FitOptions, (Optimizer Optimizer, FitOptions Options)> of)
    {
        Network network = Pupil.Create(training, hidden, Activation.Tanh, seed, Initializer.Glorot);
        (Optimizer optimizer, FitOptions options) = of(training.Samples, new FitOptions { Epochs = Iterations, Seed = seed });
        var trainer = new Trainer(network, optimizer);
        long start = Stopwatch.GetTimestamp();
        FitResult result = trainer.Fit(training.X, training.Y, options);
        double seconds = Stopwatch.GetElapsedTime(start).TotalSeconds;
        double cost = 1 - trainer.Measure(training.X, training.Y).R2;
        return new Result(training.Name, cost, trainer.Measure(heldOut.X, heldOut.Y).R2, seconds, $"{result.Reason}");
    }

    private static void AddRow(Table table, int[] hidden, string name, IEnumerable<Result> results)
    {
        Result[] all = [.. results];
        if (all.Length == 0) return;

        table.AddRow(
            all[0].Task, string.Join('-', hidden), name, $"{all.Average(r => r.Cost):E1}", $"{all.Average(r => r.R2):F4}",
            $"{all.Average(r => r.Seconds):F3}", string.Join(' ', all.GroupBy(r => r.Ends).Select(g => $"{g.Count()} {g.Key}").Where(t => t.Length > 2)));
    }

    private sealed record Result(string Task, double Cost, double R2, double Seconds, string Ends);
}
