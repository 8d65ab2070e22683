using System.Text.RegularExpressions;

namespace FastNN.Tests.Pages;

/// <summary>A paragraph, a heading, or a row of a table.</summary>
/// <param name="Line">The line where it begins.</param>
/// <param name="Text">The text without emphasis and targets of links. Code stands between backticks. Bars separate cells.</param>
/// <param name="Units">For a row: whether the header of each column names a unit.</param>
internal sealed record Prose(int Line, string Text, bool[] Units)
{
    /// <summary>The numbers with a unit. A reader may want to check these.</summary>
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

    /// <summary>Whether the header of a column names a unit. Its numbers then have that unit.</summary>
    internal static bool NamesUnit(string header) => Unit().IsMatch(header);

    /// <summary>Code between backticks holds no figures. It is compiled, or it names a command.</summary>
    internal static MatchCollection WithUnit(string text) => Number().Matches(Code().Replace(text, code => new string('_', code.Length)));

    [GeneratedRegex($@"(?<![\w.,])\d[\d.,]*(?:[⁰¹²³⁴-⁹⁻]*)[  ]?(?:{Units})(?![\w/])|(?<![\d…][  ]?)×[  ]?\d[\d.,]*")]
    private static partial Regex Number();

    [GeneratedRegex($@"(?<![\w'])(?:{Units})(?!\w)")]
    private static partial Regex Unit();

    [GeneratedRegex("`[^`]*`")]
    private static partial Regex Code();
}
