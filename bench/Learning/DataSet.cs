using System.Globalization;

namespace FastNN.Bench.Learning;

/// <summary>Samples of a task, row by row.</summary>
/// <param name="Name">What is learned.</param>
/// <param name="Inputs">The width of the inputs.</param>
/// <param name="Outputs">The number of classes, or of numbers to tell.</param>
/// <param name="HasClasses">
/// Whether a target is 1 for the right class and 0 elsewhere. Otherwise targets are numbers in their own units.
/// </param>
/// <param name="X">The inputs of all samples.</param>
/// <param name="Y">The targets of all samples.</param>
internal sealed record DataSet(string Name, int Inputs, int Outputs, bool HasClasses, float[] X, float[] Y)
{
    internal int Samples => X.Length / Inputs;

    /// <summary>Reads rows of inputs, each with a class or a number at its end.</summary>
    /// <param name="name">Of the file in tests/data, and of the data set.</param>
    /// <param name="classes">The number of classes; 0 if the last column is a number.</param>
    /// <param name="scale">What to make of an input; null to leave it.</param>
    internal static DataSet Read(string name, int classes, Func<float, float>? scale = null)
    {
        List<float> x = [], y = [];
        int inputs = 0;
        foreach (string line in File.ReadLines(Path.Combine(AppContext.BaseDirectory, "data", $"{name}.csv")))
        {
            float[] row = Array.ConvertAll(line.Split(','), number => float.Parse(number, CultureInfo.InvariantCulture));
            inputs = row.Length - 1;
            x.AddRange(scale is null ? row[..inputs] : row[..inputs].Select(scale));
            if (classes == 0) y.Add(row[inputs]);
            else y.AddRange(Enumerable.Range(0, classes).Select(k => k == (int)row[inputs] ? 1f : 0f));
        }

        return new(name, inputs, Math.Max(1, classes), classes > 0, [.. x], [.. y]);
    }

    /// <summary>
    /// A quarter of the samples is held out, of each class if there are classes. Both parts are in a random order.
    /// </summary>
    internal (DataSet Training, DataSet HeldOut) Split(int seed)
    {
        int[] order = [.. Enumerable.Range(0, Samples)];
        new Random(1000 + seed).Shuffle(order);
        List<int> training = [], heldOut = [];
        foreach (IGrouping<int, int> alike in order.GroupBy(ClassOf))
        {
            int[] samples = [.. alike];
            int quarter = (int)Math.Round(samples.Length / 4.0);
            heldOut.AddRange(samples[..quarter]);
            training.AddRange(samples[quarter..]);
        }

        int[] mixed = [.. training];
        new Random(2000 + seed).Shuffle(mixed);
        return (Take(mixed), Take(heldOut));
    }

    internal DataSet Take(IReadOnlyCollection<int> samples) => this with
    {
        X = [.. samples.SelectMany(s => X[(s * Inputs)..((s + 1) * Inputs)])],
        Y = [.. samples.SelectMany(s => Y[(s * Outputs)..((s + 1) * Outputs)])],
    };

    /// <summary>0 if there are no classes.</summary>
    private int ClassOf(int sample) => HasClasses ? Y.AsSpan(sample * Outputs, Outputs).IndexOf(1f) : 0;
}
