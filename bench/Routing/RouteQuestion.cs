using System.CommandLine.Parsing;
using System.Globalization;

namespace FastNN.Bench.Routing;

/// <summary>What <c>--routes</c> asks: the widths of a network and a batch.</summary>
internal sealed record RouteQuestion(int[] Widths, int Batch)
{
    /// <summary>A layer of this size takes a gigabyte, and half a second for a sample.</summary>
    private const int MostWeights = 1 << 28;

    internal string Name => string.Join('-', Widths);

    /// <summary>From <c>784-128-10 64</c>; null, with an error, if it is none.</summary>
    internal static RouteQuestion? Parse(ArgumentResult result)
    {
        RouteQuestion? question = Parse(result.Tokens[0].Value, result.Tokens[1].Value);
        if (question is null)
        {
            result.AddError(
                $"--routes takes at least two widths and a batch, all at least 1, such as 784-128-10 64, but not "
                + $"{result.Tokens[0].Value} {result.Tokens[1].Value}.");
        }
        else if (question.Widths.Zip(question.Widths.Skip(1), (n, m) => (long)n * m).Max() > MostWeights)
        {
            result.AddError($"--routes takes layers of at most {MostWeights} weights, but {question.Name} has a larger one.");
        }

        return question;
    }

    internal static RouteQuestion? Parse(string widths, string batch)
    {
        int[] numbers =
            [.. widths.Split('-').Append(batch).Select(text => int.TryParse(text, CultureInfo.InvariantCulture, out int n) ? n : 0)];
        return numbers.Length > 2 && numbers.All(n => n > 0) ? new RouteQuestion(numbers[..^1], numbers[^1]) : null;
    }
}
