using System.Runtime.CompilerServices;
using FastNN.Fit;

namespace FastNN;

public sealed unsafe partial class Trainer
{
    private Score? _score;
    private float[]? _outputs;

    /// <summary>
    /// Measures the network on samples, for example held-out ones: the mean cost of a sample, the accuracy, and R². Changes no parameter.
    /// All three have the same bits for every variant and any number of threads. The first call allocates memory for 65,536 outputs, or for
    /// the outputs of one sample if these are more. The memory is kept. Further calls allocate no more than <see cref="Evaluate"/>. A call
    /// takes one forward pass, and then the scores.
    /// </summary>
    /// <param name="inputs">[batch, n_in], row by row.</param>
    /// <param name="targets">[batch, n_out], row by row.</param>
    /// <returns>The three measures. <see cref="Metrics"/> says what each means, and how NaN counts.</returns>
    /// <exception cref="ArgumentException">The same as for <see cref="Step"/>.</exception>
    /// <exception cref="InvalidOperationException">A batch is running on another thread.</exception>
    public Metrics Measure(ReadOnlySpan<float> inputs, ReadOnlySpan<float> targets)
    {
        int batch = Validate(inputs, targets);
        int n = _network.Inputs, m = _network.Outputs, chunk = Math.Max(1, 65_536 / m);
        _score ??= new Score(m, new Labels(m, Cost, _network.Layers[^1].Activation));
        _outputs ??= new float[chunk * m];
        _score.Start(targets);
        double cost = 0;
        for (int first = 0, count; first < batch; first += count) // adding chunk instead could overflow when batch is near int.MaxValue
        {
            count = Math.Min(chunk, batch - first);
            Span<float> outputs = _outputs.AsSpan(0, count * m);
            cost = MeasurePart(inputs.Slice(first * n, count * n), targets.Slice(first * m, count * m), outputs, cost);
            _score.Add(outputs, targets.Slice(first * m, count * m));
        }

        return new Metrics((float)(cost / batch), _score.Accuracy, _score.R2);
    }

    /// <summary>The cost of some samples, added to that of the samples before, and their outputs. This is one forward pass.</summary>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private double MeasurePart(ReadOnlySpan<float> inputs, ReadOnlySpan<float> targets, Span<float> outputs, double costBefore)
    {
        int samples = inputs.Length / _network.Inputs;
        fixed (float* given = inputs, y = targets, a = outputs)
        {
            float* x = InOwnUnits(given, samples);
            TrainingPasses passes = Passes;
            double cost = samples == 1
                ? costBefore + DifferentiateSample(passes, x, y)
                : _pass.Measure(passes, x, y, samples, a, costBefore);
            if (samples == 1) passes.OutputsOf(_activations.Pointer, a);
            if (_outputStandardizer is { } output) _network.Plan.Kernels.Standardizing.ToUserUnits(output, a, samples, a);
            GC.KeepAlive(this);
            return cost;
        }
    }
}
