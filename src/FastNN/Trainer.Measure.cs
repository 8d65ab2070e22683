using FastNN.Fit;

namespace FastNN;

public sealed unsafe partial class Trainer
{
    private Score? _score;
    private float[]? _outputs;

    /// <summary>
    /// Measures the network on samples, for example held-out ones: the mean cost of a sample, the accuracy, and R². Changes no parameter.
    /// All three have the same bits for every variant and any number of threads. The first call allocates memory for 65,536 outputs, or for
    /// the outputs of one sample if these are more. The memory is kept. Further calls allocate no more than <see cref="Evaluate"/> and
    /// <see cref="Network.Forward"/>.
    /// </summary>
    /// <param name="inputs">[batch, n_in], row by row.</param>
    /// <param name="targets">[batch, n_out], row by row.</param>
    /// <returns>The three measures. <see cref="Metrics"/> says what each means, and how NaN counts.</returns>
    /// <exception cref="ArgumentException">The same as for <see cref="Step"/>.</exception>
    /// <exception cref="InvalidOperationException">A batch is running on another thread.</exception>
    public Metrics Measure(ReadOnlySpan<float> inputs, ReadOnlySpan<float> targets)
    {
        int batch = Validate(inputs, targets);
        double cost;
        fixed (float* x = inputs, y = targets)
        {
            cost = CostSum(Passes, InOwnUnits(x, batch), y, batch);
        }

        int n = _network.Inputs, m = _network.Outputs, chunk = Math.Max(1, 65_536 / m);
        _score ??= new Score(m, new Labels(m, Cost, _network.Layers[^1].Activation));
        _outputs ??= new float[chunk * m];
        _score.Start(targets);
        for (int first = 0, count; first < batch; first += count) // adding chunk instead could overflow when batch is near int.MaxValue
        {
            count = Math.Min(chunk, batch - first);
            Span<float> outputs = _outputs.AsSpan(0, count * m);
            _network.Forward(inputs.Slice(first * n, count * n), outputs, Threads);
            _score.Add(outputs, targets.Slice(first * m, count * m));
        }

        GC.KeepAlive(this);
        return new Metrics((float)(cost / batch), _score.Accuracy, _score.R2);
    }
}
