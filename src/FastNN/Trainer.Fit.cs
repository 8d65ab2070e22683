using System.Diagnostics;
using System.Runtime.CompilerServices;
using FastNN.Fit;
using FastNN.Plumbing;

namespace FastNN;

public sealed partial class Trainer
{
    /// <summary>
    /// Trains for a number of epochs. An epoch passes over all samples, shuffled and in batches; each batch is a <see cref="Step"/>. The
    /// options add validation after each epoch, early stopping and reports. The training ends if it diverges. The results have the same
    /// bits for every variant and any number of threads. With a <see cref="SecondOrderOptimizer"/> an epoch is one step on all samples, and
    /// the training also ends if it has converged.
    /// </summary>
    /// <remarks>
    /// Fit allocates at its start: if it shuffles, a batch of samples and one number for each sample, and, with patience, the parameters
    /// once. With validation it also allocates what <see cref="Measure"/> keeps. Each epoch takes less than 100 bytes for
    /// <see cref="FitResult.History"/>. Steps allocate nothing. An epoch of a single batch is not shuffled.
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
    /// on another thread during training, so it must not use the trainer or the network, or change the samples.
    /// <see cref="FitOptions.EpochDone"/> may do all this.
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
    /// split that holds out no sample, or weights that do not fit. The state does not fit the network or the samples, or, in the middle of
    /// an epoch, the options. But a <see cref="FitOptions.ValidationSource"/> is checked when it is read: after an epoch.
    /// </exception>
    /// <exception cref="OperationCanceledException">The token was cancelled. The state says where.</exception>
    /// <exception cref="InvalidOperationException">
    /// The thread fails <see cref="Kernels.CheckFloatingPoint"/>; nothing was changed. Or the same as for <see cref="Step"/>, at any step
    /// or measurement.
    /// </exception>
    [OverloadResolutionPriority(1)] // [0, 1] are two targets; labels are of the type int
    public FitResult Fit(
        ReadOnlySpan<float> inputs, ReadOnlySpan<float> targets, FitOptions options, FitState? state = null,
        IProgress<EpochReport>? progress = null, CancellationToken cancellationToken = default)
    {
        ArgumentNullException.ThrowIfNull(options);
        FloatingPointMode.Check();
        return Run(SamplesOf(inputs, targets, SampleNames.Arguments), options, state ?? new FitState(), progress, cancellationToken);
    }

    /// <summary>
    /// The same with a label for each sample. The targets of a batch are made when it is trained, so they take no memory for all samples.
    /// The bits are those of training with these targets.
    /// </summary>
    /// <remarks>
    /// With several outputs, a label is the number of the output that should be high, from 0 on: its target is 1, and those of the others
    /// are 0. A network of one output takes the labels 0 and 1, and their targets are 0 and 1. But behind a last layer whose outputs reach
    /// from −1 to 1, as those of tanh do, −1 takes the place of 0.
    /// </remarks>
    /// <param name="inputs">[samples, n_in], row by row.</param>
    /// <param name="labels">[samples]: the class of each sample.</param>
    /// <param name="options">How to train. <see cref="FitOptions.ValidationLabels"/> may take the place of targets.</param>
    /// <param name="state">Where to begin; null for a new run.</param>
    /// <param name="progress">Receives a report after each epoch.</param>
    /// <param name="cancellationToken">Ends the training with an exception, after the last whole step.</param>
    /// <returns>How the training ended.</returns>
    /// <exception cref="ArgumentNullException"><paramref name="options"/> is null.</exception>
    /// <exception cref="ArgumentException">
    /// A label is none of the classes. Otherwise the same as with targets. Nothing was changed.
    /// </exception>
    /// <exception cref="OperationCanceledException">The token was cancelled. The state says where.</exception>
    /// <exception cref="InvalidOperationException">The same as with targets.</exception>
    public FitResult Fit(
        ReadOnlySpan<float> inputs, ReadOnlySpan<int> labels, FitOptions options, FitState? state = null,
        IProgress<EpochReport>? progress = null, CancellationToken cancellationToken = default)
    {
        ArgumentNullException.ThrowIfNull(options);
        FloatingPointMode.Check();
        return Run(SamplesOf(inputs, labels, SampleNames.Arguments), options, state ?? new FitState(), progress, cancellationToken);
    }

