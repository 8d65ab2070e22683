using System.Text.RegularExpressions;

namespace FastNN.Tests.Pages;

/// <summary>A paragraph, a heading, or a row of a table.</summary>
/// <param name="Line">Where it begins.</param>
/// <param name="Text">Without emphasis and targets of links; code stands between backticks, cells are separated by bars.</param>
/// <param name="Units">Of a row: for each column whether its header names a unit.</param>
internal sealed record Prose(int Line, string Text, bool[] Units)
{
    /// <summary>The numbers with a unit: what a reader may want to check.</summary>
    internal IEnumerable<(int Start, int End)> Figures
    {
        get
        {
            foreach (Match match in Figure.WithUnit(Text)) yield return (match.Index, match.Index + match.Length);

            string[] cells = Text.Split(" | ");
            for (int k = 0, start = 0; k < Units.Length; start += cells[k++].Length + " | ".Length)
            {
                if (Units[k] && cells[k].Any(char.IsAsciiDigit)) yield return (start, start + cells[k].Length);
            }
        }
    }
}

/// <summary>What a figure is: a number and a unit.</summary>
internal static partial class Figure
{
    private const string Units = "ns|µs|ms|s|seconds?|min|minutes?|%|times|GFLOP/s|GB/s|GB|MB|KB|bytes?|ULP|GHz|cycles?";

    /// <summary>Whether the header of a column names a unit, which its numbers then have.</summary>
    internal static bool NamesUnit(string header) => Unit().IsMatch(header);

    /// <summary>Code between backticks holds none: it is compiled, or names a command.</summary>
    internal static MatchCollection WithUnit(string text) => Number().Matches(Code().Replace(text, code => new string('_', code.Length)));

    [GeneratedRegex($@"(?<![\w.,])\d[\d.,]*(?:[⁰¹²³⁴-⁹⁻]*)[  ]?(?:{Units})(?![\w/])|(?<![\d…][  ]?)×[  ]?\d[\d.,]*")]
    private static partial Regex Number();

    [GeneratedRegex($@"(?<![\w'])(?:{Units})(?!\w)")]
    private static partial Regex Unit();

    [GeneratedRegex("`[^`]*`")]
    private static partial Regex Code();
}
