using FastNN.Fit;
using FastNN.Plumbing;
using static System.FormattableString;

namespace FastNN;

public sealed partial class Trainer
{
    private const string SampleWeights = "options.SampleWeights", ValidationWeights = "options.ValidationWeights";

    private LabelCode LabelCode => LabelCode.For(_network.Outputs, _network.Layers[^1].Activation);

    /// <summary>The most samples whose inputs and targets an array can hold.</summary>
    private int MostWritten => AlignedBuffer.MaxLength / Math.Max(_network.Inputs, _network.Outputs);

    /// <summary>Samples that a caller gives, of fitting lengths.</summary>
    private FitSamples SamplesOf(ReadOnlySpan<float> inputs, ReadOnlySpan<float> targets, SampleNames names)
    {
        int count = _network.BatchOf(inputs, names.Inputs, targets, names.Targets);
        CheckApart(inputs, names.Inputs);
        CheckApart(targets, names.Targets);
        return new FitSamples(inputs, targets, count, names);
    }

    /// <summary>The same with labels. They are checked later, with the numbers.</summary>
    private FitSamples SamplesOf(ReadOnlySpan<float> inputs, ReadOnlySpan<int> labels, SampleNames names)
    {
        int count = _network.SamplesIn(inputs, names.Inputs);
        if (labels.Length != count)
        {
            string hint = labels.Length == (long)count * _network.Outputs ? " Targets are of the type float." : "";
            throw new ArgumentException(
                $"{names.Labels} must hold a label for each of the {count} samples in {names.Inputs}, "
                + $"but has a length of {labels.Length}.{hint}",
                names.Labels);
        }

        CheckApart(inputs, names.Inputs);
        return new FitSamples(inputs, labels, LabelCode, names);
    }

    /// <summary>Samples of a source. They are checked for the cost when they are read, if there is one.</summary>
    private FitSamples SamplesOf(ISampleSource source, Cost? cost, SampleNames names)
    {
        int count = source.Count;
        if (count < 1) throw new ArgumentException($"{names.Source}.Count must be at least 1, but is {count}.", names.Source);

        return new FitSamples(source, 0, count, _network.Inputs, _network.Outputs, cost, names);
    }

    /// <summary>The samples to validate with, perhaps none. Throws if the options do not fit.</summary>
    private FitSamples ValidationOf(FitSamples all, FitOptions options)
    {
        CheckOneKind(options);
        if (options.ValidationInputs.IsEmpty && !options.ValidationWeights.IsEmpty)
        {
            throw new ArgumentException(
                $"options with ValidationWeights must have ValidationInputs, but has {options.ValidationWeights.Length} weights without.",
                nameof(options));
        }

        if (options.ValidationSource is { } source) return SamplesOf(source, Cost, SampleNames.Validation);

        ReadOnlyMemory<float> x = options.ValidationInputs, y = options.ValidationTargets;
        if (!x.IsEmpty || !y.IsEmpty || !options.ValidationLabels.IsEmpty)
        {
            FitSamples given = options.ValidationLabels.IsEmpty
                ? SamplesOf(x.Span, y.Span, SampleNames.Validation)
                : SamplesOf(x.Span, options.ValidationLabels.Span, SampleNames.Validation);
            given = given with { Weights = WeightsOf(options.ValidationWeights, given.Count, ValidationWeights) };
            given.Check(Cost);
            return given;
        }

        if (options.ValidationSplit == 0)
        {
            if (options.Patience is not { } patience) return default;

            throw new ArgumentException(
                $"options with a Patience must have validation data, but the Patience is {patience} and there is no such data.",
                nameof(options));
        }

        int count = FitSamples.HeldOut(options.ValidationSplit, all.Count);
        return count > 0 ? all.Part(all.Count - count, count) : throw new ArgumentException(
            "options.ValidationSplit must hold out at least one sample, "
            + Invariant($"but {options.ValidationSplit} of {all.Count}, rounded down, is none."),
            nameof(options));
    }

    /// <summary>Weights of samples, checked; perhaps none.</summary>
    private ReadOnlySpan<float> WeightsOf(ReadOnlyMemory<float> given, int count, string name)
    {
        ReadOnlySpan<float> weights = given.Span;
        long outputs = (long)count * _network.Outputs;
        if (!weights.IsEmpty && weights.Length != count && weights.Length != outputs)
        {
            string expected = $"{count}, one weight for each sample";
            if (_network.Outputs > 1) expected += $", or of {outputs}, one weight for each output of each sample";
            throw new ArgumentException($"{name} must have a length of {expected}, but has {weights.Length}.", name);
        }

        CheckWeights(weights, name);
        return weights;
    }

    private ReadOnlySpan<float> ClassWeightsOf(FitOptions options)
    {
        const string name = "options.ClassWeights";
        ReadOnlySpan<float> weights = options.ClassWeights.Span;
        if (!weights.IsEmpty && weights.Length != LabelCode.Classes)
        {
            throw new ArgumentException(
                $"{name} must hold a weight for each of the {LabelCode.Classes} classes, but has a length of {weights.Length}.", name);
        }

        CheckWeights(weights, name);
        return weights;
    }

