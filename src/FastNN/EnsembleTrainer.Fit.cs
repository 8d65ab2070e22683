using System.Runtime.InteropServices;
using FastNN.Ensembles;
using FastNN.Fit;
using FastNN.Plumbing;
using static System.FormattableString;

namespace FastNN;

public sealed unsafe partial class EnsembleTrainer
{
    /// <summary>
    /// Trains each member on samples of its own for a number of epochs. Each member shuffles its samples by a seed of its own, and stops
    /// early by itself. It has the bits that <see cref="Trainer.Fit"/> gives it alone, from the same start.
    /// </summary>
    /// <remarks>
    /// <para>
    /// A member that has stopped keeps its parameters and what the optimizer remembers. The number of <see cref="Steps"/> is that of the
    /// members that went on longest.
    /// </para>
    /// <para>
    /// These options do not serve ensembles: labels and sources for validation, weights, and <see cref="FitOptions.EpochDone"/>. Validation
    /// data are the same for all members; a split holds out the last samples of each.
    /// </para>
    /// <para>
    /// Fit allocates at its start: if it shuffles, a batch of samples and one number for each sample of each member. With patience it also
    /// allocates the parameters once. Steps allocate nothing.
    /// </para>
    /// </remarks>
    /// <param name="inputs">[count, samples, n_in]. The length tells the number of samples of each member.</param>
    /// <param name="targets">[count, samples, n_out].</param>
    /// <param name="options">How to train. Only <see cref="FitOptions.Epochs"/> has no default.</param>
    /// <param name="seeds">
    /// [count], the seed of each member's shuffling. If it is empty, member i has <see cref="FitOptions.Seed"/> + i.
    /// </param>
    /// <param name="cancellationToken">Ends the training with an exception, after the last whole step.</param>
    /// <returns>[count], how the training ended for each member.</returns>
    /// <exception cref="ArgumentNullException"><paramref name="options"/> is null.</exception>
    /// <exception cref="ArgumentException">
    /// A length or the options do not fit, a number is not finite, or a target is outside the range of the last activation or of the cost.
    /// Nothing was changed.
    /// </exception>
    /// <exception cref="OperationCanceledException">The token was cancelled.</exception>
    /// <exception cref="InvalidOperationException">
    /// The thread fails <see cref="Kernels.CheckFloatingPoint"/>. Or the schedule gives no valid factor for a step; the steps before are
    /// made.
    /// </exception>
    public IReadOnlyList<MemberFitResult> Fit(
        ReadOnlySpan<float> inputs, ReadOnlySpan<float> targets, FitOptions options, ReadOnlySpan<int> seeds = default,
        CancellationToken cancellationToken = default) => Fit(inputs, targets, Ensemble.Count, options, seeds, cancellationToken);

    /// <summary>
    /// Trains all members on the same samples, each in an order of its own. Everything else is as for <see cref="Fit"/>.
    /// </summary>
    /// <param name="inputs">[samples, n_in], row by row.</param>
    /// <param name="targets">[samples, n_out], row by row.</param>
    /// <param name="options">How to train. Only <see cref="FitOptions.Epochs"/> has no default.</param>
    /// <param name="seeds">
    /// [count], the seed of each member's shuffling. If it is empty, member i has <see cref="FitOptions.Seed"/> + i.
    /// </param>
    /// <param name="cancellationToken">Ends the training with an exception, after the last whole step.</param>
    /// <returns>[count], how the training ended for each member.</returns>
    /// <exception cref="ArgumentNullException"><paramref name="options"/> is null.</exception>
    /// <exception cref="ArgumentException">The same as for <see cref="Fit"/>. Nothing was changed.</exception>
    /// <exception cref="OperationCanceledException">The token was cancelled.</exception>
    /// <exception cref="InvalidOperationException">The same as for <see cref="Fit"/>.</exception>
    public IReadOnlyList<MemberFitResult> FitShared(
        ReadOnlySpan<float> inputs, ReadOnlySpan<float> targets, FitOptions options, ReadOnlySpan<int> seeds = default,
        CancellationToken cancellationToken = default) => Fit(inputs, targets, 1, options, seeds, cancellationToken);

