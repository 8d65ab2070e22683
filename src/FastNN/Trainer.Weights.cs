using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;
using FastNN.Contract;
using FastNN.Dispatch;
using FastNN.Fit;
using FastNN.Passes;
using FastNN.Plumbing;
using static System.FormattableString;

namespace FastNN;

/// <content>Weights of samples and of outputs.</content>
public sealed unsafe partial class Trainer
{
    private WeightedOutput? _weights;
    private TrainingPasses? _weighted; // under _weights
    private AlignedBuffer? _keptInputs, _keptTargets, _keptWeights;
    private WeightedScore? _weightedScore;
    private int _weighing; // 1 while a caller with weights has the fields above

    /// <summary>
    /// A <see cref="Step(ReadOnlySpan{float}, ReadOnlySpan{float}, CancellationToken)"/> with weights. There is one weight for each sample,
    /// or one for each output of each sample.
    /// </summary>
    /// <remarks>
    /// <para>
    /// A weight of a sample multiplies its cost and its gradient: a weight of 2 counts like the sample twice. A sample of weight 0 is left
    /// out, whatever its numbers are. With weights of samples <see cref="Reduction.Mean"/> divides by their sum. So a single sample under
    /// it learns in the same way with any weight above 0. If all weights are 0, the cost and the gradient are 0.
    /// </para>
    /// <para>
    /// A weight of an output multiplies the output's part of the cost: C = Σ_i w_i·c(a_i, y_i). An output of weight 0 is left out, and its
    /// target may be any number, also NaN. This is a mask, for example to train only the action that was chosen. Under
    /// <see cref="Cost.CrossEntropy"/> the weight multiplies the target: C = −Σ_i w_i·y_i·ln a_i. With weights of outputs
    /// <see cref="Reduction.Mean"/> divides by the number of samples, whatever the weights are. A network of one output has weights of
    /// samples.
    /// </para>
    /// <para>
    /// If all weights are 1, all results have the bits of a step without weights. The bits do not depend on the variant or on threads. The
    /// first call with weights allocates some rows. If samples are left out, the others are copied to memory of the trainer: n_in + n_out +
    /// 1 floats each. After that a step allocates nothing.
    /// </para>
    /// </remarks>
    /// <param name="inputs">[batch, n_in], row by row. The length tells the batch size, at least 1.</param>
    /// <param name="targets">[batch, n_out], row by row.</param>
    /// <param name="weights">[batch], or [batch, n_out] row by row. Each is finite and at least 0.</param>
    /// <param name="cancellationToken">Checked between parts of the work, until the update begins.</param>
    /// <returns>The weighted cost before the update.</returns>
    /// <exception cref="ArgumentException">
    /// A length does not fit the network or the batch. Or a weight is negative or not finite. Or <see cref="Reduction.Mean"/> would divide
    /// by a sum of weights that is not from 2^−126 to 2^126. Or a span overlaps the parameters, the gradient or the optimizer's state.
    /// Nothing was changed.
    /// </exception>
    /// <exception cref="OperationCanceledException">
    /// The token was cancelled. The parameters and the optimizer's state are unchanged.
    /// </exception>
    /// <exception cref="InvalidOperationException">
    /// The optimizer's schedule gives no valid factor for this step, or the trainer is at work on another thread. Nothing was changed.
    /// </exception>
    public float Step(
        ReadOnlySpan<float> inputs, ReadOnlySpan<float> targets, ReadOnlySpan<float> weights, CancellationToken cancellationToken = default)
    {
        WeightSum sum = Validate(inputs, targets, weights, Reduction);
        return Step(inputs, targets, weights, in sum, cancellationToken);
    }

    /// <summary>
    /// A step of Fit. The mean of each batch divides by its number of samples. If it divided by the weights of the batch, a batch without
    /// the rare class would count as much as one with it, and the rare class would count less than its weight says.
    /// </summary>
    private float StepOfFit(
        ReadOnlySpan<float> inputs, ReadOnlySpan<float> targets, ReadOnlySpan<float> weights, CancellationToken cancellationToken)
    {
        WeightSum sum = Validate(inputs, targets, weights, Reduction.Sum);
        if (Reduction == Reduction.Mean) sum = sum with { Divisor = sum.Batch };
        return Step(inputs, targets, weights, in sum, cancellationToken);
    }

