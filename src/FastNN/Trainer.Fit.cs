using System.Diagnostics;
using FastNN.Fit;

namespace FastNN;

public sealed partial class Trainer
{
    /// <summary>
    /// Trains for epochs: turns over all samples, shuffled and in batches, each a <see cref="Step"/>; with validation after each epoch, early stopping,
    /// reports and an end when it diverges, as the options say. The results are the same bits for every variant and any number of threads.
    /// </summary>
    /// <remarks>
    /// Allocates when it begins: a batch of samples, a number for each sample, and, with patience, once the parameters; with validation also what
    /// <see cref="Measure"/> keeps. Steps and epochs allocate nothing then.
    /// </remarks>
    /// <param name="inputs">[samples, n_in], row by row.</param>
    /// <param name="targets">[samples, n_out], row by row: the outputs wished for.</param>
    /// <param name="options">How to train. Only <see cref="FitOptions.Epochs"/> has no default.</param>
    /// <param name="state">
    /// Where to begin, kept up to date all along; null for a new one. With the state of a run that was interrupted, and the parameters and the optimizer
    /// as they were then, the run goes on and ends with the bits of one that was not.
    /// </param>
    /// <param name="progress">
    /// Told of each epoch, before <see cref="FitOptions.EpochDone"/> is. A handler like that of <see cref="Progress{T}"/> may run on another thread while
    /// training goes on: use neither trainer nor network there; <see cref="FitOptions.EpochDone"/> is the place for that.
    /// </param>
    /// <param name="cancellationToken">Ends it by an exception, after the last whole step.</param>
    /// <returns>How it ended.</returns>
    /// <exception cref="ArgumentNullException"><paramref name="options"/> is null.</exception>
    /// <exception cref="ArgumentException">
    /// A length does not fit, or a span overlaps the parameters, as for <see cref="Step"/>; an input or target, to validate with included, is not finite, or a
    /// target no probability where the cost asks for one: in [0, 1] for both cross-entropies, and those of a sample adding up to 1, within 0.001, for
    /// <see cref="Cost.CrossEntropy"/>; there is validation data twice, patience without any, or a split that holds out no sample; or the state does not fit
    /// the network, the samples and, in the midst of an epoch, the options. Nothing was changed.
    /// </exception>
    /// <exception cref="OperationCanceledException">It was cancelled; the state says where.</exception>
    /// <exception cref="InvalidOperationException">As for <see cref="Step"/>, at any step or measurement.</exception>
    public FitResult Fit(
        ReadOnlySpan<float> inputs,
        ReadOnlySpan<float> targets,
        FitOptions options,
        FitState? state = null,
        IProgress<EpochReport>? progress = null,
        CancellationToken cancellationToken = default)
    {
        ArgumentNullException.ThrowIfNull(options);
        int samples = Validate(inputs, targets);
        new FitSamples(inputs, targets, samples).Check(Cost, nameof(inputs), nameof(targets));
        FitSamples validation = ValidationOf(inputs, targets, samples, options);
        int count = options.ValidationSplit > 0 ? samples - validation.Count : samples, batch = Math.Min(options.BatchSize, count);
        var training = new FitSamples(inputs[..(count * _network.Inputs)], targets[..(count * _network.Outputs)], count);
        state ??= new FitState();
        int? seed = options.Shuffle ? options.Seed : null;
        Validate(state, (count - 1) / batch + 1, count, options.BatchSize, seed);

        int[] order = new int[count];
        float[] x = new float[batch * _network.Inputs], y = new float[batch * _network.Outputs];
        float? cost = null;
        long began = Stopwatch.GetTimestamp();
        while (true)
        {
            if (state.Epoch >= options.Epochs) return End(StopReason.Completed, null, cost, validation, options, state);
            if (state.EpochsWithoutImprovement >= options.Patience) return End(StopReason.EarlyStopped, null, cost, validation, options, state);

            (state.Samples, state.BatchSize, state.Seed) = (count, options.BatchSize, seed);
            if (options.Shuffle) EpochOrder.Shuffle(order, options.Seed, state.Epoch);
            else EpochOrder.Ascend(order);
            if (RunEpoch(training, order, x, y, state, cancellationToken) is { } divergence)
                return End(StopReason.Diverged, divergence, cost, validation, options, state);

            cost = (float)(state.CostSum / count);
            state.Epoch++;
            state.Step = 0;
            state.CostSum = 0;
            Metrics? metrics = validation.Count > 0 ? Measure(validation.Inputs, validation.Targets) : null;
            bool best = metrics is { } measured && TakeIfBest(measured.Cost, options, state);
            var report = new EpochReport(state.Epoch, cost.Value, metrics, best, Stopwatch.GetElapsedTime(began));
            progress?.Report(report);
            if (options.EpochDone?.Invoke(report) == false) return End(StopReason.StoppedByCallback, null, cost, validation, options, state);
        }
    }

    /// <summary>The steps of an epoch that are still to be done, unless one of them diverges. The state does not count that one.</summary>
    private Divergence? RunEpoch(FitSamples training, ReadOnlySpan<int> order, float[] x, float[] y, FitState state, CancellationToken cancellationToken)
    {
        int n = _network.Inputs, m = _network.Outputs, batch = x.Length / n;
        for (int first = state.Step * batch, count; first < order.Length; first += count) // not the batch, which may lead past int.MaxValue
        {
            count = Math.Min(batch, order.Length - first);
            training.Gather(order.Slice(first, count), x, y);
            float cost = Step(x.AsSpan(0, count * n), y.AsSpan(0, count * m), cancellationToken);
            bool last = first + count == order.Length;
            if (!float.IsFinite(cost) || (last && !(_network.Buffer.IsFinite && OptimizerState.IsFinite)))
                return new Divergence(state.Epoch + 1, state.Step + 1, cost, _optimizer.RateAt(OptimizerState.Steps - 1));

            state.CostSum += Reduction == Reduction.Mean ? (double)cost * count : cost;
            state.Step++;
        }

        return null;
    }

