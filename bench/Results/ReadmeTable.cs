namespace FastNN.Bench.Results;

/// <summary>
/// The tables that pages show. Each stands between two comments. The first comment names the file in <c>bench/results</c> that the table is
/// made from. A name after <c>#</c> is the part of it that the page shows. Tests hold the pages to the files.
/// </summary>
internal static class ReadmeTable
{
    internal const string Begin = "<!-- made from ", End = "<!-- end -->";

    /// <summary>The pages with tables, relative to the repository.</summary>
    internal static IReadOnlyList<string> Pages { get; } = ["README.md", "bench/README.md"];

    /// <summary>The page with all its tables made anew.</summary>
    /// <param name="page">The text of the page; it has at least one table.</param>
    /// <param name="load">Loads a report, by its path relative to the repository.</param>
    /// <param name="read">Reads the lines of a text file, by its path relative to the repository.</param>
    internal static string Renew(string page, Func<string, Report> load, Func<string, string[]> read)
    {
        string[] parts = page.Split(Begin);
        if (parts.Length == 1) throw new InvalidDataException($"The page must have a line {Begin}FILE --> and after it a line {End}.");

        return string.Join(Begin, parts.Select((part, k) => k == 0 ? part : RenewPart(part, load, read)));
    }

    /// <summary>The same, from the files of a repository.</summary>
    internal static string Renew(string page, string repository) => Renew(
        page, file => Report.Load(Path.Combine(repository, file)), file => File.ReadAllLines(Path.Combine(repository, file)));

    /// <summary>
    /// What to add to the last page, so that it shows all results: for each file without a table, the two comments that the table goes
    /// between.
    /// </summary>
    internal static IEnumerable<string> Missing(string repository)
    {
        string page = File.ReadAllText(Path.Combine(repository, Pages[^1]));
        string[] missing =
        [
            .. from path in Directory.EnumerateFiles(Path.Combine(repository, "bench", "results"), "*", SearchOption.AllDirectories)
               where Path.GetExtension(path) is ".json" or ".txt"
               let begin = $"{Begin}{Path.GetRelativePath(repository, path).Replace('\\', '/')} "
               where !page.Contains(begin)
               orderby begin
               select $"{begin}by bench/pictures -->",
        ];
        return missing.Length == 0
            ? []
            :
            [
                $"{Pages[^1]} does not show all results. Add these lines where the tables belong, and run this again:",
                .. missing.SelectMany(begin => (string[])["", begin, End]),
            ];
    }

    /// <summary>What follows the start of a first comment, up to the next table.</summary>
    private static string RenewPart(string part, Func<string, Report> load, Func<string, string[]> read)
    {
        int table = part.IndexOf('\n') + 1, end = part.IndexOf(End, StringComparison.Ordinal);
        if (end < table) throw new InvalidDataException($"After {Begin}{part[..table].Trim()} there must be a line {End}.");

        string[] source = part[..part.IndexOf(' ')].Split('#');
        return part[..table] + string.Join("\n", Lines(source[0], source.ElementAtOrDefault(1), load, read)) + "\n" + part[end..];
    }

    private static IEnumerable<string> Lines(string file, string? section, Func<string, Report> load, Func<string, string[]> read) =>
        Path.GetFileName(file) switch
        {
            "ensembles.json" => EnsembleTables.Lines(load(file)),
            "peers.json" => PeersTables.Lines(load(file), section),
            "variants.json" or "scaling.json" => SweepTables.Lines(load(file)),
            _ => TextTables.Lines(read(file)),
        };
}
