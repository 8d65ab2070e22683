using System.Text;

namespace FastNN.Plumbing;

/// <summary>Lines of cells as a text with aligned columns. Two spaces are between columns.</summary>
internal static class TextTable
{
    private const string Gap = "  ";

    /// <summary>The lines, each ended by a line feed.</summary>
    /// <param name="lines">Each has a cell for each column.</param>
    /// <param name="isNumber">For each column, whether its cells end at the same place. The others start at the same place.</param>
    internal static string Of(IReadOnlyList<string[]> lines, ReadOnlySpan<bool> isNumber)
    {
        var text = new StringBuilder();
        foreach (string[] line in lines)
        {
            for (int k = 0; k < line.Length; k++)
            {
                int width = WidthOf(lines, k);
                if (k > 0) text.Append(Gap);
                text.Append(isNumber[k] ? line[k].PadLeft(width) : line[k].PadRight(width));
            }

            while (text[^1] == ' ') text.Length--;
            text.Append('\n');
        }

        return text.ToString();
    }

    private static int WidthOf(IReadOnlyList<string[]> lines, int column)
    {
        int width = 0;
        foreach (string[] line in lines) width = Math.Max(width, line[column].Length);
        return width;
    }
}
