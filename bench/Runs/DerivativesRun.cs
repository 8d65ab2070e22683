using FastNN.Bench.Machine;
using FastNN.Bench.Results;
using Spectre.Console;

namespace FastNN.Bench.Runs;

/// <summary>A vector–Jacobian product and a Jacobian beside a forward pass of the same samples, in the same rounds.</summary>
internal static class DerivativesRun
{
    private const int Rounds = 60;
    private static readonly int[] s_batches = [1, 4, 16, 64];
    private static readonly int[][] s_widths =
        [[2, 4, 3, 2], [8, 32, 32, 4], [7, 20, 20, 1], [17, 33, 9, 5], [32, 64, 64, 64, 16], [784, 128, 10]];

    /// <summary>Measures and prints, in a quarter of a minute.</summary>
    internal static int Run()
    {
        Screen.Header();
        Table table = Screen.Table(
            "Time of a derivative ÷ time of Forward, by samples", "network",
            [
                .. s_batches.Select(batch => $"product × {batch}"), .. s_batches.Select(batch => $"Jacobian × {batch}"),
                "Forward × 1 ns", "1 + outputs",
            ]);
        table.Caption("Medians of the rounds. Layers of Tanh, and Identity last. By their arithmetic, a product is 2 passes forward, and a "
            + "Jacobian is 1 + outputs.");
        Screen.Progress("Derivatives", s_widths.Length, done =>
        {
            foreach (int[] widths in s_widths)
            {
                AddRow(table, new Network(widths, Activation.Tanh, Activation.Identity, seed: 1));
                done();
            }
        });
        AnsiConsole.Write(table);
        return 0;
    }

    private static void AddRow(Table table, Network network)
    {
        Measurement[] forward = [.. s_batches.Select(batch => Of(network, batch, (x, y, _, _) => network.Forward(x, y)))];
        Measurement[] product = [.. s_batches.Select(batch => Of(network, batch, (x, y, dx, _) => network.InputGradient(x, y, dx)))];
        Measurement[] jacobian = [.. s_batches.Select(batch => Of(network, batch, (x, _, _, j) => network.Jacobian(x, j)))];
        Measurement[] all = [.. s_batches.SelectMany((_, k) => (Measurement[])[forward[k], product[k], jacobian[k]])];
        Measurement.Prepare(all);
        Measurement.Run(all, Rounds, () => { });
        table.AddRow(
        [
            string.Join('-', (int[])[network.Inputs, .. network.Layers.Select(layer => layer.Outputs)]),
            .. product.Zip(forward, (mine, its) => $"{mine.RatioTo(its).Median:F2}"),
            .. jacobian.Zip(forward, (mine, its) => $"{mine.RatioTo(its).Median:F2}"),
            $"{forward[0].Nanoseconds:F0}", $"{1 + network.Outputs}",
        ]);
    }

    private static Measurement Of(Network network, int batch, Action<float[], float[], float[], float[]> call)
    {
        float[] x = new float[batch * network.Inputs], y = new float[batch * network.Outputs], dx = new float[x.Length];
        float[] jacobian = new float[x.Length * network.Outputs];
        for (int k = 0; k < x.Length; k++) x[k] = k % 17 / 17f - 0.5f;
        return new Measurement(calls =>
        {
            for (int k = 0; k < calls; k++) call(x, y, dx, jacobian);
        });
    }
}
