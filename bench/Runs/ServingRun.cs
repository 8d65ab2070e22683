using FastNN.Bench.Machine;
using FastNN.Bench.Results;
using FastNN.Bench.WholeNetworks;
using Spectre.Console;

namespace FastNN.Bench.Runs;

/// <summary>
/// What packed weights gain and cost: batches on a served network beside the same batches on the network itself, in the same rounds. And
/// how long <see cref="ServedNetwork.Publish"/> takes, beside a plain copy of the parameters.
/// </summary>
internal static class ServingRun
{
    private const int Rounds = 60;
    private static readonly int[] s_batches = [1, 4, 8, 16, 24, 32, 64, 256];
    private static readonly int[][] s_widths = [[32, 64, 64, 64, 16], [784, 128, 10], [784, 512, 10], [1024, 1024, 1024]];

    /// <summary>Measures and prints, in a quarter of a minute.</summary>
    internal static int Run()
    {
        Screen.Header();
        Table table = Screen.Table(
            "Time on a served network ÷ time on the network, by samples", "network",
            [.. s_batches.Select(batch => $"{batch}"), "Publish µs", "copy µs", "packed KiB", "parameters KiB"]);
        table.Caption("Medians of the rounds. Packed weights come on top of the parameters. A served network has two copies of both. "
            + "The copies of this run push each other out of L3: a program that only serves does not see that.");
        Screen.Progress("Batches and publications", s_widths.Length, done =>
        {
            foreach (int[] widths in s_widths)
            {
                AddRow(table, widths);
                done();
            }
        });
        AnsiConsole.Write(table);
        return 0;
    }

    private static void AddRow(Table table, int[] widths)
    {
        Network network = Networks.Create(widths, NetworkKind.Article, KernelVariant.Auto), copy = network.Clone();
        var served = new ServedNetwork(network);
        Measurement[] plain = [.. s_batches.Select(batch => Of(batch, widths, (x, y) => network.Forward(x, y)))];
        Measurement[] packed = [.. s_batches.Select(batch => Of(batch, widths, (x, y) => served.Forward(x, y)))];
        Measurement publish = new(calls => Repeat(calls, () => served.Publish(network)));
        Measurement copies = new(calls => Repeat(calls, () => network.Parameters.CopyTo(copy.Parameters)));
        Measurement[] all = [.. plain.Zip(packed).SelectMany(pair => (Measurement[])[pair.First, pair.Second]), publish, copies];
        Measurement.Prepare(all);
        Measurement.Run(all, Rounds, () => { });
        table.AddRow(
        [
            string.Join('-', widths), .. packed.Zip(plain, (mine, its) => $"{mine.RatioTo(its).Median:F2}"),
            $"{publish.Nanoseconds / 1000:F1}", $"{copies.Nanoseconds / 1000:F1}", $"{KiB(network.Plan.PackedFloats)}",
            $"{KiB(network.Parameters.Length)}",
        ]);
    }

    private static Measurement Of(int batch, int[] widths, Action<float[], float[]> forward)
    {
        float[] x = new float[batch * widths[0]], y = new float[batch * widths[^1]];
        for (int k = 0; k < x.Length; k++) x[k] = k % 17 / 17f - 0.5f;
        return new Measurement(calls => Repeat(calls, () => forward(x, y)));
    }

    private static void Repeat(int calls, Action call)
    {
        for (int k = 0; k < calls; k++) call();
    }

    private static int KiB(int floats) => floats * sizeof(float) / 1024;
}