    private float Step(
        ReadOnlySpan<float> inputs, ReadOnlySpan<float> targets, ReadOnlySpan<float> weights, in WeightSum sum,
        CancellationToken cancellationToken)
    {
        cancellationToken.ThrowIfCancellationRequested();
        fixed (float* x = &MemoryMarshal.GetReference(inputs), y = &MemoryMarshal.GetReference(targets),
            w = &MemoryMarshal.GetReference(weights))
        {
            using Weighing weighing = BeginWeighing();
            PassBatch batch = Weigh(LeaveOut(x, y, w, in sum), in sum);
            float cost = _minimizer != null ? Iterate(in batch, default, _continues, cancellationToken)
                : _updater != null ? StepByUpdater(_updater, in batch, cancellationToken)
                : Descend(in batch, cancellationToken);
            if (_minimizer == null) OptimizerState.Advance();
            GC.KeepAlive(this);
            return cost;
        }
    }

    /// <summary>
    /// A <see cref="ComputeGradient(ReadOnlySpan{float}, ReadOnlySpan{float}, CancellationToken)"/> with weights, as in
    /// <see cref="Step(ReadOnlySpan{float}, ReadOnlySpan{float}, ReadOnlySpan{float}, CancellationToken)"/>: writes the gradient of the
    /// weighted cost to <see cref="Gradient"/>. <see cref="Apply"/> is the second half of the step.
    /// </summary>
    /// <param name="inputs">[batch, n_in], row by row.</param>
    /// <param name="targets">[batch, n_out], row by row.</param>
    /// <param name="weights">[batch], or [batch, n_out] row by row. Each is finite and at least 0.</param>
    /// <param name="cancellationToken">Checked between parts of the work.</param>
    /// <returns>The weighted cost.</returns>
    /// <exception cref="ArgumentException">The same as for the step with weights. Nothing was changed.</exception>
    /// <exception cref="OperationCanceledException">
    /// The token was cancelled. The contents of <see cref="Gradient"/> are then meaningless.
    /// </exception>
    /// <exception cref="InvalidOperationException">The trainer is at work on another thread. Nothing was changed.</exception>
    public float ComputeGradient(
        ReadOnlySpan<float> inputs, ReadOnlySpan<float> targets, ReadOnlySpan<float> weights, CancellationToken cancellationToken = default)
    {
        WeightSum sum = Validate(inputs, targets, weights, Reduction);
        cancellationToken.ThrowIfCancellationRequested();
        fixed (float* x = &MemoryMarshal.GetReference(inputs), y = &MemoryMarshal.GetReference(targets),
            w = &MemoryMarshal.GetReference(weights))
        {
            using Weighing weighing = BeginWeighing();
            PassBatch batch = Weigh(LeaveOut(x, y, w, in sum), in sum);
            float cost = GradientOf(in batch, cancellationToken);
            GC.KeepAlive(this);
            return cost;
        }
    }

    /// <summary>
    /// The cost of the network on weighted samples, as in
    /// <see cref="Step(ReadOnlySpan{float}, ReadOnlySpan{float}, ReadOnlySpan{float}, CancellationToken)"/>. Changes no parameter.
    /// </summary>
    /// <param name="inputs">[batch, n_in], row by row.</param>
    /// <param name="targets">[batch, n_out], row by row.</param>
    /// <param name="weights">[batch], or [batch, n_out] row by row. Each is finite and at least 0.</param>
    /// <returns>The cost, reduced over the batch in the same way as the cost of the step with weights.</returns>
    /// <exception cref="ArgumentException">The same as for the step with weights.</exception>
    /// <exception cref="InvalidOperationException">The trainer is at work on another thread.</exception>
    public float Evaluate(ReadOnlySpan<float> inputs, ReadOnlySpan<float> targets, ReadOnlySpan<float> weights)
    {
        WeightSum sum = Validate(inputs, targets, weights, Reduction);
        fixed (float* x = &MemoryMarshal.GetReference(inputs), y = &MemoryMarshal.GetReference(targets),
            w = &MemoryMarshal.GetReference(weights))
        {
            using Weighing weighing = BeginWeighing();
            PassBatch batch = Weigh(LeaveOut(x, y, w, in sum), in sum);
            float cost = CostOf(in batch);
            GC.KeepAlive(this);
            return cost;
        }
    }