    /// <summary>
    /// The same with samples that need not be in memory. The bits are those of training with the same samples in memory.
    /// </summary>
    /// <remarks>
    /// Fit reads each batch when it comes to it, into memory for one batch, and checks it. A <see cref="FitOptions.ValidationSplit"/> holds
    /// out the last samples of the source. Validation reads them after each epoch. For the order, Fit takes four bytes for each training
    /// sample, if it shuffles.
    /// </remarks>
    /// <param name="source">Gives the samples.</param>
    /// <param name="options">How to train. <see cref="FitOptions.ValidationSource"/> may give the validation data.</param>
    /// <param name="state">Where to begin; null for a new run.</param>
    /// <param name="progress">Receives a report after each epoch.</param>
    /// <param name="cancellationToken">Ends the training with an exception, after the last whole step.</param>
    /// <returns>How the training ended.</returns>
    /// <exception cref="ArgumentNullException"><paramref name="source"/> or <paramref name="options"/> is null.</exception>
    /// <exception cref="ArgumentException">
    /// The source has no samples, or the options or the state do not fit. Nothing was changed. Or the source gave a sample that Fit with
    /// samples in memory refuses. The message says which. The last whole step stays made, and the state says where.
    /// </exception>
    /// <exception cref="OperationCanceledException">The token was cancelled. The state says where.</exception>
    /// <exception cref="InvalidOperationException">The same as with samples in memory.</exception>
    public FitResult Fit(
        ISampleSource source, FitOptions options, FitState? state = null, IProgress<EpochReport>? progress = null,
        CancellationToken cancellationToken = default)
    {
        ArgumentNullException.ThrowIfNull(source);
        ArgumentNullException.ThrowIfNull(options);
        FloatingPointMode.Check();
        return Run(SamplesOf(source, Cost, SampleNames.Arguments), options, state ?? new FitState(), progress, cancellationToken);
    }

    private FitResult Run(
        FitSamples all, FitOptions options, FitState state, IProgress<EpochReport>? progress, CancellationToken cancellationToken)
    {
        all = all with { Weights = WeightsOf(options.SampleWeights, all.Count, SampleWeights) };
        all.Check(Cost);
        FitSamples validation = ValidationOf(all, options);
        Score? score = validation.Count > 0 ? NewScore() : null;
        int count = options.ValidationSplit > 0 ? all.Count - validation.Count : all.Count, batch = BatchOf(options, count);
        FitSamples training =
            all.Part(0, count) with { ClassWeights = ClassWeightsOf(options), Range = _network.Layers[^1].Activation };
        training.CheckRange();
        CheckRoom(training, batch, options);
        CheckWeights(training, validation, options);
        int? seed = options.Shuffle ? options.Seed : null;
        Validate(state, Parts.Of(count, batch), count, options.BatchSize, seed);
        CheckApart(state, all, SampleNames.Arguments);
        CheckApart(state, validation, SampleNames.Validation);
        CheckApart(state, options);

        int[] order = new int[options.Shuffle && batch < count ? count : 0];
        SampleBuffer buffer = new(), validated = new();
        FitLog log = BeginLog(all, options, state);
        long began = Stopwatch.GetTimestamp();
        while (true)
        {
            if (Ended(state, options) is { } reason) return End(reason, null, log, training, validation, score, options, state);

            (state.Samples, state.BatchSize, state.Seed) = (count, options.BatchSize, seed);
            EpochOrder.Shuffle(order, options.Seed, state.Epoch);
            if (RunEpoch(in training, batch, order, buffer, state, log, cancellationToken) is { } divergence)
                return End(StopReason.Diverged, divergence, log, training, validation, score, options, state);

            EpochReport report = FinishEpoch(state, in training, in validation, score, validated, options, began);
            log.Epochs.Add(report);
            progress?.Report(report);
            if (options.EpochDone?.Invoke(report) == false)
                return End(StopReason.StoppedByCallback, null, log, training, validation, score, options, state);
            if (_converged) return End(StopReason.Converged, null, log, training, validation, score, options, state);
        }
    }

    private FitLog BeginLog(FitSamples all, FitOptions options, FitState state)
    {
        _converged = false;
        bool runsAlone = options is { EpochDone: null, ValidationSource: null } && all.Source is null;
        return new FitLog(OptimizerState.Steps, options.Epochs - state.Epoch) { RunsAlone = runsAlone };
    }

    /// <summary>Whether no epoch is left, or no patience.</summary>
    private static StopReason? Ended(FitState state, FitOptions options) =>
        state.Epoch >= options.Epochs ? StopReason.Completed
        : state.EpochsWithoutImprovement >= options.Patience ? StopReason.EarlyStopped
        : null;

    /// <summary>Counts an epoch whose steps are done, measures it on the validation data, and keeps it if it is the best.</summary>
    private EpochReport FinishEpoch(
        FitState state, in FitSamples training, in FitSamples validation, Score? score, SampleBuffer buffer, FitOptions options,
        long began)
    {
        double divisor = training.WeighsSamples ? state.WeightSum : training.Count;
        float cost = divisor == 0 ? 0f : (float)(state.CostSum / divisor);
        Metrics? metrics = score is null ? null : Measure(in validation, score, buffer); // if a source throws, a later call does this
        state.Epoch++;
        state.Step = 0;
        state.CostSum = state.WeightSum = 0;
        bool best = metrics is { } measured && TakeIfBest(measured.Cost, cost, options, state);
        return new EpochReport(state.Epoch, cost, metrics, best, Stopwatch.GetElapsedTime(began));
    }

