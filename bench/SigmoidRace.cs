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

        return table;
    }
}
