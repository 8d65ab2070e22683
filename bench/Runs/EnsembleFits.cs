using System.Diagnostics;

namespace FastNN.Bench.Runs;

/// <summary>Two hundred networks that learn the same samples, each in an order of its own, beside a loop of trainers.</summary>
internal static class EnsembleFits
{
    private const int Members = 200, Samples = 1200, Inputs = 8, Rounds = 5;

    /// <summary>Trains both ways in turn, and says how much faster the ensemble is.</summary>
    internal static string Compare()
    {
        var random = new Random(1);
        float[] x = [.. Enumerable.Range(0, Samples * Inputs).Select(_ => random.NextSingle() - 0.5f)];
        float[] y = [.. x.Chunk(Inputs).Select(row => row.Sum())];
        var options = new FitOptions { Epochs = 30, BatchSize = 16 };
        double loop = double.PositiveInfinity, together = double.PositiveInfinity;
        for (int round = 0; round < Rounds; round++)
        {
            loop = Math.Min(loop, Seconds(() => Loop(x, y, options)));
            together = Math.Min(together, Seconds(() => Together(x, y, options)));
        }

        double steps = Members * 30.0 * Samples / 16;
        return $"{Members} × 8-16-1, {Samples} samples, 30 epochs of batches of 16 with Adam: a loop makes {steps / loop:N0} steps a "
            + $"second, the ensemble {steps / together:N0}, {loop / together:F2} times as many.";
    }

    private static void Loop(float[] x, float[] y, FitOptions options)
    {
        for (int i = 0; i < Members; i++)
        {
            var trainer = new Trainer(new Network([Inputs, 16, 1], Activation.Tanh, Activation.Identity, seed: 1 + i), new Adam());
            trainer.Fit(x, y, options with { Seed = i });
        }
    }

    private static void Together(float[] x, float[] y, FitOptions options) => new EnsembleTrainer(
        new NetworkEnsemble([Inputs, 16, 1], Activation.Tanh, Activation.Identity, Members, seed: 1), new Adam()).FitShared(x, y, options);

    private static double Seconds(Action action)
    {
        long start = Stopwatch.GetTimestamp();
        action();
        return Stopwatch.GetElapsedTime(start).TotalSeconds;
    }
}
