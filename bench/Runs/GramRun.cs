using FastNN.Bench.Machine;
using FastNN.Bench.Results;
using FastNN.Dispatch;
using FastNN.Plumbing;
using Spectre.Console;

namespace FastNN.Bench.Runs;

/// <summary>JᵀJ of one segment beside the peak of multiply-adds at the same width, timed in turn.</summary>
internal static unsafe class GramRun
{
    private const int Rounds = 30;
    private static readonly (int Columns, int Rows)[] s_sizes =
        [(50, 1000), (200, 1000), (201, 1000), (217, 777), (600, 1000), (1000, 1000), (3000, 1000)];

    /// <summary>Measures and prints, in a minute.</summary>
    internal static int Run()
    {
        Screen.Header();
        KernelSet[] sets = [.. KernelSet.Supported.Where(set => set.Variant != KernelVariant.Scalar)];
        Table table = Screen.Table(
            "JᵀJ of one segment", "columns × rows",
            [.. sets.SelectMany(set => (string[])[$"{set.Variant}, GFLOP/s", "of the peak", "pack ÷ product"])]);
        table.Caption(
            "One thread. The work is columns·(columns + 1)·rows operations, those of one triangle. Times are those of the best rounds.");
        Screen.Progress("Sizes", s_sizes.Length, done =>
        {
            foreach ((int columns, int rows) in s_sizes)
            {
                table.AddRow([$"{columns} × {rows}", .. sets.SelectMany(set => Cells(set, columns, rows))]);
                done();
            }
        });
        AnsiConsole.Write(table);
        return 0;
    }

    private static string[] Cells(KernelSet set, int columns, int rows)
    {
        var j = new float[rows * columns];
        var random = new SplitMix64(seed: 1);
        foreach (ref float value in j.AsSpan()) value = random.NextUniform(1);
        var panels = new AlignedBuffer((int)set.GramFloats(columns, rows));
        var h = new AlignedBuffer(2 * columns * columns);
        (Measurement loop, double operations) = Limits.PeakOf(set.Variant);
        var product = new Measurement(calls =>
        {
            for (; calls > 0; calls--) set.AddGram(panels.Pointer, rows, 0, columns, (double*)h.Pointer, columns);
        });
        var pack = new Measurement(calls =>
        {
            fixed (float* row = j)
            {
                for (; calls > 0; calls--)
                    for (int r = 0; r < rows; r++) set.PackGramRow(row + r * (nint)columns, columns, panels.Pointer, r, rows);
            }
        });
        Measurement[] all = [loop, pack, product];
        Measurement.Prepare(all);
        Measurement.Run(all, Rounds, () => { });
        double work = (double)columns * (columns + 1) * rows;
        double rate = work / product.Nanoseconds, peak = operations / loop.Nanoseconds;
        return [$"{rate:F0}", $"{rate / peak:P0}", $"{pack.Nanoseconds / product.Nanoseconds:F2}"];
    }
}