    /// <summary>Whether this validation cost is the best so far; the state keeps it then, and the parameters if they may be put back.</summary>
    private bool TakeIfBest(float cost, FitOptions options, FitState state)
    {
        if (!float.IsFinite(cost) || (state.BestEpoch > 0 && !((double)state.BestCost - cost > options.MinImprovement)))
        {
            state.EpochsWithoutImprovement++;
            return false;
        }

        state.BestEpoch = state.Epoch;
        state.BestCost = cost;
        state.EpochsWithoutImprovement = 0;
        if (!Restores(options)) state.BestParameters = null;
        else _network.Parameters.CopyTo(state.BestParameters ??= new float[_network.Parameters.Length]);
        return true;
    }

    private FitResult End(StopReason reason, Divergence? divergence, float? cost, FitSamples validation, FitOptions options, FitState state)
    {
        bool restored = Restores(options) && state.BestParameters is not null;
        if (restored) state.BestParameters.CopyTo(_network.Parameters);
        return new FitResult
        {
            Reason = reason,
            Epochs = state.Epoch,
            Cost = cost,
            Validation = validation.Count > 0 ? Measure(validation.Inputs, validation.Targets) : null,
            BestEpoch = state.BestEpoch,
            BestRestored = restored,
            Divergence = divergence,
        };
    }

    private static bool Restores(FitOptions options) => options is { Patience: not null, RestoreBest: true };

    /// <summary>The samples to validate with, none perhaps, or an exception.</summary>
    private FitSamples ValidationOf(ReadOnlySpan<float> inputs, ReadOnlySpan<float> targets, int samples, FitOptions options)
    {
        const string xName = "options.ValidationInputs", yName = "options.ValidationTargets";
        ReadOnlyMemory<float> x = options.ValidationInputs, y = options.ValidationTargets;
        if (!x.IsEmpty || !y.IsEmpty)
        {
            if (options.ValidationSplit > 0)
            {
                throw new ArgumentException(
                    $"options must have either a ValidationSplit or ValidationInputs and ValidationTargets, but has a split of {options.ValidationSplit} "
                    + $"and {x.Length} inputs and {y.Length} targets.",
                    nameof(options));
            }

            var given = new FitSamples(x.Span, y.Span, _network.BatchOf(x.Span, xName, y.Span, yName));
            given.Check(Cost, xName, yName);
            return given;
        }

        if (options.ValidationSplit == 0)
        {
            if (options.Patience is not { } patience) return default;

            throw new ArgumentException(
                $"options with a Patience must have validation data, but the Patience is {patience} and there are none.", nameof(options));
        }

        // As a decimal the share is what was written: 0.7 of ten samples are seven, where the float, slightly less, would give six.
        int count = (int)((decimal)options.ValidationSplit * samples);
        if (count == 0)
        {
            throw new ArgumentException(
                $"options.ValidationSplit must hold out at least one sample, but {options.ValidationSplit} of {samples}, rounded down, is none.",
                nameof(options));
        }

        return new FitSamples(inputs[^(count * _network.Inputs)..], targets[^(count * _network.Outputs)..], count);
    }

    /// <exception cref="ArgumentException">
    /// It is not the state of a run with this network and so many steps an epoch, or in the midst of an epoch of other batches.
    /// </exception>
    private void Validate(FitState state, int steps, int samples, int batchSize, int? seed)
    {
        if (state.Step > 0)
        {
            const string within = "as long as an epoch is not finished";
            Check(state.Samples == samples, nameof(FitState.Samples), state.Samples, $"{samples}, those trained on, {within}");
            Check(state.BatchSize == batchSize, nameof(FitState.BatchSize), state.BatchSize, $"{batchSize}, that of the options, {within}");
            Check(state.Seed == seed, nameof(FitState.Seed), state.Seed, $"{TextOf(seed)}, that of the options, {within}");
        }

        Check(state.Epoch >= 0, nameof(FitState.Epoch), state.Epoch, "at least 0");
        Check(state.Step >= 0 && state.Step < steps, nameof(FitState.Step), state.Step, $"at least 0 and less than {steps}, the steps of an epoch");
        Check(state.BestEpoch >= 0 && state.BestEpoch <= state.Epoch, nameof(FitState.BestEpoch), state.BestEpoch, $"between 0 and Epoch, {state.Epoch}");
        Check(state.EpochsWithoutImprovement >= 0, nameof(FitState.EpochsWithoutImprovement), state.EpochsWithoutImprovement, "at least 0");
        if (state.BestParameters is { } best)
        {
            int length = _network.Parameters.Length;
            Check(best.Length == length, "BestParameters.Length", best.Length, $"{length}, the network's parameters");
            Check(state.BestEpoch > 0, nameof(FitState.BestEpoch), state.BestEpoch, "at least 1 if there are BestParameters");
        }

        static void Check(bool holds, string property, int? value, string expected)
        {
            if (!holds) throw new ArgumentException($"state.{property} must be {expected}, but is {TextOf(value)}.", nameof(state));
        }

        static string TextOf(int? value) => value is null ? "null" : $"{value}";
    }
}
