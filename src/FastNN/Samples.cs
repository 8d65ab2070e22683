using FastNN.Fit;
using FastNN.Plumbing;
using static System.FormattableString;

namespace FastNN;

/// <summary>
/// Prepares samples for training: targets of labels, shuffled splits, and the rows that a split names.
/// </summary>
/// <remarks>
/// The results depend on the arguments alone. They are the same on every platform and in every version of .NET. Each call allocates its
/// result, and memory for a few numbers a sample. Any thread may call these methods.
/// </remarks>
public static class Samples
{
    /// <summary>
    /// The targets of labels: 1 at the label, and <paramref name="low"/> elsewhere. <see cref="Trainer.Fit(ReadOnlySpan{float},
    /// ReadOnlySpan{int}, FitOptions, FitState, IProgress{EpochReport}, CancellationToken)"/> takes labels as they are.
    /// </summary>
    /// <param name="labels">The label of each sample, from 0 to <paramref name="classes"/> − 1.</param>
    /// <param name="classes">The number of classes, at least 1.</param>
    /// <param name="low">The target at the other classes, finite; by default 0. Take −1 for tanh.</param>
    /// <returns>[samples, classes], row by row.</returns>
    /// <exception cref="ArgumentOutOfRangeException">
    /// <paramref name="classes"/> is less than 1, or <paramref name="low"/> is not finite.
    /// </exception>
    /// <exception cref="ArgumentException">
    /// A label is no class, or the result would be longer than an array can be. The message names the label.
    /// </exception>
    public static float[] OneHot(ReadOnlySpan<int> labels, int classes, float low = 0f)
    {
        AtLeastOne(classes, nameof(classes));
        if (!float.IsFinite(low)) throw new ArgumentOutOfRangeException(nameof(low), low, Invariant($"low must be finite, but is {low}."));
        Places.Check(labels, nameof(labels), classes, "classes");
        float[] targets = NewRows(labels.Length, classes, nameof(labels));
        targets.AsSpan().Fill(low);
        for (int s = 0; s < labels.Length; s++) targets[s * classes + labels[s]] = 1f;
        return targets;
    }

    /// <summary>
    /// Splits samples at random: shuffles the numbers 0, 1, …, and holds out the last ones. The order is that of the first epoch of a
    /// shuffled <see cref="Trainer.Fit"/> with this seed.
    /// </summary>
    /// <param name="count">The number of samples, at least 1.</param>
    /// <param name="heldOut">
    /// The share to hold out, greater than 0 and less than 1. The number is rounded as <see cref="FitOptions.ValidationSplit"/> says.
    /// </param>
    /// <param name="seed">The seed of the shuffling.</param>
    /// <returns>The numbers of the samples to train with, and of those that are held out, both shuffled.</returns>
    /// <exception cref="ArgumentOutOfRangeException">
    /// <paramref name="count"/> is less than 1, or <paramref name="heldOut"/> is no such share.
    /// </exception>
    /// <exception cref="ArgumentException">The share holds out no sample.</exception>
    public static (int[] Training, int[] HeldOut) Split(int count, float heldOut, int seed = 0)
    {
        AtLeastOne(count, nameof(count));
        int held = HeldOutOf(count, heldOut);
        int[] order = new int[count];
        EpochOrder.Shuffle(order, seed, epoch: 0);
        return (order[..^held], order[^held..]);
    }

    /// <summary>
    /// Splits samples at random, and keeps the shares of the classes. It holds out as many samples as <see cref="Split"/>. Each class gets
    /// its share of them, rounded down. The rest goes to the classes with the largest remainders, one sample each; of equal remainders the
    /// smallest label comes first.
    /// </summary>
    /// <remarks>
    /// In the order of <see cref="Split"/>, the last samples of each class are held out. So a class with few samples may have none held
    /// out.
    /// </remarks>
    /// <param name="labels">The label of each sample, at least one. Equal numbers are one class.</param>
    /// <param name="heldOut">
    /// The share to hold out, greater than 0 and less than 1. The number is rounded as <see cref="FitOptions.ValidationSplit"/> says.
    /// </param>
    /// <param name="seed">The seed of the shuffling.</param>
    /// <returns>The numbers of the samples to train with, and of those that are held out, both shuffled.</returns>
    /// <exception cref="ArgumentOutOfRangeException"><paramref name="heldOut"/> is no such share.</exception>
    /// <exception cref="ArgumentException">There are no labels, or the share holds out no sample.</exception>
    public static (int[] Training, int[] HeldOut) StratifiedSplit(ReadOnlySpan<int> labels, float heldOut, int seed = 0)
    {
        if (labels.IsEmpty) throw new ArgumentException("labels must hold at least one label, but is empty.", nameof(labels));
        int held = HeldOutOf(labels.Length, heldOut);
        int[] order = new int[labels.Length];
        EpochOrder.Shuffle(order, seed, epoch: 0);
        return Strata.Divide(labels, order, held);
    }

    /// <summary>Copies rows, for example those of a split.</summary>
    /// <param name="rows">[samples, width], row by row: inputs, or targets.</param>
    /// <param name="width">The number of values in a row, at least 1.</param>
    /// <param name="samples">The numbers of the rows to copy, from 0 on, in any order. A number may come more than once.</param>
    /// <returns>[samples, width], in the order of <paramref name="samples"/>.</returns>
    /// <exception cref="ArgumentOutOfRangeException"><paramref name="width"/> is less than 1.</exception>
    /// <exception cref="ArgumentException">
    /// <paramref name="rows"/> does not hold whole rows, a number is that of no row, or the result would be longer than an array can be.
    /// </exception>
    public static float[] Take(ReadOnlySpan<float> rows, int width, ReadOnlySpan<int> samples)
    {
        CheckRows(rows, width, samples);
        float[] taken = NewRows(samples.Length, width, nameof(samples));
        CopyRows(rows, width, samples, taken);
        return taken;
    }

