using System.Text.RegularExpressions;

namespace FastNN.Bench.Results;

/// <summary>
/// The tables of <c>aot.txt</c>, <c>latency.txt</c> and <c>cold.txt</c>. These files are kept as they were printed: a title, a header, a
/// line across, and rows.
/// </summary>
internal static partial class TextTables
{
    internal static IEnumerable<string> Lines(string[] printed)
    {
        List<string> lines = [];
        for (int k = 2; k < printed.Length; k++)
        {
            if (!IsRule(printed[k])) continue;

            string[][] rows = [.. printed.Skip(k + 1).TakeWhile(line => line.Trim().Length > 0).Select(Cells)];
            string[] header = Cells(printed[k - 1]);
            int columns = rows[0].Length;
            if (lines.Count > 0) lines.Add("");
            lines.AddRange([$"{printed[..(k - 1)].Last(line => line.Trim().Length > 0).Trim()}:", ""]);
            lines.Add(Line([.. Enumerable.Repeat("", columns - header.Length), .. header])); // the first columns of a header may be empty
            lines.Add($"|{string.Concat(Enumerable.Repeat("---|", columns))}");
            lines.AddRange(rows.Select(Line));
        }

        return lines;
    }

    private static bool IsRule(string line) => line.Length > 0 && line.All(c => c == '─');

    private static string[] Cells(string line) => Gap().Split(line.Trim());

    private static string Line(string[] cells) => $"| {string.Join(" | ", cells)} |";

    [GeneratedRegex("  +")]
    private static partial Regex Gap();
}
