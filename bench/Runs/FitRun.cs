using FastNN.Bench.Machine;
using FastNN.Bench.Results;
using Spectre.Console;

namespace FastNN.Bench.Runs;

/// <summary>What Fit, TrainUntil and Measure take beside the steps and the forward passes that they are made of.</summary>
internal static class FitRun
{
    private const int Rounds = 20, Turns = 50;
    private static readonly int[][] s_widths = [[8, 16, 16, 1], [64, 128, 64, 10], [784, 128, 10]];
    private static readonly int[] s_batches = [32, 300];

    private static readonly (string Name, Func<Optimizer> New)[] s_optimizers =
        [("SGD", () => new Sgd(1e-7f)), ("Adam", () => new Adam(1e-7f))];

    /// <summary>Measures and prints, in half a minute.</summary>
    internal static int Run()
    {
        Screen.Header();
        string[] columns =
        [
            "epoch of Fit ÷ Step", "in order ÷ Step", "round of TrainUntil ÷ Step", "Measure ÷ Forward",
            "Step with ClipNorm ÷ Step, gradient 0",
        ];
        Table table = Screen.Table("Overhead", "network, batch, optimizer", columns);
        table.Caption($"Medians of the rounds. An epoch is one batch. A call of Fit has {Turns} epochs, and its start counts too.");
        Screen.Progress("Overhead", s_widths.Length * s_batches.Length * s_optimizers.Length, done =>
        {
            foreach (int[] widths in s_widths)
            {
                foreach (int batch in s_batches)
                {
                    foreach ((string name, Func<Optimizer> optimizer) in s_optimizers)
                    {
                        table.AddRow([$"{string.Join('-', widths)} × {batch} {name}", .. Ratios(widths, batch, optimizer())]);
                        done();
                    }
                }
            }
        });
        AnsiConsole.Write(table);
        return 0;
    }

    private static IEnumerable<string> Ratios(int[] widths, int batch, Optimizer optimizer)
    {
        var network = new Network(widths, Activation.Relu, Activation.Identity, seed: 1);
        var trainer = new Trainer(network, optimizer);
        float[] x = [.. Enumerable.Range(0, batch * widths[0]).Select(k => k % 17 / 17f - 0.5f)], a = new float[batch * widths[^1]];
        float[] y = [.. a.Select((_, k) => k % 3f)];
        FitOptions shuffled = new() { Epochs = Turns, BatchSize = batch };
        FitOptions inOrder = new() { Epochs = Turns, BatchSize = batch, Shuffle = false };
        Measurement step = Of(() => trainer.Step(x, y)), forward = Of(() => network.Forward(x, a));
        Measurement measure = Of(() => trainer.Measure(x, y));
        Measurement fit = Of(() => trainer.Fit(x, y, shuffled), 1), fitInOrder = Of(() => trainer.Fit(x, y, inOrder), 1);
        Measurement until = Of(() => trainer.TrainUntil(x, y, cost: 0f, maxSteps: Turns), 1);
        (Measurement still, Measurement clipped) = (StepsOfZero(widths, optimizer, false), StepsOfZero(widths, optimizer, true));
        Measurement[] all = [step, forward, fit, fitInOrder, until, measure, still, clipped];
        Measurement.Prepare(all);
        Measurement.Run(all, Rounds, () => { });
        return
        [
            .. from pair in ((Measurement, Measurement)[])[
                   (fit, step), (fitInOrder, step), (until, step), (measure, forward), (clipped, still)]
               select $"{pair.Item1.RatioTo(pair.Item2).Median:F2}",
        ];
    }

    /// <summary>Steps of one sample that a network without weights gets right, so its gradient is 0.</summary>
    private static Measurement StepsOfZero(int[] widths, Optimizer like, bool clips)
    {
        float limit = clips ? 1f : float.PositiveInfinity;
        Optimizer optimizer = like is Adam ? new Adam(1e-7f) { ClipNorm = limit } : new Sgd(1e-7f) { ClipNorm = limit };
        var network = new Network(widths, Activation.Relu, Activation.Identity, seed: 1);
        network.Parameters.Clear();
        var trainer = new Trainer(network, optimizer);
        float[] x = new float[widths[0]], y = new float[widths[^1]];
        return Of(() => trainer.Step(x, y));
    }

    /// <summary>Turns of a call, or one call that makes so many turns by itself.</summary>
    private static Measurement Of(Action call, int calls = Turns) => new(units =>
    {
        for (int k = 0; k < units * calls; k++) call();
    });
}