    /// <summary>
    /// Runs the remaining steps of an epoch, and stops at one that diverges. The state does not count that step. Without an order, the
    /// samples come as they are.
    /// </summary>
    private Divergence? RunEpoch(
        in FitSamples training, int batch, ReadOnlySpan<int> order, SampleBuffer buffer, FitState state, FitLog log,
        CancellationToken cancellationToken)
    {
        int begin = (int)Math.Min((long)state.Step * batch, training.Count); // behind the last step only the validation is left
        for (int first = begin, count; first < training.Count; first += count) // adding batch instead could overflow
        {
            count = Math.Min(batch, training.Count - first);
            bool last = first + count == training.Count;
            SampleRows rows = order.IsEmpty ? training.Rows(first, count, buffer) : training.Rows(order.Slice(first, count), buffer);
            float cost = StepOfFit(in rows, last, log is { RunsAlone: true, FirstCost: not null }, cancellationToken);
            if (!float.IsFinite(cost) || (last && !LeftAllFinite))
                return new Divergence(state.Epoch + 1, state.Step + 1, cost, _optimizer.RateAt(OptimizerState.Steps - 1));

            double sum = Reduction == Reduction.Mean ? (double)cost * count : cost;
            log.FirstCost ??= sum / (training.WeighsSamples ? Sum(rows.Weights) : count);
            state.CostSum += sum;
            if (training.WeighsSamples)
            {
                double weight = Sum(rows.Weights);
                state.WeightSum += weight;
                log.Weight += weight;
            }

            state.Step++;
        }

        return null;
    }

    /// <summary>
    /// A step of an epoch. If it is the last, the updater looks if it leaves all numbers finite. It continues if nothing but Fit has run
    /// since the step before.
    /// </summary>
    private float StepOfFit(in SampleRows rows, bool last, bool continues, CancellationToken cancellationToken)
    {
        _updater?.LooksForInfinities = last;
        _continues = continues;
        try
        {
            return rows.Weights.IsEmpty
                ? Step(rows.Inputs, rows.Targets, cancellationToken)
                : StepOfFit(rows.Inputs, rows.Targets, rows.Weights, cancellationToken);
        }
        finally
        {
            _updater?.LooksForInfinities = false;
            _continues = false;
        }
    }

    private static double Sum(ReadOnlySpan<float> weights)
    {
        double sum = 0;
        foreach (float weight in weights) sum += weight;
        return sum;
    }

    /// <summary>
    /// Whether the parameters and the optimizer's state are finite after a step. An updater has seen them all. Plain SGD keeps no state. A
    /// second-order optimizer keeps a finite one, and makes no step from a gradient that is not finite.
    /// </summary>
    private bool LeftAllFinite =>
        _minimizer is not { StartIsFinite: false } && (_updater?.LeftAllFinite ?? _network.Buffer.IsFinite);

    /// <summary>Samples in a step: a second-order optimizer takes all.</summary>
    private int BatchOf(FitOptions options, int count) => _minimizer == null ? Math.Min(options.BatchSize, count) : count;

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
        StopReason reason, Divergence? divergence, FitLog log, FitSamples training, FitSamples validation, Score? score,
        FitOptions options, FitState state)
    {
        bool restored = Restores(options) && state.BestParameters is not null;
        if (restored) state.BestParameters.CopyTo(_network.Parameters);
        return new FitResult
        {
            Reason = reason,
            Epochs = state.Epoch,
            Cost = restored ? state.BestTrainingCost : log.Epochs.Count > 0 ? log.Epochs[^1].TrainingCost : null,
            History = log.Epochs.AsReadOnly(),
            Warnings = WarningsOf(reason, log, training, validation, options, state),
            Validation = score is null ? null : Measure(in validation, score, new SampleBuffer()),
            BestEpoch = state.BestEpoch,
            BestRestored = restored,
            Divergence = divergence,
        };
    }

    private string[] WarningsOf(
        StopReason reason, FitLog log, FitSamples training, FitSamples validation, FitOptions options, FitState state)
    {
        List<string?> all =
        [
            FitWarnings.OfSoftmax(Cost, _network.Layers[^1].Activation),
            FitWarnings.OfClasses(training, NewLabels()),
            FitWarnings.OfWeights(training, "training", log),
            FitWarnings.OfWeights(validation, "validation"),
        ];
        if (reason is StopReason.Completed or StopReason.EarlyStopped && OptimizerState.Steps == log.FirstUpdate)
        {
            all.Add(FitWarnings.OfNoEpoch(state, options));
        }
        else if (reason != StopReason.Diverged)
        {
            int stepsOfEpoch = Parts.Of(training.Count, BatchOf(options, training.Count));
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
        ReadOnlySpan<float> targets = samples.Rows(0, count, new SampleBuffer()).Targets;
        double sum = 0;
        int finite = 0; // what is left out may be NaN
        for (int s = 0; s < count; s++)
        {
            double cost = Cost.OfZeros(targets.Slice(s * m, m));
            if (!double.IsFinite(cost)) continue;

            sum += cost;
            finite++;
        }

        return sum / finite;
    }

    private static bool Restores(FitOptions options) => options is { Patience: not null, RestoreBest: true };

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
        string stepRange = $"at least 0 and at most {steps}, the steps of an epoch";
        Check(state.Step >= 0 && state.Step <= steps, nameof(state.Step), state.Step, stepRange);
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