    private MemberFitResult[] Fit(
        ReadOnlySpan<float> inputs, ReadOnlySpan<float> targets, int givers, FitOptions options, ReadOnlySpan<int> seeds,
        CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(options);
        FloatingPointMode.Check();
        int samples = Ensemble.BatchOf(inputs, targets, givers);
        CheckOptions(options);
        if (!seeds.IsEmpty) Guard.Length(seeds.Length, Ensemble.Count, nameof(seeds));
        var all = new FitSamples(inputs, targets, givers * samples, SampleNames.Arguments) { Range = LastActivation };
        all.Check(Cost);
        all.CheckRange();
        int held = HeldOut(options, samples), count = samples - held, n = Ensemble.Inputs, m = Ensemble.Outputs;
        ReadOnlySpan<float> validX = options.ValidationInputs.Span, validY = options.ValidationTargets.Span;
        int given = validX.IsEmpty && validY.IsEmpty ? 0 : GivenSamples(validX, validY);

        fixed (float* x = &MemoryMarshal.GetReference(inputs), y = &MemoryMarshal.GetReference(targets))
        fixed (float* vx = &MemoryMarshal.GetReference(validX), vy = &MemoryMarshal.GetReference(validY))
        {
            nint each = givers == Ensemble.Count ? samples : 0;
            int batch = Math.Min(options.BatchSize, count);
            if (options.Shuffle && batch < count) CheckRoom(inputs, options, count, batch);
            var batches = new MemberBatches(Ensemble.Shape, Ensemble.Count, count, batch, options.Shuffle, Threads);
            batches.Take(new MemberSamples(x, each * n, y, each * m, count));
            var validation = given > 0
                ? new MemberSamples(vx, 0, vy, 0, given)
                : new MemberSamples(x + count * (nint)n, each * n, y + count * (nint)m, each * m, held);
            int[] own = seeds.IsEmpty ? [.. Enumerable.Range(0, Ensemble.Count).Select(i => unchecked(options.Seed + i))] : [.. seeds];
            MemberFitResult[] results = Run(batches, validation, count, batch, options, own, cancellationToken);
            GC.KeepAlive(this);
            return results;
        }
    }

    private Activation LastActivation => Ensemble.Shape.Layers[^1].Activation;

    private MemberFitResult[] Run(
        MemberBatches batches, MemberSamples validation, int samples, int batch, FitOptions options, int[] seeds,
        CancellationToken cancellationToken)
    {
        var fit = new MemberFit(Ensemble.Members, options);
        float[] costs = new float[Ensemble.Count];
        _steps.Stopped = fit.Stopped;
        try
        {
            for (int epoch = 0; !fit.AllStopped; epoch++)
            {
                for (int i = 0; i < seeds.Length; i++)
                {
                    if (!fit.Stopped[i]) batches.Shuffle(i, seeds[i], epoch);
                }

                RunEpoch(fit, batches, epoch, samples, batch, costs, cancellationToken);
                float[]? measured = Measure(validation, costs);
                for (int i = 0; i < seeds.Length; i++)
                {
                    if (!fit.Stopped[i]) fit.FinishEpoch(i, samples, measured?[i]);
                }

                _steps.Changed = true;
            }
        }
        finally
        {
            _steps.Stopped = null;
            _steps.Changed = true;
        }

        fit.Restore();
        float[]? last = Measure(validation, costs);
        return [.. Enumerable.Range(0, seeds.Length).Select(i => fit.Result(i, last?[i]))];
    }

