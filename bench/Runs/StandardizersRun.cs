using FastNN.Bench.Machine;
using FastNN.Bench.Results;
using Spectre.Console;

namespace FastNN.Bench.Runs;

/// <summary>What standardizers cost: a network with one or two beside the same network without any, in the same rounds.</summary>
internal static class StandardizersRun
{
    private const int Rounds = 100, Copies = 4;
    private static readonly int[][] s_widths = [[2, 4, 3, 2], [17, 33, 9, 5], [32, 64, 64, 64, 16], [784, 128, 10], [1024, 1024, 1024]];
    private static readonly int[] s_batches = [1, 64];
    private static readonly (string Name, bool Input, bool Output)[] s_ends =
        [("inputs", true, false), ("outputs", false, true), ("both", true, true)];

    /// <summary>Measures and prints, in a quarter of a minute.</summary>
    internal static int Run()
    {
        Screen.Header();
        string[] columns =
        [
            .. from what in (string[])["forward", "step"] from batch in s_batches from end in s_ends select $"{what} {batch}, {end.Name}",
        ];
        Table table = Screen.Table("Time with standardizers ÷ time without, by samples", "network", columns);
        table.Caption(
            $"Medians of the rounds. Each time is that of {Copies} networks in turn, because the places of their memory matter. "
            + "Layers have ReLU, the last one the identity. A step is one of Sgd.");
        Screen.Progress("Networks with standardizers", s_widths.Length, done =>
        {
            foreach (int[] widths in s_widths)
            {
                table.AddRow([string.Join('-', widths), .. Ratios(widths)]);
                done();
            }
        });
        AnsiConsole.Write(table);
        return 0;
    }

    private static List<string> Ratios(int[] widths)
    {
        List<string> ratios = [];
        foreach (bool steps in (bool[])[false, true])
        {
            foreach (int batch in s_batches)
            {
                Measurement plain = Of(widths, batch, steps, false, false);
                Measurement[] with = [.. s_ends.Select(end => Of(widths, batch, steps, end.Input, end.Output))];
                Measurement[] all = [plain, .. with];
                Measurement.Prepare(all);
                Measurement.Run(all, Rounds, () => { });
                ratios.AddRange(with.Select(measurement => $"{measurement.RatioTo(plain).Median:F2}"));
            }
        }

        return ratios;
    }

    private static Measurement Of(int[] widths, int batch, bool steps, bool input, bool output)
    {
        int n = widths[0], m = widths[^1];
        float[] x = [.. Enumerable.Range(0, batch * n).Select(k => k % 17 / 17f - 0.5f)], y = new float[batch * m];
        Network[] networks = new Network[Copies];
        Trainer[] trainers = new Trainer[Copies];
        for (int c = 0; c < Copies; c++)
        {
            networks[c] = new Network(widths, Activation.Relu, Activation.Identity, seed: c);
            if (input) networks[c].InputStandardizer = Standardizer.Fit([.. x, .. x.Select(value => value + 1f)], n);
            if (output) networks[c].OutputStandardizer = new Standardizer(m);
            trainers[c] = new Trainer(networks[c], new Sgd(1e-6f));
        }

        return steps
            ? new Measurement(calls => Repeat(calls, c => trainers[c].Step(x, y)))
            : new Measurement(calls => Repeat(calls, c => networks[c].Forward(x, y)));
    }

    private static void Repeat(int calls, Action<int> call)
    {
        for (int k = 0; k < calls; k++) call(k % Copies);
    }
}
