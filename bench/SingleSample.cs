using Spectre.Console;

namespace FastNN.Bench;

/// <summary>
/// A network on one sample at a time: forward, and the online step. Each reads every parameter once, the step updates it too; where the
/// parameters come from the caches, that is what binds, and where they are few, the latency of the chain from input to output.
/// </summary>
internal sealed class SingleSample
{
    private const int LargestForScalar = 64 << 10;
    private static readonly int[][] s_widths = [[2, 4, 3, 2], [8, 16, 16, 1], [17, 33, 9, 5], [32, 64, 64, 64, 16], [784, 128, 10], [1024, 1024, 1024]];

    private readonly string _name;
    private readonly Contestant _kernels;
    private readonly Network _network;
    private readonly Trainer _trainer;
    private readonly float[] _inputs, _targets, _outputs;
    private readonly Measurement _forward, _step;
    private float _cost;

    private SingleSample(int[] widths, Contestant kernels)
    {
        (_name, _kernels) = (string.Join('-', widths), kernels);
        _network = Networks.Create(widths, kernels);
        _trainer = new Trainer(_network, new Sgd(learningRate: 1e-3f));
        (_inputs, _targets, _outputs) = (new float[widths[0]], new float[widths[^1]], new float[widths[^1]]);
        var random = new SplitMix64(seed: 1);
        foreach (ref float x in _inputs.AsSpan()) x = random.NextParameter() / 3f;
        foreach (ref float y in _targets.AsSpan()) y = 0.5f + random.NextParameter() / 12f;

        _forward = new Measurement(calls => { for (; calls > 0; calls--) _network.Forward(_inputs, _outputs); });
        _step = new Measurement(calls => { for (; calls > 0; calls--) _trainer.Step(_inputs, _targets); });
    }

    internal IEnumerable<Measurement> Measurements => [_forward, _step];

    internal long Bytes => (long)_network.Parameters.Length * sizeof(float);

    /// <summary>Every network on every variant, but only the small ones on Scalar.</summary>
    internal static List<SingleSample> CreateAll() =>
    [
        .. s_widths.SelectMany(widths => Contestant.Variants.Select(kernels => new SingleSample(widths, kernels)))
            .Where(sample => sample._kernels != Contestant.Scalar || sample.Bytes <= LargestForScalar),
    ];

    /// <summary>Outputs and parameters after a few steps, compared with Scalar's.</summary>
    internal static IEnumerable<Deviation> CompareWithScalar() =>
        from widths in s_widths
        let expected = new SingleSample(widths, Contestant.Scalar).Compute()
        from kernels in Contestant.Variants
        let sample = new SingleSample(widths, kernels)
        select Deviation.Between(expected, sample.Compute(), kernels, sample._name, sample.ForwardAndStep);

    internal static Table ToTable(IEnumerable<SingleSample> samples, Limits limits)
    {
        Table table = Screen.Table(
            "One sample: forward, and online step (forward, backward, update)", "network", "kernels",
            "forward ns", "cycles", "GB/s", "of the limit", "step ns", "cycles", "GB/s", "of the limit");
        foreach (SingleSample sample in samples)
        {
            long bytes = sample.Bytes;
            double read = limits.ReadTime(bytes), update = limits.UpdateTime(bytes);
            table.AddRow(
            [
                sample._name, sample._kernels.ToString(),
                .. Cells(sample._forward, bytes, read, limits.Cycle),
                .. Cells(sample._step, bytes, read + update, limits.Cycle),
            ]);
        }

        return table.Caption("GB/s of parameters; limit of forward: reading them; of the step: reading, then read-modify-writing them");
    }

    private static IEnumerable<string> Cells(Measurement measurement, long bytes, double limit, double cycle)
    {
        double time = measurement.Nanoseconds;
        return [$"{time:F1}", $"{time / cycle:F0}", $"{bytes / time:F1}", $"{limit / time:P0}"];
    }

    private float[] Compute()
    {
        for (int step = 0; step < 3; step++) ForwardAndStep();
        return [.. _outputs, _cost, .. _network.Parameters];
    }

    private void ForwardAndStep()
    {
        _network.Forward(_inputs, _outputs);
        _cost = _trainer.Step(_inputs, _targets);
    }
}
