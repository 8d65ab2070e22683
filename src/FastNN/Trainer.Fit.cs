using System.Diagnostics;
using FastNN.Fit;
using FastNN.Plumbing;

namespace FastNN;

public sealed partial class Trainer
{
    private const string ValidationInputs = "options.ValidationInputs", ValidationTargets = "options.ValidationTargets";

    /// <summary>
    /// Trains for a number of epochs. An epoch passes over all samples, shuffled and in batches; each batch is a <see cref="Step"/>. The
    /// options add validation after each epoch, early stopping and reports. The training ends if it diverges. The results have the same
    /// bits for every variant and any number of threads.
    /// </summary>
    /// <remarks>
    /// Fit allocates at its start: one number for each sample, a batch of samples if it shuffles, and, with patience, the parameters once.
    /// With validation it also allocates what <see cref="Measure"/> keeps. Each epoch takes less than 100 bytes for
    /// <see cref="FitResult.History"/>. Steps allocate nothing.
    /// </remarks>
    /// <param name="inputs">[samples, n_in], row by row.</param>
    /// <param name="targets">[samples, n_out], row by row: the outputs that the network should give.</param>
    /// <param name="options">How to train. Only <see cref="FitOptions.Epochs"/> has no default.</param>
    /// <param name="state">
    /// Where to begin; null for a new run. Fit keeps it up to date all the time. To continue an interrupted run, give its state, and the
    /// parameters and the optimizer of that time. The run then ends with the bits of a run that never stopped.
    /// </param>
    /// <param name="progress">
    /// Receives a report after each epoch, before <see cref="FitOptions.EpochDone"/>. A handler such as <see cref="Progress{T}"/> may run
    /// on another thread during training, so it must not use the trainer or the network. <see cref="FitOptions.EpochDone"/> may use both.
    /// </param>
    /// <param name="cancellationToken">Ends the training with an exception, after the last whole step.</param>
    /// <returns>How the training ended.</returns>
    /// <exception cref="ArgumentNullException"><paramref name="options"/> is null.</exception>
    /// <exception cref="ArgumentException">
    /// One of these is wrong; nothing was changed. A length does not fit. Samples for training or validation overlap the parameters, the
    /// gradient, the optimizer's state or <see cref="FitState.BestParameters"/>. An input or a target, for training or validation, is not
    /// finite. A target is no probability, but the cost needs probabilities: both cross-entropies need targets in [0, 1], and for
    /// <see cref="Cost.CrossEntropy"/> the targets of a sample must add up to 1, within 0.001. A target for training is outside the range
    /// of the last activation, from <see cref="Activation.LeastOutput"/> to <see cref="Activation.MostOutput"/>. It may be beyond it by
    /// 0.001, or by a thousandth of a limit beyond ±1. The options give validation data twice, or patience without validation data, or a
    /// split that holds out no sample. The state does not fit the network or the samples, or, in the middle of an epoch, the options.
    /// </exception>
    /// <exception cref="OperationCanceledException">The token was cancelled. The state says where.</exception>
    /// <exception cref="InvalidOperationException">
    /// The thread fails <see cref="Kernels.CheckFloatingPoint"/>; nothing was changed. Or the same as for <see cref="Step"/>, at any step
    /// or measurement.
    /// </exception>
    public FitResult Fit(
        ReadOnlySpan<float> inputs, ReadOnlySpan<float> targets, FitOptions options, FitState? state = null,
        IProgress<EpochReport>? progress = null, CancellationToken cancellationToken = default)
    {
        ArgumentNullException.ThrowIfNull(options);
        FloatingPointMode.Check();
        state ??= new FitState();
        int samples = Validate(inputs, targets);
        new FitSamples(inputs, targets, samples).Check(Cost, nameof(inputs), nameof(targets));
        FitSamples validation = ValidationOf(inputs, targets, samples, options);
        int count = options.ValidationSplit > 0 ? samples - validation.Count : samples, batch = Math.Min(options.BatchSize, count);
        var training = new FitSamples(inputs[..(count * _network.Inputs)], targets[..(count * _network.Outputs)], count);
        OutputRange.Check(training.Targets, nameof(targets), _network.Layers[^1].Activation);
        int? seed = options.Shuffle ? options.Seed : null;
        Validate(state, Parts.Of(count, batch), count, options.BatchSize, seed);
        CheckApart(state, inputs, targets, options);

        int[] order = new int[count];
        int copied = options.Shuffle ? batch : 0;
        AlignedBuffer x = new(checked(copied * _network.Inputs)), y = new(checked(copied * _network.Outputs));
        var log = new FitLog(OptimizerState.Steps, options.Epochs - state.Epoch);
        long began = Stopwatch.GetTimestamp();
        while (true)
        {
            if (Ended(state, options) is { } reason) return End(reason, null, log, training, validation, options, state);

            (state.Samples, state.BatchSize, state.Seed) = (count, options.BatchSize, seed);
            if (options.Shuffle) EpochOrder.Shuffle(order, options.Seed, state.Epoch);
            else EpochOrder.Ascend(order);
            if (RunEpoch(training, order, x, y, state, log, cancellationToken) is { } divergence)
                return End(StopReason.Diverged, divergence, log, training, validation, options, state);

            EpochReport report = FinishEpoch(state, count, validation, options, began);
            log.Epochs.Add(report);
            progress?.Report(report);
            if (options.EpochDone?.Invoke(report) == false)
                return End(StopReason.StoppedByCallback, null, log, training, validation, options, state);
        }
    }

