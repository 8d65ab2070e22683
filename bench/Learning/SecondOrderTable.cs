using System.Diagnostics;
using FastNN.Bench.Results;
using Spectre.Console;

namespace FastNN.Bench.Learning;

/// <summary>Smooth functions learned by the second-order optimizers, by Adam, and by scikit-learn's L-BFGS.</summary>
internal static class SecondOrderTable
{
    private const int Seeds = 5, Most = 2000;

    /// <summary>The optimizers, with their epochs. scikit-learn has the most iterations.</summary>
    private static readonly (string Name, int Epochs, Func<int, Optimizer> For)[] s_optimizers =
    [
        ("Adam as it is", Most, _ => new Adam()),
        ("Adam, cosine", Most, samples => new Adam(1e-2f) { Schedule = LearningRateSchedule.Cosine(Most * ((samples + 31) / 32)) }),
        ("Lbfgs", 400, _ => new Lbfgs()),
        ("Lbfgs", Most, _ => new Lbfgs()),
        ("Levenberg–Marquardt", 60, _ => new LevenbergMarquardt()),
    ];

    internal static void Show()
    {
        Table table = Screen.Table(
            $"Smooth functions: means of {Seeds} seeds", "task", "network", "by", "epochs", "cost of the training", "R² held out",
            "seconds", "ends");
        Screen.Progress("Smooth functions", SmoothTasks.All.Count * (s_optimizers.Length + 1), done =>
        {
            foreach ((int[] hidden, Func<int, DataSet> of) in SmoothTasks.All)
            {
                foreach ((string name, int epochs, Func<int, Optimizer> optimizer) in s_optimizers)
                {
                    AddRow(table, hidden, name, epochs, [.. Seed(of).Select(data => Teach(data, hidden, epochs, optimizer))]);
                    done();
                }

                AddRow(table, hidden, "scikit-learn, lbfgs", Most, [.. Seed(of).SelectMany(data => BySklearn(data, hidden))]);
                done();
            }
        });
        AnsiConsole.Write(table.Caption(
            "Tanh, inputs and outputs standardized. Adam takes batches of 32, with 10⁻³, or with 10⁻² and a cosine. A quarter of the "
            + "samples is held out. The cost is the mean squared error in standardized units."));
    }

    private static IEnumerable<(int Seed, DataSet Training, DataSet HeldOut)> Seed(Func<int, DataSet> of) =>
        Enumerable.Range(0, Seeds).Select(seed =>
        {
            (DataSet training, DataSet heldOut) = of(seed).Split(seed);
            return (seed, training, heldOut);
        });

    private static Result Teach(
        (int Seed, DataSet Training, DataSet HeldOut) data, int[] hidden, int epochs, Func<int, Optimizer> optimizer)
    {
        Network network = Pupil.Create(data.Training, hidden, Activation.Tanh, data.Seed, Initializer.Glorot);
        var trainer = new Trainer(network, optimizer(data.Training.Samples));
        long start = Stopwatch.GetTimestamp();
        FitResult result = trainer.Fit(data.Training.X, data.Training.Y, new FitOptions { Epochs = epochs, Seed = data.Seed });
        double seconds = Stopwatch.GetElapsedTime(start).TotalSeconds, cost = 1 - trainer.Measure(data.Training.X, data.Training.Y).R2;
        return new Result(data.Training.Name, cost, trainer.Measure(data.HeldOut.X, data.HeldOut.Y).R2, seconds, $"{result.Reason}");
    }

    private static Result[] BySklearn((int Seed, DataSet Training, DataSet HeldOut) data, int[] hidden) =>
        Sklearn.Learn(data.Training, data.HeldOut, hidden, data.Seed, Most) is { } result
            ? [new Result(data.Training.Name, result.Cost, result.R2, result.Seconds, "ended")]
            : [];

    private static void AddRow(Table table, int[] hidden, string name, int epochs, Result[] all)
    {
        if (all.Length == 0) return;

        table.AddRow(
            all[0].Task, string.Join('-', hidden), name, $"{epochs}", $"{all.Average(r => r.Cost):E1}", $"{all.Average(r => r.R2):F4}",
            $"{all.Average(r => r.Seconds):F3}",
            string.Join(", ", all.GroupBy(r => r.Ends).Select(group => $"{group.Count()} {group.Key}")));
    }

    private sealed record Result(string Task, double Cost, double R2, double Seconds, string Ends);
}