    /// <summary>The steps of an epoch. A member that diverges stops at once.</summary>
    private void RunEpoch(
        MemberFit fit, MemberBatches batches, int epoch, int samples, int batch, float[] costs, CancellationToken cancellationToken)
    {
        for (int first = 0, count, step = 1; first < samples; first += count, step++)
        {
            cancellationToken.ThrowIfCancellationRequested();
            count = Math.Min(batch, samples - first);
            bool last = first + count == samples;
            fixed (float* c = costs) batches.Step(_steps, first, count, c);
            for (int i = 0; i < costs.Length; i++)
            {
                if (fit.Stopped[i]) continue;

                float cost = costs[i];
                if (float.IsFinite(cost) && (!last || _steps.IsFinite(i)))
                {
                    fit.Add(i, Reduction == Reduction.Mean ? (double)cost * count : cost);
                    continue;
                }

                float rate = Optimizer.RateAt(Steps - 1, _settings.LearningRateOf(i));
                fit.Diverge(i, new Divergence(epoch + 1, step, cost, rate));
                _steps.Changed = true;
            }
        }
    }

    /// <summary>The mean cost of each member on validation data; null without such data.</summary>
    private float[]? Measure(MemberSamples samples, float[] costs)
    {
        if (samples.Count == 0) return null;

        fixed (float* c = costs) _steps.Measure(in samples, isMean: true, c);
        return costs;
    }

    /// <summary>Refuses what does not serve ensembles.</summary>
    private static void CheckOptions(FitOptions options)
    {
        string? wrong = !options.ValidationLabels.IsEmpty ? nameof(options.ValidationLabels)
            : options.ValidationSource is not null ? nameof(options.ValidationSource)
            : !options.SampleWeights.IsEmpty ? nameof(options.SampleWeights)
            : !options.ValidationWeights.IsEmpty ? nameof(options.ValidationWeights)
            : !options.ClassWeights.IsEmpty ? nameof(options.ClassWeights)
            : options.EpochDone is not null ? nameof(options.EpochDone)
            : null;
        if (wrong is not null)
            throw new ArgumentException($"options.{wrong} must not be set for an ensemble, but is.", nameof(options));

        bool given = !options.ValidationInputs.IsEmpty || !options.ValidationTargets.IsEmpty;
        if (options.ValidationSplit > 0 && given)
        {
            throw new ArgumentException(
                "options must have either a ValidationSplit or ValidationInputs and ValidationTargets, but has both.", nameof(options));
        }

        if (options is { Patience: { } patience, ValidationSplit: 0 } && !given)
        {
            throw new ArgumentException(
                $"options with a Patience must have validation data, but the Patience is {patience} and there is no such data.",
                nameof(options));
        }
    }

    /// <exception cref="ArgumentException">An array does not hold the copies of a batch, or the orders of all members.</exception>
    private void CheckRoom(ReadOnlySpan<float> inputs, FitOptions options, int samples, int batch)
    {
        int widest = Math.Max(Ensemble.Inputs, Ensemble.Outputs), mostSamples = AlignedBuffer.MaxLength / Ensemble.Count;
        int most = mostSamples / widest;
        if (batch > most)
        {
            throw new ArgumentException(
                $"options.BatchSize must be at most {most} for {Ensemble.Count} members that shuffle, because their batches are copied, "
                + $"but is {batch}.",
                nameof(options));
        }

        if (samples > mostSamples)
        {
            throw new ArgumentException(
                $"inputs must hold at most {mostSamples} training samples for each of {Ensemble.Count} members that shuffle, "
                + $"but holds {samples}.",
                nameof(inputs));
        }
    }

    private static int HeldOut(FitOptions options, int samples)
    {
        int held = FitSamples.HeldOut(options.ValidationSplit, samples);
        if (options.ValidationSplit == 0 || (held > 0 && held < samples)) return held;

        throw new ArgumentException(
            "options.ValidationSplit must hold out at least one sample and leave one, "
            + Invariant($"but of {samples} samples {options.ValidationSplit} holds out {held}."),
            nameof(options));
    }

    private int GivenSamples(ReadOnlySpan<float> inputs, ReadOnlySpan<float> targets)
    {
        SampleNames names = SampleNames.Validation;
        int count = Ensemble.Shape.BatchOf(inputs, names.Inputs, targets, names.Targets);
        new FitSamples(inputs, targets, count, names).Check(Cost);
        return count;
    }
}