    /// <summary>
    /// A <see cref="Measure(ReadOnlySpan{float}, ReadOnlySpan{float})"/> of weighted samples, or with a weight for each output. What has
    /// the weight 0 does not count, whatever its numbers are. If all weights are 1, the measures have the bits of those without weights.
    /// </summary>
    /// <remarks>
    /// <para>
    /// The cost is the weighted mean, also with <see cref="Reduction.Sum"/>. With weights of samples, accuracy and R² are those of
    /// scikit-learn's <c>sample_weight</c>.
    /// </para>
    /// <para>
    /// With weights of outputs, R² takes the weights of each output by themselves. The mean is over the outputs that have a weight above 0.
    /// If each output is a label, the accuracy is the weighted share of labels. If a sample has one label, each sample with a weight above
    /// 0 counts once, and its outputs of weight 0 are no candidates.
    /// </para>
    /// <para>If all weights are 0, the cost is 0, and accuracy and R² are NaN.</para>
    /// </remarks>
    /// <param name="inputs">[batch, n_in], row by row.</param>
    /// <param name="targets">[batch, n_out], row by row.</param>
    /// <param name="weights">[batch], or [batch, n_out] row by row. Each is finite and at least 0.</param>
    /// <returns>The three measures.</returns>
    /// <exception cref="ArgumentException">The same as for the step with weights under <see cref="Reduction.Mean"/>.</exception>
    /// <exception cref="InvalidOperationException">The trainer is at work on another thread.</exception>
    [OverloadResolutionPriority(1)] // as for Fit
    public Metrics Measure(ReadOnlySpan<float> inputs, ReadOnlySpan<float> targets, ReadOnlySpan<float> weights)
    {
        WeightSum sum = Validate(inputs, targets, weights, Reduction.Mean);
        fixed (float* x = &MemoryMarshal.GetReference(inputs), y = &MemoryMarshal.GetReference(targets),
            w = &MemoryMarshal.GetReference(weights))
        {
            using Weighing weighing = BeginWeighing();
            Kept kept = LeaveOut(x, y, w, in sum);
            PassBatch batch = Weigh(kept, in sum);
            float cost = CostOf(in batch);
            WeightedScore score = Score(kept, in sum);
            GC.KeepAlive(this);
            return new Metrics(cost, score.Accuracy, score.R2);
        }
    }

    private WeightedScore Score(Kept kept, in WeightSum sum)
    {
        using TrainingBatch.Ticket ticket = _pass.TakeTicket(); // _outputs is for one caller
        int n = _network.Inputs, m = _network.Outputs, each = sum.OfSamples ? 1 : m, chunk = Math.Max(1, 65_536 / m);
        _weightedScore ??= new WeightedScore(m, new Labels(m, Cost, _network.Layers[^1].Activation));
        _outputs ??= new float[chunk * m];
        _weightedScore.Start(new ReadOnlySpan<float>(kept.Y, sum.Left * m), new ReadOnlySpan<float>(kept.W, sum.Left * each));
        for (int first = 0, count; first < sum.Left; first += count)
        {
            count = Math.Min(chunk, sum.Left - first);
            Span<float> outputs = _outputs.AsSpan(0, count * m);
            _network.Forward(new ReadOnlySpan<float>(kept.X + (nint)first * n, count * n), outputs, Threads);
            var targets = new ReadOnlySpan<float>(kept.Y + (nint)first * m, count * m);
            _weightedScore.Add(outputs, targets, new ReadOnlySpan<float>(kept.W + (nint)first * each, count * each));
        }

        return _weightedScore;
    }

    private float Descend(in PassBatch batch, CancellationToken cancellationToken)
    {
        float rate = -_optimizer.RateAt(OptimizerState.Steps);
        if (rate == 0f || batch.Samples == 0) return CostOf(in batch);
        if (batch.Samples == 1)
        {
            return batch.Passes.Step(
                _network.Buffer.Pointer, batch.X, batch.Y, _activations.Pointer, _deltas.Pointer, rate);
        }

        float* sums = _pass.NeedsGradient(batch.Samples) ? GradientBuffer.Pointer : null;
        return batch.Reduce(
            _pass.GradientDescent(batch.Passes, batch.X, batch.Y, batch.Samples, sums, batch.Scale, rate, default, cancellationToken));
    }

    private float StepByUpdater(Updater updater, in PassBatch batch, CancellationToken cancellationToken)
    {
        UpdateTerms terms = updater.NextTerms();
        if (batch.Samples == 1)
        {
            float cost = DifferentiateSample(batch.Passes, batch.X, batch.Y);
            UpdateBySample(updater, batch.Passes, batch.X, in terms);
            return cost;
        }

        if (batch.Samples == 0)
        {
            GradientBuffer.Span.Clear();
            updater.Begin(in terms);
            updater.Limit(GradientBuffer.Pointer);
            updater.UpdateAll(GradientBuffer.Pointer);
            return 0f;
        }

        float* gradient = _pass.NeedsGradient(batch.Samples) ? GradientBuffer.Pointer : null;
        return batch.Reduce(
            _pass.Update(batch.Passes, batch.X, batch.Y, batch.Samples, gradient, batch.Scale, in terms, default, cancellationToken));
    }

    private float GradientOf(in PassBatch batch, CancellationToken cancellationToken)
    {
        AlignedBuffer gradient = GradientBuffer;
        if (batch.Samples == 1)
        {
            float cost = DifferentiateSample(batch.Passes, batch.X, batch.Y);
            GradientOfSample(batch.Passes, batch.X, gradient);
            return cost;
        }

        if (batch.Samples == 0)
        {
            gradient.Span.Clear();
            return 0f;
        }

        return batch.Reduce(
            _pass.Gradient(batch.Passes, batch.X, batch.Y, batch.Samples, gradient.Pointer, batch.Scale, cancellationToken));
    }

