using System.Runtime.CompilerServices;
using FastNN.Fit;
using static System.FormattableString;

namespace FastNN;

public sealed partial class Trainer
{
    /// <summary>
    /// Counts which class the network takes each sample for. Changes no parameter. The class of a sample is the place of its largest
    /// target, and the network takes it for the class of its largest output. Of equals the first counts. One output stands for two classes:
    /// 1 if it reaches the threshold that <see cref="Metrics.Accuracy"/> uses, else 0. Each call allocates the matrix, and memory for up to
    /// 65,536 outputs.
    /// </summary>
    /// <param name="inputs">[batch, n_in], row by row.</param>
    /// <param name="targets">
    /// [batch, n_out], row by row: labels. Under <see cref="Cost.CrossEntropy"/>, and under <see cref="Cost.BinaryCrossEntropy"/> with one
    /// output, all targets are labels. Under other costs <see cref="Metrics.Accuracy"/> says what labels are.
    /// </param>
    /// <returns>The counts, with precision and recall of each class.</returns>
    /// <exception cref="ArgumentException">
    /// The targets are no labels, or a sample has several labels, or a target is NaN. Or the same as for <see cref="Step"/>.
    /// </exception>
    /// <exception cref="InvalidOperationException">
    /// The outputs of a sample hold a NaN, so they name no class. Or the network has more than 10,000 outputs.
    /// </exception>
    [OverloadResolutionPriority(1)] // as for Fit
    public ConfusionMatrix Confusion(ReadOnlySpan<float> inputs, ReadOnlySpan<float> targets)
    {
        FitSamples samples = SamplesOf(inputs, targets, SampleNames.Arguments);
        var labels = new Labels(_network.Outputs, Cost, _network.Layers[^1].Activation);
        labels.Know(targets);
        CheckOneLabel(labels, targets);
        return Confusion(samples, labels.Threshold);
    }

    /// <summary>
    /// The same with a label for each sample. One output stands for the class 1 if it is at least 0.5, or at least 0 behind a last layer
    /// whose outputs reach from −1 to 1.
    /// </summary>
    /// <param name="inputs">[samples, n_in], row by row.</param>
    /// <param name="labels">[samples]: the class of each sample.</param>
    /// <returns>The counts, with precision and recall of each class.</returns>
    /// <exception cref="ArgumentException">A length does not fit, or a label is none of the classes.</exception>
    /// <exception cref="InvalidOperationException">
    /// The outputs of a sample hold a NaN, so they name no class. Or the network has more than 10,000 outputs.
    /// </exception>
    public ConfusionMatrix Confusion(ReadOnlySpan<float> inputs, ReadOnlySpan<int> labels)
    {
        LabelCode.Check(labels, nameof(labels));
        return Confusion(SamplesOf(inputs, labels, SampleNames.Arguments), LabelCode.Low < 0f ? 0f : 0.5f);
    }

    private ConfusionMatrix Confusion(FitSamples samples, float threshold)
    {
        int m = _network.Outputs, chunk = Math.Max(1, MeasuredValues / m);
        if (m > ConfusionMatrix.MostClasses)
        {
            throw new InvalidOperationException(
                $"A confusion matrix has at most {ConfusionMatrix.MostClasses} classes, but the network has {m} outputs.");
        }

        var matrix = new ConfusionMatrix(Math.Max(2, m));
        var buffer = new SampleBuffer();
        float[] outputs = new float[Math.Min(samples.Count, chunk) * m];
        for (int first = 0, count; first < samples.Count; first += count) // adding chunk instead could overflow
        {
            count = Math.Min(chunk, samples.Count - first);
            SampleRows rows = samples.Rows(first, count, buffer);
            _network.Forward(rows.Inputs, outputs.AsSpan(0, count * m), Threads);
            for (int k = 0; k < count; k++)
            {
                int actual = Labels.ClassOf(rows.Targets.Slice(k * m, m), threshold);
                int predicted = Labels.ClassOf(outputs.AsSpan(k * m, m), threshold);
                if (actual < 0 || predicted < 0) throw NaNIn(first + k, actual < 0, "targets");
                matrix.Add(actual, predicted);
            }
        }

        GC.KeepAlive(buffer);
        return matrix;
    }

    private static SystemException NaNIn(int sample, bool inTargets, string name) => inTargets
        ? new ArgumentException($"{name} of sample {sample} must be labels, but hold a NaN.", name)
        : new InvalidOperationException($"The outputs of sample {sample} hold a NaN, so they name no class.");

    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private void CheckOneLabel(Labels labels, ReadOnlySpan<float> targets)
    {
        if (labels.Are == Labels.Kind.Largest || (labels.Are == Labels.Kind.Each && _network.Outputs == 1)) return;

        if (labels.Are == Labels.Kind.Each)
        {
            throw new ArgumentException(
                $"targets must have one label a sample, but under {Cost} each of the {_network.Outputs} outputs is a label by itself.",
                nameof(targets));
        }

        int wrong = targets.IndexOfAnyExcept(0f, 1f, -1f);
        if (wrong < 0) wrong = targets.IndexOf(-1f);
        string beside = targets[wrong] == -1f ? ", beside others that are 0" : "";
        throw new ArgumentException(
            $"targets must be labels under {Cost}, all 0 or 1, or all -1 or 1, "
            + Invariant($"but targets[{wrong}] is {targets[wrong]}{beside}."),
            nameof(targets));
    }
}
