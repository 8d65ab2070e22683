using FastNN.Fit;

namespace FastNN;

public sealed unsafe partial class Trainer
{
    private Score? _score;
    private float[]? _outputs;

    /// <summary>
    /// The mean cost of a sample, the accuracy and R² of the network on samples, held out from training perhaps. Changes no parameter. All three are the
    /// same bits for every variant and any number of threads. The first call allocates room for 65,536 outputs, or those of one sample if they are more; it is
    /// kept, and further calls allocate no more than <see cref="Evaluate"/> and <see cref="Network.Forward"/> do.
    /// </summary>
    /// <param name="inputs">[batch, n_in], row by row.</param>
    /// <param name="targets">[batch, n_out], row by row.</param>
    /// <returns>What each means, and what becomes of a NaN, stands at <see cref="Metrics"/>.</returns>
    /// <exception cref="ArgumentException">As for <see cref="Step"/>.</exception>
    /// <exception cref="InvalidOperationException">A batch is at work on another thread.</exception>
    public Metrics Measure(ReadOnlySpan<float> inputs, ReadOnlySpan<float> targets)
    {
        int batch = Validate(inputs, targets);
        double cost;
        fixed (float* x = inputs, y = targets)
        {
            cost = CostSum(x, y, batch);
        }

        int n = _network.Inputs, m = _network.Outputs, chunk = Math.Max(1, 65_536 / m);
        _score ??= new Score(m, independent: Cost.OutputsAreLabels);
        _outputs ??= new float[chunk * m];
        _score.Start(targets);
        for (int first = 0, count; first < batch; first += count) // by the count, which ends at a batch of int.MaxValue and does not pass it
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