    /// <summary>Copies rows into memory that you give, for example those of a replay buffer. Allocates nothing.</summary>
    /// <param name="rows">[samples, width], row by row: inputs, or targets.</param>
    /// <param name="width">The number of values in a row, at least 1.</param>
    /// <param name="samples">The numbers of the rows to copy, from 0 on, in any order. A number may come more than once.</param>
    /// <param name="destination">
    /// Receives [samples, width], in the order of <paramref name="samples"/>. It has this length, and does not overlap
    /// <paramref name="rows"/>.
    /// </param>
    /// <exception cref="ArgumentOutOfRangeException"><paramref name="width"/> is less than 1.</exception>
    /// <exception cref="ArgumentException">
    /// <paramref name="rows"/> does not hold whole rows, a number is that of no row, or <paramref name="destination"/> has another length
    /// or overlaps the rows. Nothing was written.
    /// </exception>
    public static void Take(ReadOnlySpan<float> rows, int width, ReadOnlySpan<int> samples, Span<float> destination)
    {
        CheckRows(rows, width, samples);
        long length = (long)samples.Length * width;
        if (destination.Length != length)
        {
            throw new ArgumentException(
                $"destination must have a length of {length}, for {samples.Length} rows of {width} values, but has {destination.Length}.",
                nameof(destination));
        }

        Guard.NoOverlap(destination, nameof(destination), rows, nameof(rows));
        CopyRows(rows, width, samples, destination);
    }

    /// <summary>Copies labels, for example those of a split.</summary>
    /// <param name="labels">The label of each sample.</param>
    /// <param name="samples">The numbers of the labels to copy, from 0 on, in any order. A number may come more than once.</param>
    /// <returns>The labels, in the order of <paramref name="samples"/>.</returns>
    /// <exception cref="ArgumentException">A number is that of no label.</exception>
    public static int[] Take(ReadOnlySpan<int> labels, ReadOnlySpan<int> samples)
    {
        Places.Check(samples, nameof(samples), labels.Length, "labels");
        int[] taken = new int[samples.Length];
        for (int k = 0; k < samples.Length; k++) taken[k] = labels[samples[k]];
        return taken;
    }

    /// <summary>
    /// Weights that make classes count the same, for <see cref="FitOptions.ClassWeights"/>: n/(k·n_c) for a class with n_c of n samples,
    /// where k classes occur. They are the weights "balanced" of scikit-learn. Their mean over the samples is 1.
    /// </summary>
    /// <param name="labels">The label of each sample, from 0 to <paramref name="classes"/> − 1; at least one.</param>
    /// <param name="classes">The number of classes, at least 1. A network of one output has two.</param>
    /// <returns>
    /// [classes]: the weights, computed in double precision and rounded to float. A class without samples has the weight 1.
    /// </returns>
    /// <exception cref="ArgumentOutOfRangeException"><paramref name="classes"/> is less than 1.</exception>
    /// <exception cref="ArgumentException">There are no labels, or a label is no class.</exception>
    public static float[] BalancedWeights(ReadOnlySpan<int> labels, int classes)
    {
        AtLeastOne(classes, nameof(classes));
        if (labels.IsEmpty) throw new ArgumentException("labels must hold at least one label, but is empty.", nameof(labels));
        Places.Check(labels, nameof(labels), classes, "classes");
        int[] counts = new int[classes];
        foreach (int label in labels) counts[label]++;
        long occurring = classes - counts.AsSpan().Count(0);
        float[] weights = new float[classes];
        for (int c = 0; c < classes; c++) weights[c] = counts[c] == 0 ? 1f : (float)((double)labels.Length / (occurring * counts[c]));
        return weights;
    }

    private static void CheckRows(ReadOnlySpan<float> rows, int width, ReadOnlySpan<int> samples)
    {
        AtLeastOne(width, nameof(width));
        if (rows.Length % width != 0)
            throw new ArgumentException($"rows must hold whole rows of {width} values, but has a length of {rows.Length}.", nameof(rows));

        Places.Check(samples, nameof(samples), rows.Length / width, "rows");
    }

    private static void CopyRows(ReadOnlySpan<float> rows, int width, ReadOnlySpan<int> samples, Span<float> taken)
    {
        for (int k = 0; k < samples.Length; k++) rows.Slice(samples[k] * width, width).CopyTo(taken[(k * width)..]);
    }

    private static void AtLeastOne(int value, string name)
    {
        if (value < 1) throw new ArgumentOutOfRangeException(name, value, $"{name} must be at least 1, but is {value}.");
    }

    private static int HeldOutOf(int count, float heldOut)
    {
        if (!(heldOut > 0 && heldOut < 1))
        {
            throw new ArgumentOutOfRangeException(
                nameof(heldOut), heldOut, Invariant($"heldOut must be greater than 0 and less than 1, but is {heldOut}."));
        }

        int held = FitSamples.HeldOut(heldOut, count);
        return held > 0 ? held : throw new ArgumentException(
            Invariant($"heldOut must hold out at least one sample, but {heldOut} of {count}, rounded down, is none."), nameof(heldOut));
    }

    private static float[] NewRows(int count, int width, string name)
    {
        long length = (long)count * width;
        return length <= Array.MaxLength ? new float[length] : throw new ArgumentException(
            $"{name} must be so few that the result has at most {Array.MaxLength} values, but it would have {length}.", name);
    }
}