    private void CheckWeights(ReadOnlySpan<float> weights, string name)
    {
        for (int k = 0; k < weights.Length; k++)
        {
            if (!(weights[k] >= 0f && weights[k] <= float.MaxValue))
                throw new ArgumentException(Invariant($"{name}[{k}] must be finite and at least 0, but is {weights[k]}."), name);
        }

        CheckApart(weights, name);
    }

    /// <exception cref="ArgumentException">A batch that is written to memory is longer than an array can be.</exception>
    private void CheckRoom(FitSamples training, int batch, FitOptions options)
    {
        if (!training.AreWritten || batch <= MostWritten) return;

        if (_minimizer != null)
        {
            throw new ArgumentException(
                $"{_optimizer.Kind} may take at most {MostWritten} samples with labels or a source, because all of them are written to "
                + $"memory, but there are {training.Count}.",
                nameof(options));
        }

        throw new ArgumentException(
            $"options.BatchSize must be at most {MostWritten} with labels or a source, because a batch is written to memory, "
            + $"but is {options.BatchSize}, and there are {training.Count} samples.",
            nameof(options));
    }

    /// <exception cref="ArgumentException">Products of weights overflow, or those of validation cannot be used together.</exception>
    private void CheckWeights(FitSamples training, FitSamples validation, FitOptions options)
    {
        float most = Most(training.Weights), mostOfClass = Most(training.ClassWeights);
        if (!float.IsFinite(most * mostOfClass))
        {
            throw new ArgumentException(
                $"{SampleWeights} times options.ClassWeights must be finite, "
                + Invariant($"but the greatest are {most} and {mostOfClass}."),
                nameof(options));
        }

        if (validation.Weights.IsEmpty) return;

        string name = options.ValidationSplit > 0 ? SampleWeights : ValidationWeights;
        CheckSum(WeightSum.Of(validation.Weights, validation.Count, Reduction.Mean), name);
        CheckAllWritten(validation, name);

        static float Most(ReadOnlySpan<float> weights)
        {
            float most = 1f;
            foreach (float weight in weights) most = Math.Max(most, weight);
            return most;
        }
    }

    /// <exception cref="ArgumentException">Samples that are written to memory all together take more than an array can hold.</exception>
    private void CheckAllWritten(FitSamples samples, string name)
    {
        if (!samples.AreWritten || samples.Count <= MostWritten) return;

        throw new ArgumentException(
            $"{name} may be for at most {MostWritten} samples with labels or a source, because all of them are written to memory, "
            + $"but there are {samples.Count}.",
            name);
    }

    /// <exception cref="ArgumentException">The options have validation data of two kinds.</exception>
    private static void CheckOneKind(FitOptions options)
    {
        int inputs = options.ValidationInputs.Length, targets = options.ValidationTargets.Length, labels = options.ValidationLabels.Length;
        bool given = inputs > 0 || targets > 0 || labels > 0;
        if (options.ValidationSplit > 0 && given)
        {
            throw new ArgumentException(
                "options must have either a ValidationSplit or ValidationInputs and ValidationTargets, "
                + Invariant($"but has a split of {options.ValidationSplit}, {inputs} inputs, {targets} targets and {labels} labels."),
                nameof(options));
        }

        if (targets > 0 && labels > 0)
        {
            throw new ArgumentException(
                $"options must have either ValidationTargets or ValidationLabels, but has {targets} targets and {labels} labels.",
                nameof(options));
        }

        if (options.ValidationSource is not null && (given || options.ValidationSplit > 0))
        {
            throw new ArgumentException(
                "options with a ValidationSource must have no other validation data, "
                + Invariant($"but has a split of {options.ValidationSplit}, {inputs} inputs, {targets} targets and {labels} labels."),
                nameof(options));
        }
    }

    /// <exception cref="ArgumentException">Samples overlap the best parameters of the state, which the run writes.</exception>
    private static void CheckApart(FitState state, FitSamples samples, SampleNames names)
    {
        const string best = "state.BestParameters";
        Guard.NoOverlap(samples.Inputs, names.Inputs, state.BestParameters, best);
        Guard.NoOverlap(samples.Targets, names.Targets, state.BestParameters, best);
    }

    /// <exception cref="ArgumentException">Weights overlap the best parameters of the state.</exception>
    private static void CheckApart(FitState state, FitOptions options)
    {
        const string best = "state.BestParameters";
        Guard.NoOverlap(options.SampleWeights.Span, SampleWeights, state.BestParameters, best);
        Guard.NoOverlap(options.ValidationWeights.Span, ValidationWeights, state.BestParameters, best);
        Guard.NoOverlap(options.ClassWeights.Span, "options.ClassWeights", state.BestParameters, best);
    }
}
