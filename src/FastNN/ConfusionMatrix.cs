using System.Globalization;
using FastNN.Plumbing;

namespace FastNN;

/// <summary>
/// How often samples of each class were taken for each class. <see cref="Trainer.Confusion"/> counts the samples of a network. You may also
/// count predictions of your own by <see cref="Add"/>. Not thread-safe while it counts.
/// </summary>
public sealed class ConfusionMatrix
{
    internal const int MostClasses = 10_000; // 800 MB
    private readonly long[] _counts; // [actual, predicted]

    /// <summary>Creates a matrix that has counted no samples.</summary>
    /// <param name="classes">The number of classes, at least 2 and at most 10,000. It takes 8 bytes for each pair of classes.</param>
    /// <exception cref="ArgumentOutOfRangeException"><paramref name="classes"/> is less than 2 or more than 10,000.</exception>
    public ConfusionMatrix(int classes)
    {
        if (classes is < 2 or > MostClasses)
        {
            throw new ArgumentOutOfRangeException(
                nameof(classes), classes, $"classes must be at least 2 and at most {MostClasses}, but is {classes}.");
        }

        Classes = classes;
        _counts = new long[classes * classes];
    }

    /// <summary>The number of classes. They are numbered from 0.</summary>
    public int Classes { get; }

    /// <summary>The number of samples that were counted.</summary>
    public long Samples { get; private set; }

    /// <summary>The number of samples of a class that were taken for a class.</summary>
    /// <param name="actual">The class of the samples, by their targets.</param>
    /// <param name="predicted">The class that the network's outputs name.</param>
    /// <exception cref="ArgumentOutOfRangeException">A class is negative, or not less than <see cref="Classes"/>.</exception>
    public long this[int actual, int predicted] => _counts[PlaceOf(actual, nameof(actual), predicted, nameof(predicted))];

    /// <summary>The share of samples that were taken for their own class. 0 if no samples were counted.</summary>
    public double Accuracy
    {
        get
        {
            long right = 0;
            for (int k = 0; k < Classes; k++) right += Count(k, k);
            return Share(right, Samples);
        }
    }

    /// <summary>Counts a sample.</summary>
    /// <param name="actual">Its class.</param>
    /// <param name="predicted">The class that it was taken for.</param>
    /// <exception cref="ArgumentOutOfRangeException">A class is negative, or not less than <see cref="Classes"/>.</exception>
    public void Add(int actual, int predicted)
    {
        _counts[PlaceOf(actual, nameof(actual), predicted, nameof(predicted))]++;
        Samples++;
    }

    /// <summary>
    /// The share of the samples taken for a class that are of it. As in scikit-learn, it is 0 if no sample was taken for the class.
    /// </summary>
    /// <param name="label">The class.</param>
    /// <returns>From 0 to 1.</returns>
    /// <exception cref="ArgumentOutOfRangeException">The class is negative, or not less than <see cref="Classes"/>.</exception>
    public double Precision(int label) => Share(Right(label), PredictedAs(label));

    /// <summary>
    /// The share of the samples of a class that were taken for it. As in scikit-learn, it is 0 if no sample is of the class.
    /// </summary>
    /// <param name="label">The class.</param>
    /// <returns>From 0 to 1.</returns>
    /// <exception cref="ArgumentOutOfRangeException">The class is negative, or not less than <see cref="Classes"/>.</exception>
    public double Recall(int label) => Share(Right(label), Of(label));

    /// <summary>
    /// F₁ = 2·p·r/(p + r) of the precision p and the recall r, computed from the counts. As in scikit-learn, it is 0 if no sample is of the
    /// class or was taken for it.
    /// </summary>
    /// <param name="label">The class.</param>
    /// <returns>From 0 to 1.</returns>
    /// <exception cref="ArgumentOutOfRangeException">The class is negative, or not less than <see cref="Classes"/>.</exception>
    public double F1(int label) => Share(2 * Right(label), Of(label) + PredictedAs(label));

    /// <summary>
    /// The counts as a table, a line for each class, with its recall and F₁. The last lines have the precision of each class, and the
    /// accuracy. Numbers are written in the invariant culture.
    /// </summary>
    /// <returns>The lines, with line feeds between them.</returns>
    public override string ToString()
    {
        List<string[]> lines = [["actual \\ predicted", .. Labels(k => Text(k)), "recall", "F1"]];
        for (int actual = 0; actual < Classes; actual++)
        {
            int label = actual;
            lines.Add([Text(actual), .. Labels(k => Text(Count(label, k))), Text(Recall(actual)), Text(F1(actual))]);
        }

        lines.Add(["precision", .. Labels(k => Text(Precision(k))), "", ""]);
        bool[] isNumber = [false, .. Labels(_ => true), true, true];
        return $"{TextTable.Of(lines, isNumber)}accuracy {Text(Accuracy)} of {Text(Samples)} samples";

        IEnumerable<T> Labels<T>(Func<int, T> cell) => Enumerable.Range(0, Classes).Select(cell);
    }

    private static string Text(long count) => count.ToString(CultureInfo.InvariantCulture);

    private static string Text(double share) => FormattableString.Invariant($"{share:F3}");

    private static double Share(long part, long all) => all == 0 ? 0 : (double)part / all;

    private long Count(int actual, int predicted) => _counts[actual * Classes + predicted];

    private long Right(int label)
    {
        Check(label, nameof(label));
        return Count(label, label);
    }

    private long Of(int actual)
    {
        long sum = 0;
        for (int k = 0; k < Classes; k++) sum += Count(actual, k);
        return sum;
    }

    private long PredictedAs(int predicted)
    {
        long sum = 0;
        for (int k = 0; k < Classes; k++) sum += Count(k, predicted);
        return sum;
    }

    private int PlaceOf(int actual, string actualName, int predicted, string predictedName)
    {
        Check(actual, actualName);
        Check(predicted, predictedName);
        return actual * Classes + predicted;
    }

    private void Check(int label, string name)
    {
        if (label < 0 || label >= Classes)
        {
            throw new ArgumentOutOfRangeException(
                name, label, $"{name} must be at least 0 and less than {Classes}, the number of classes, but is {label}.");
        }
    }
}
