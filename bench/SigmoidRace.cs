using Spectre.Console;

namespace FastNN.Bench;

/// <summary>The sigmoid over spans against TensorPrimitives.Sigmoid, in interleaved rounds.</summary>
internal sealed class SigmoidRace
{
    private static readonly int[] s_lengths = [256, 1000, 4096, 65536];
    private readonly List<(Sigmoid Kernel, Measurement Measurement)> _entries = [];

    internal SigmoidRace()
    {
        foreach (int length in s_lengths)
        {
            foreach (Contestant contestant in Contestant.All)
            {
                var kernel = new Sigmoid { Shape = new Shape(1, length), Kernels = contestant };
                kernel.Setup();
                _entries.Add((kernel, new Measurement(calls => { for (; calls > 0; calls--) kernel.Run(); })));
            }
        }
    }

    internal IEnumerable<Measurement> Measurements => _entries.Select(entry => entry.Measurement);

    internal Table ToTable()
    {
        Table table = Screen.Table(
            "Sigmoid: 10⁹/s, times TensorPrimitives", "n", [.. Contestant.All.Select(c => c.ToString())]);
        foreach (int length in s_lengths)
        {
            var row = _entries.Where(entry => entry.Kernel.Shape.Outputs == length).ToList();
            double reference = row.Single(entry => entry.Kernel.Kernels == Contestant.TensorPrimitives).Measurement.Nanoseconds;
            table.AddRow(
                [$"{length}", .. row.Select(entry => $"{length / entry.Measurement.Nanoseconds:F2}  ×{reference / entry.Measurement.Nanoseconds:F2}")]);
        }

        table.AddEmptyRow();
        table.AddRow(["ULP", .. Contestant.All.Select(contestant => $"{LargestError(contestant):F2}")]);
        return table.Caption("ULP: largest error of 262,144 values in ±87, in units in the last place of the exact result");
    }

    /// <summary>Within ±87 no result is subnormal, so an exact result's last place is 2⁻²³ of its power of two.</summary>
    private static unsafe double LargestError(Contestant contestant)
    {
        const int Values = 262_144;
        float[] values = [.. Enumerable.Range(0, Values).Select(k => 87f * (2f * k / Values - 1f))], results = new float[Values];
        fixed (float* x = values, y = results) contestant.Set.Sigmoid(x, y, Values);

        double largest = 0;
        for (int k = 0; k < Values; k++)
        {
            double exact = 1 / (1 + Math.Exp(-(double)values[k]));
            largest = Math.Max(largest, Math.Abs(results[k] - exact) / Math.ScaleB(1, Math.ILogB(exact) - 23));
        }

        return largest;
    }
}