    /// <summary>Whether no epoch is left, or no patience.</summary>
    private static StopReason? Ended(FitState state, FitOptions options) =>
        state.Epoch >= options.Epochs ? StopReason.Completed
        : state.EpochsWithoutImprovement >= options.Patience ? StopReason.EarlyStopped
        : null;

    /// <summary>Counts an epoch whose steps are done, measures it on the validation data, and keeps it if it is the best.</summary>
    private EpochReport FinishEpoch(FitState state, int samples, FitSamples validation, FitOptions options, long began)
    {
        float cost = (float)(state.CostSum / samples);
        state.Epoch++;
        state.Step = 0;
        state.CostSum = 0;
        Metrics? metrics = validation.Count > 0 ? Measure(validation.Inputs, validation.Targets) : null;
        bool best = metrics is { } measured && TakeIfBest(measured.Cost, cost, options, state);
        return new EpochReport(state.Epoch, cost, metrics, best, Stopwatch.GetElapsedTime(began));
    }

    /// <summary>Runs the remaining steps of an epoch, and stops at one that diverges. The state does not count that step.</summary>
    private Divergence? RunEpoch(
        FitSamples training, ReadOnlySpan<int> order, AlignedBuffer x, AlignedBuffer y, FitState state, FitLog log,
        CancellationToken cancellationToken)
    {
        int batch = Math.Min(state.BatchSize, order.Length);
        for (int first = state.Step * batch, count; first < order.Length; first += count) // adding batch instead could overflow
        {
            count = Math.Min(batch, order.Length - first);
            FitSamples samples = training.Take(order.Slice(first, count), x.Span, y.Span);
            float cost = Step(samples.Inputs, samples.Targets, cancellationToken);
            bool last = first + count == order.Length;
            if (!float.IsFinite(cost) || (last && !LeftAllFinite))
                return new Divergence(state.Epoch + 1, state.Step + 1, cost, _optimizer.RateAt(OptimizerState.Steps - 1));

            double sum = Reduction == Reduction.Mean ? (double)cost * count : cost;
            log.FirstCost ??= sum / count;
            state.CostSum += sum;
            state.Step++;
        }

        return null;
    }

    /// <summary>
    /// Whether the parameters and the optimizer's state are finite after a step. An updater has seen them all. Plain SGD keeps no state.
    /// </summary>
    private bool LeftAllFinite => _updater?.LeftAllFinite ?? _network.Buffer.IsFinite;

    /// <summary>
    /// Whether this validation cost is the best so far. If it is, the state keeps the cost, and the parameters if the options may put them
    /// back.
    /// </summary>
    private bool TakeIfBest(float cost, float trainingCost, FitOptions options, FitState state)
    {
        if (!float.IsFinite(cost) || (state.BestEpoch > 0 && !((double)state.BestCost - cost > options.MinImprovement)))
        {
            state.EpochsWithoutImprovement++;
            return false;
        }

        state.BestEpoch = state.Epoch;
        state.BestCost = cost;
        state.BestTrainingCost = trainingCost;
        state.EpochsWithoutImprovement = 0;
        if (!Restores(options)) state.BestParameters = null;
        else _network.Parameters.CopyTo(state.BestParameters ??= new float[_network.Parameters.Length]);
        return true;
    }

    private FitResult End(
        StopReason reason, Divergence? divergence, FitLog log, FitSamples training, FitSamples validation, FitOptions options,
        FitState state)
    {
        bool restored = Restores(options) && state.BestParameters is not null;
        if (restored) state.BestParameters.CopyTo(_network.Parameters);
        return new FitResult
        {
            Reason = reason,
            Epochs = state.Epoch,
            Cost = restored ? state.BestTrainingCost : log.Epochs.Count > 0 ? log.Epochs[^1].TrainingCost : null,
            History = log.Epochs.AsReadOnly(),
            Warnings = WarningsOf(divergence is not null, log, training, options, state),
            Validation = validation.Count > 0 ? Measure(validation.Inputs, validation.Targets) : null,
            BestEpoch = state.BestEpoch,
            BestRestored = restored,
            Divergence = divergence,
        };
    }

    private string[] WarningsOf(bool diverged, FitLog log, FitSamples training, FitOptions options, FitState state)
    {
        List<string?> all = [FitWarnings.OfSoftmax(Cost, _network.Layers[^1].Activation)];
        if (OptimizerState.Steps == log.FirstUpdate)
        {
            all.Add(FitWarnings.OfNoEpoch(state, options));
        }
        else if (!diverged)
        {
            int stepsOfEpoch = Parts.Of(training.Count, Math.Min(options.BatchSize, training.Count));
            all.Add(FitWarnings.OfSchedule(_optimizer, log.FirstUpdate, OptimizerState.Steps, stepsOfEpoch));
            if (FitWarnings.IsRise(log)) all.Add(FitWarnings.OfRise(log, CostOfZeros(training)));
        }

        return [.. all.OfType<string>()];
    }

