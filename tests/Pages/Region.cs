namespace FastNN.Tests.Pages;

/// <summary>
/// A piece of code in this folder that a page shows: the lines between <c>// &lt;name&gt;</c> and <c>// &lt;/name&gt;</c>. It stands in a
/// test, or in a private method that a test calls: the build refuses private methods that nobody calls.
/// </summary>
/// <param name="File">The file that it is in.</param>
/// <param name="Name">The name in its marks.</param>
/// <param name="Code">Its lines without their indentation.</param>
/// <param name="Usings">The namespaces that the file uses, and those that every file here is in.</param>
internal sealed record Region(string File, string Name, string Code, IReadOnlyList<string> Usings)
{
    private const string Using = "using ", Promise = "// prints ";
    private static readonly Lazy<IReadOnlyList<Region>> s_all = new(
        () => [.. Directory.EnumerateFiles(Path.Combine(Page.Root, "tests", "Pages"), "*.cs").Order().SelectMany(In)]);

    internal static IReadOnlyList<Region> All => s_all.Value;

    /// <summary>What the code says that it prints, line by line.</summary>
    internal IReadOnlyList<string> Prints =>
        [.. Code.Split('\n').Where(line => line.Contains(Promise)).Select(line => line.Split(Promise)[1])];

    /// <summary>Whether a block of a page is this code. A block may begin with the namespaces that it uses.</summary>
    internal bool Is(string block)
    {
        string[] lines = block.Split('\n');
        string[] usings = [.. lines.TakeWhile(line => line.StartsWith(Using, StringComparison.Ordinal))];
        return string.Join('\n', lines.Skip(usings.Length)).TrimStart('\n') == Code && usings.All(line => Usings.Contains(line));
    }

    public override string ToString() => $"{File}: <{Name}>";

    private static IEnumerable<Region> In(string path)
    {
        string[] lines = System.IO.File.ReadAllLines(path);
        string[] usings = [.. lines.Where(line => line.StartsWith(Using, StringComparison.Ordinal)), $"{Using}{nameof(FastNN)};"];
        for (int begin = 0; begin < lines.Length; begin++)
        {
            string mark = lines[begin].Trim();
            if (!mark.StartsWith("// <", StringComparison.Ordinal) || mark[4] == '/') continue;

            int end = Array.FindIndex(lines, begin, line => line.Trim() == mark.Insert(4, "/"));
            if (end < 0) throw new InvalidDataException($"{path}: {mark} has no end.");
            int indent = lines[begin].IndexOf('/');
            IEnumerable<string> code = lines[(begin + 1)..end].Select(line => line.Length > indent ? line[indent..] : "");
            yield return new Region(Path.GetFileName(path), mark[4..^1], string.Join('\n', code), usings);
        }
    }
}
