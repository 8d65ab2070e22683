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
    /// The outputs of a sample hold a NaN, so they name no class. Or a batch is running on another thread.
    /// </exception>
    public ConfusionMatrix Confusion(ReadOnlySpan<float> inputs, ReadOnlySpan<float> targets)
    {
        int batch = Validate(inputs, targets), n = _network.Inputs, m = _network.Outputs, chunk = Math.Max(1, 65_536 / m);
        var labels = new Labels(m, Cost, _network.Layers[^1].Activation);
        labels.Know(targets);
        CheckOneLabel(labels, targets);
        float threshold = labels.Threshold;
        var matrix = new ConfusionMatrix(Math.Max(2, m));
        float[] outputs = new float[Math.Min(batch, chunk) * m];
        for (int first = 0, count; first < batch; first += count) // adding chunk instead could overflow
        {
            count = Math.Min(chunk, batch - first);
            _network.Forward(inputs.Slice(first * n, count * n), outputs.AsSpan(0, count * m), Threads);
            for (int k = 0; k < count; k++)
            {
                int actual = Labels.ClassOf(targets.Slice((first + k) * m, m), threshold);
                int predicted = Labels.ClassOf(outputs.AsSpan(k * m, m), threshold);
                if (actual < 0 || predicted < 0) throw NaNIn(first + k, actual < 0, nameof(targets));
                matrix.Add(actual, predicted);
            }
        }

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