    /// <summary>The mean cost of the first samples if all outputs were 0.</summary>
    private double CostOfZeros(FitSamples samples)
    {
        const int most = 1024;
        int count = Math.Min(samples.Count, most), m = _network.Outputs;
        double sum = 0;
        for (int s = 0; s < count; s++) sum += Cost.OfZeros(samples.Targets.Slice(s * m, m));
        return sum / count;
    }

    private static bool Restores(FitOptions options) => options is { Patience: not null, RestoreBest: true };

    /// <summary>The samples to validate with, perhaps none. Throws if the options do not fit.</summary>
    private FitSamples ValidationOf(ReadOnlySpan<float> inputs, ReadOnlySpan<float> targets, int samples, FitOptions options)
    {
        ReadOnlyMemory<float> x = options.ValidationInputs, y = options.ValidationTargets;
        if (!x.IsEmpty || !y.IsEmpty)
        {
            if (options.ValidationSplit > 0)
            {
                throw new ArgumentException(
                    "options must have either a ValidationSplit or ValidationInputs and ValidationTargets, "
                    + $"but has a split of {options.ValidationSplit}, {x.Length} inputs and {y.Length} targets.",
                    nameof(options));
            }

            var given = new FitSamples(x.Span, y.Span, _network.BatchOf(x.Span, ValidationInputs, y.Span, ValidationTargets));
            CheckApart(given.Inputs, ValidationInputs);
            CheckApart(given.Targets, ValidationTargets);
            given.Check(Cost, ValidationInputs, ValidationTargets);
            return given;
        }

        if (options.ValidationSplit == 0)
        {
            if (options.Patience is not { } patience) return default;

            throw new ArgumentException(
                $"options with a Patience must have validation data, but the Patience is {patience} and there is no such data.",
                nameof(options));
        }

        int count = FitSamples.HeldOut(options.ValidationSplit, samples);
        if (count == 0)
        {
            throw new ArgumentException(
                "options.ValidationSplit must hold out at least one sample, "
                + $"but {options.ValidationSplit} of {samples}, rounded down, is none.",
                nameof(options));
        }

        return new FitSamples(inputs[^(count * _network.Inputs)..], targets[^(count * _network.Outputs)..], count);
    }

    /// <exception cref="ArgumentException">Samples overlap the best parameters of the state, which the run writes.</exception>
    private static void CheckApart(FitState state, ReadOnlySpan<float> inputs, ReadOnlySpan<float> targets, FitOptions options)
    {
        const string best = "state.BestParameters";
        Guard.NoOverlap(inputs, nameof(inputs), state.BestParameters, best);
        Guard.NoOverlap(targets, nameof(targets), state.BestParameters, best);
        Guard.NoOverlap(options.ValidationInputs.Span, ValidationInputs, state.BestParameters, best);
        Guard.NoOverlap(options.ValidationTargets.Span, ValidationTargets, state.BestParameters, best);
    }

    /// <exception cref="ArgumentException">
    /// The state is not that of a run with this network and this number of steps in an epoch, or it is in the middle of an epoch of other
    /// batches.
    /// </exception>
    private void Validate(FitState state, int steps, int samples, int batchSize, int? seed)
    {
        if (state.Step > 0)
        {
            const string within = "until the epoch is finished";
            Check(state.Samples == samples, nameof(state.Samples), state.Samples, $"{samples}, the number of training samples, {within}");
            Check(state.BatchSize == batchSize, nameof(state.BatchSize), state.BatchSize, $"{batchSize}, as in the options, {within}");
            Check(state.Seed == seed, nameof(state.Seed), state.Seed, $"{TextOf(seed)}, as in the options, {within}");
        }

        Check(state.Epoch >= 0, nameof(state.Epoch), state.Epoch, "at least 0");
        string stepRange = $"at least 0 and less than {steps}, the steps of an epoch";
        Check(state.Step >= 0 && state.Step < steps, nameof(state.Step), state.Step, stepRange);
        string bestRange = $"between 0 and Epoch, {state.Epoch}";
        Check(state.BestEpoch >= 0 && state.BestEpoch <= state.Epoch, nameof(state.BestEpoch), state.BestEpoch, bestRange);
        int without = state.EpochsWithoutImprovement;
        Check(without >= 0, nameof(state.EpochsWithoutImprovement), without, "at least 0");
        if (state.BestParameters is { } best)
        {
            int length = _network.Parameters.Length;
            Check(best.Length == length, "BestParameters.Length", best.Length, $"{length}, the network's parameters");
            Check(state.BestEpoch > 0, nameof(state.BestEpoch), state.BestEpoch, "at least 1 if there are BestParameters");
        }

        static void Check(bool holds, string property, int? value, string expected)
        {
            if (!holds) throw new ArgumentException($"state.{property} must be {expected}, but is {TextOf(value)}.", nameof(state));
        }

        static string TextOf(int? value) => value is null ? "null" : $"{value}";
    }
}