    private float CostOf(in PassBatch batch) =>
        batch.Samples == 0 ? 0f : batch.Reduce(CostSum(batch.Passes, batch.X, batch.Y, batch.Samples));

    /// <summary>Checks the arguments of a call with weights, and adds the weights up.</summary>
    private WeightSum Validate(
        ReadOnlySpan<float> inputs, ReadOnlySpan<float> targets, ReadOnlySpan<float> weights, Reduction reduction)
    {
        int batch = Validate(inputs, targets);
        if (weights.Length != batch && weights.Length != targets.Length)
        {
            string expected = $"{batch}, one weight for each sample";
            if (_network.Outputs > 1) expected += $", or of {targets.Length}, one weight for each output of each sample";
            throw new ArgumentException($"weights must have a length of {expected}, but has {weights.Length}.", nameof(weights));
        }

        CheckApart(weights, nameof(weights));
        var sum = WeightSum.Of(weights, batch, reduction);
        CheckSum(in sum, nameof(weights));
        return sum;
    }

    private static void CheckSum(in WeightSum sum, string name)
    {
        if (sum.Left < 2 || sum.Scale is >= Subnormal.Beyond and <= float.MaxValue) return; // one sample is not divided

        throw new ArgumentException(
            $"{name} must add up to a number from 2^−126 to 2^126, because the mean divides by it, "
            + Invariant($"but add up to {sum.Divisor}."),
            name);
    }

    /// <summary>Chooses the passes for samples that are not left out.</summary>
    private PassBatch Weigh(Kept kept, in WeightSum sum)
    {
        int left = sum.Left;
        if (left == 0) return new PassBatch(Passes, kept.X, kept.Y, 0, 1f, 1);

        float* x = InOwnUnits(kept.X, left);
        if (left == 1 && sum.IsMean) return new PassBatch(Passes, x, kept.Y, 1, 1f, 1); // one sample is its own mean

        TrainingPasses passes = WeightedPasses;
        _weights!.Begin(kept.Y, kept.W, sum.OfSamples ? 1 : _network.Outputs);
        if (left > 1 || sum.Batch == 1) return new PassBatch(passes, x, kept.Y, left, sum.Scale, sum.Divisor);

        *kept.W *= sum.Scale; // a copy; the gradient of one sample has no factor
        return new PassBatch(passes, x, kept.Y, 1, 1f, 1);
    }

    private TrainingPasses WeightedPasses
    {
        get
        {
            _ = Passes; // forgets _weighted if the output standardizer is another one
            if (_weighted != null) return _weighted;

            NetworkPlan plan = _network.Plan;
            _weights = plan.Functions[^1].UnderWeights(OutputUnder(plan, _outputStandardizer), plan.Outputs);
            return _weighted = plan.Forward.Under(_weights);
        }
    }

    /// <summary>Copies the samples of a weight above 0, if there are others.</summary>
    private Kept LeaveOut(float* x, float* y, float* w, in WeightSum sum)
    {
        if (sum.Left == sum.Batch) return new Kept(x, y, w);

        int n = _network.Inputs, m = _network.Outputs, left = 0;
        float* inputs = Room(ref _keptInputs, sum.Left * n), targets = Room(ref _keptTargets, sum.Left * m);
        float* weights = Room(ref _keptWeights, sum.Left);
        for (int s = 0; s < sum.Batch; s++)
        {
            if (w[s] == 0f) continue;

            new ReadOnlySpan<float>(x + (nint)s * n, n).CopyTo(new Span<float>(inputs + (nint)left * n, n));
            new ReadOnlySpan<float>(y + (nint)s * m, m).CopyTo(new Span<float>(targets + (nint)left * m, m));
            weights[left++] = w[s];
        }

        return new Kept(inputs, targets, weights);

        static float* Room(ref AlignedBuffer? buffer, int length)
        {
            if (buffer == null || buffer.Length < length) buffer = new AlignedBuffer(length);
            return buffer.Pointer;
        }
    }

    /// <summary>A second caller with weights is refused before it changes anything, as one with a batch is.</summary>
    private Weighing BeginWeighing() =>
        Interlocked.Exchange(ref _weighing, 1) == 0 ? new Weighing(this) : throw TrainingBatch.AtWork();

    private readonly ref struct Weighing(Trainer trainer)
    {
        public void Dispose() => Volatile.Write(ref trainer._weighing, 0);
    }

    /// <summary>Samples that are not left out, as the user has them.</summary>
    private readonly struct Kept(float* x, float* y, float* w)
    {
        internal readonly float* X = x, Y = y, W = w;
    }
}
