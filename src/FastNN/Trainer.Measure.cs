using System.Runtime.CompilerServices;
using FastNN.Fit;
using FastNN.Passes;

namespace FastNN;

public sealed unsafe partial class Trainer
{
    private const int MeasuredValues = 65_536;

    private Score? _score;
    private SampleBuffer? _measured;
    private float[]? _outputs, _costs;

    /// <summary>
    /// Measures the network on samples, for example held-out ones: the mean cost of a sample, the accuracy, and R². Changes no parameter.
    /// All three have the same bits for every variant and any number of threads. The first call allocates memory for 65,536 outputs and for
    /// the costs of their samples, or for one sample if it has more outputs. The memory is kept. Further calls allocate nothing. A call
    /// takes one forward pass by the routes of <see cref="Network.Forward"/>, and then the scores.
    /// </summary>
    /// <param name="inputs">[batch, n_in], row by row.</param>
    /// <param name="targets">[batch, n_out], row by row.</param>
    /// <returns>The three measures. <see cref="Metrics"/> says what each means, and how NaN counts.</returns>
    /// <exception cref="ArgumentException">The same as for <see cref="Step"/>.</exception>
    /// <exception cref="InvalidOperationException">A batch is running on another thread.</exception>
    [OverloadResolutionPriority(1)] // as for Fit
    public Metrics Measure(ReadOnlySpan<float> inputs, ReadOnlySpan<float> targets) =>
        Measure(SamplesOf(inputs, targets, SampleNames.Arguments));

    /// <summary>
    /// The same with a label for each sample. <see cref="Fit(ReadOnlySpan{float}, ReadOnlySpan{int}, FitOptions, FitState,
    /// IProgress{EpochReport}, CancellationToken)"/> says which targets a label stands for. They take memory as the outputs do.
    /// </summary>
    /// <param name="inputs">[samples, n_in], row by row.</param>
    /// <param name="labels">[samples]: the class of each sample.</param>
    /// <returns>The three measures.</returns>
    /// <exception cref="ArgumentException">A length does not fit, or a label is none of the classes.</exception>
    /// <exception cref="InvalidOperationException">A batch is running on another thread.</exception>
    public Metrics Measure(ReadOnlySpan<float> inputs, ReadOnlySpan<int> labels)
    {
        LabelCode.Check(labels, nameof(labels));
        return Measure(SamplesOf(inputs, labels, SampleNames.Arguments));
    }

    /// <summary>The same with labels and weights. Each call allocates the targets of all samples.</summary>
    /// <param name="inputs">[samples, n_in], row by row.</param>
    /// <param name="labels">[samples]: the class of each sample. That of a sample of weight 0 may be any number.</param>
    /// <param name="weights">[samples], or [samples, n_out] row by row. Each is finite and at least 0.</param>
    /// <returns>The three measures.</returns>
    /// <exception cref="ArgumentException">
    /// The same as with labels, or as for <see cref="Measure(ReadOnlySpan{float}, ReadOnlySpan{float}, ReadOnlySpan{float})"/>.
    /// </exception>
    /// <exception cref="InvalidOperationException">The trainer is at work on another thread.</exception>
    public Metrics Measure(ReadOnlySpan<float> inputs, ReadOnlySpan<int> labels, ReadOnlySpan<float> weights)
    {
        FitSamples samples = SamplesOf(inputs, labels, SampleNames.Arguments);
        LabelCode.Check(labels, nameof(labels), weights.Length == samples.Count ? weights : default);
        CheckAllWritten(samples, nameof(weights));
        SampleRows rows = samples.Rows(0, samples.Count, new SampleBuffer());
        return Measure(rows.Inputs, rows.Targets, weights);
    }

    /// <summary>
    /// The same with samples that need not be in memory. They are read twice, in parts of at most 65,536 inputs and 65,536 outputs, or of
    /// one sample: first for the means of the targets, which R² needs. They are not checked.
    /// </summary>
    /// <param name="source">Gives the samples. It is asked for 0, 1, 2, …, ascending.</param>
    /// <returns>The three measures.</returns>
    /// <exception cref="ArgumentNullException"><paramref name="source"/> is null.</exception>
    /// <exception cref="ArgumentException">The source has no samples.</exception>
    /// <exception cref="InvalidOperationException">A batch is running on another thread.</exception>
    public Metrics Measure(ISampleSource source)
    {
        ArgumentNullException.ThrowIfNull(source);
        return Measure(SamplesOf(source, cost: null, SampleNames.Arguments));
    }

    private Metrics Measure(in FitSamples samples)
    {
        using TrainingBatch.Ticket ticket = _pass.TakeTicket();
        _score ??= NewScore();
        _score.Forget();
        return MeasureAlone(in samples, _score, _measured ??= new SampleBuffer());
    }

    /// <summary>Measures for Fit, by a score that knows the targets of these samples after the first call.</summary>
    private Metrics Measure(in FitSamples samples, Score score, SampleBuffer buffer)
    {
        if (!samples.Weights.IsEmpty)
        {
            SampleRows all = samples.Rows(0, samples.Count, buffer);
            return Measure(all.Inputs, all.Targets, all.Weights);
        }

        using TrainingBatch.Ticket ticket = _pass.TakeTicket();
        return MeasureAlone(in samples, score, buffer);
    }

    /// <summary>The caller has a ticket, because this uses memory of the trainer.</summary>
    private Metrics MeasureAlone(in FitSamples samples, Score score, SampleBuffer buffer)
    {
        int m = _network.Outputs, chunk = Math.Max(1, MeasuredValues / m);
        _outputs ??= new float[chunk * m];
        _costs ??= new float[chunk];
        if (samples.Source is not null) chunk = Math.Max(1, MeasuredValues / Math.Max(m, _network.Inputs));
        if (!score.KnowsTargets)
        {
            for (int first = 0, count; first < samples.Count; first += count) // adding chunk instead could overflow
            {
                count = Math.Min(chunk, samples.Count - first);
                score.Know(samples.Rows(first, count, buffer).Targets);
            }
        }

        score.Start();
        double cost = 0;
        for (int first = 0, count; first < samples.Count; first += count)
        {
            count = Math.Min(chunk, samples.Count - first);
            SampleRows rows = samples.Rows(first, count, buffer);
            Span<float> outputs = _outputs.AsSpan(0, count * m);
            cost = MeasurePart(rows.Inputs, rows.Targets, outputs, cost);
            score.Add(outputs, rows.Targets);
        }

        return new Metrics((float)(cost / samples.Count), score.Accuracy, score.R2);
    }

    /// <summary>The cost of some samples, added to that of the samples before, and their outputs. This is one forward pass.</summary>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private double MeasurePart(ReadOnlySpan<float> inputs, ReadOnlySpan<float> targets, Span<float> outputs, double costBefore)
    {
        int samples = inputs.Length / _network.Inputs;
        _pass.InputStandardizer = _network.InputStandardizer;
        fixed (float* x = inputs, y = targets, a = outputs, costs = _costs)
        {
            double cost = _pass.Measure(Passes, _network.OutputStandardizer, x, y, samples, a, costs, costBefore);
            GC.KeepAlive(this);
            return cost;
        }
    }

    private Score NewScore() => new(_network.Outputs, NewLabels());

    private Labels NewLabels() => new(_network.Outputs, Cost, _network.Layers[^1].Activation);
}
