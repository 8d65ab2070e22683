using System.Globalization;

namespace FastNN.Tests.Pages;

/// <summary>Data for the examples.</summary>
internal static class ExampleData
{
    /// <summary>The digits that examples learn from. The others are held out.</summary>
    internal const int Training = 1347;

    /// <summary>Pixels from −1 to 1, and 1 for the right one of ten digits.</summary>
    internal static (float[] Inputs, float[] Targets) Digits()
    {
        List<float> inputs = [], targets = [];
        foreach (string line in File.ReadLines(Path.Combine(AppContext.BaseDirectory, "data", "digits.csv")))
        {
            int[] row = Array.ConvertAll(line.Split(','), value => int.Parse(value, CultureInfo.InvariantCulture));
            inputs.AddRange(row.Take(64).Select(pixel => pixel / 8f - 1f));
            targets.AddRange(Enumerable.Range(0, 10).Select(digit => digit == row[64] ? 1f : 0f));
        }

        return ([.. inputs], [.. targets]);
    }
}
