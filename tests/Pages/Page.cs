using System.Text;
using FastNN.Bench.Results;
using Markdig;
using Markdig.Extensions.Tables;
using Markdig.Syntax;
using Markdig.Syntax.Inlines;

namespace FastNN.Tests.Pages;

/// <summary>A Markdown file of the repository, and what tests look at in it.</summary>
internal sealed class Page
{
    private static readonly MarkdownPipeline s_pipeline = new MarkdownPipelineBuilder().UsePipeTables().UsePreciseSourceLocation().Build();
    private static readonly Lazy<IReadOnlyList<Page>> s_all = new(
        () => [.. from path in Files("*.md") where !path.StartsWith(ResultsFolder.Root, StringComparison.Ordinal) select new Page(path)]);
    private readonly MarkdownDocument _document;

    private Page(string path)
    {
        Path = System.IO.Path.GetRelativePath(Root, path).Replace('\\', '/');
        Text = File.ReadAllText(path);
        _document = Markdown.Parse(Text, s_pipeline);
    }

    /// <summary>The folder of the repository.</summary>
    internal static string Root => ResultsFolder.Repository;

    /// <summary>All pages, except results that a program wrote.</summary>
    internal static IReadOnlyList<Page> All => s_all.Value;

    /// <summary>The path relative to the repository, with slashes.</summary>
    internal string Path { get; }

    internal string Text { get; }

    /// <summary>Its fenced blocks of code in a language, without their indentation. Each comes with its line.</summary>
    internal IEnumerable<(int Line, string Code)> Code(string language) =>
        from block in _document.Descendants<FencedCodeBlock>()
        where block.Info == language
        select (block.Line + 1, string.Join('\n', block.Lines.Lines.Take(block.Lines.Count).Select(line => line.ToString())));

    /// <summary>The targets of its links and pictures, also of those in HTML. Each comes with its line.</summary>
    internal IEnumerable<(int Line, string Target)> Links =>
    [
        .. from link in _document.Descendants<LinkInline>() select (link.Line + 1, link.Url ?? ""),
        .. from html in _document.Descendants<HtmlBlock>()
           from target in Html.Targets(html.Lines.ToString())
           select (html.Line + 1, target),
        .. from html in _document.Descendants<HtmlInline>() from target in Html.Targets(html.Tag) select (html.Line + 1, target),
    ];

    /// <summary>The anchors that GitHub gives its headings. A second heading of the same name gets a number.</summary>
    internal IReadOnlySet<string> Anchors
    {
        get
        {
            var anchors = new HashSet<string>(StringComparer.Ordinal);
            foreach (HeadingBlock heading in _document.Descendants<HeadingBlock>())
            {
                string name = Anchor(PlainText(heading.Inline)), anchor = name;
                for (int k = 1; !anchors.Add(anchor); k++) anchor = $"{name}-{k}";
            }

            return anchors;
        }
    }

    /// <summary>
    /// What people wrote: paragraphs, headings and rows of tables. Blocks of code and tables made from results do not count.
    /// </summary>
    internal IEnumerable<Prose> Prose =>
        [.. _document.Descendants<LeafBlock>().Where(IsProse).Select(ToProse), .. _document.Descendants<Table>().SelectMany(Rows)];

    /// <summary>All files of the repository that match a pattern, without products of a build.</summary>
    internal static IEnumerable<string> Files(string pattern) =>
        from path in Directory.EnumerateFiles(Root, pattern, SearchOption.AllDirectories)
        let folders = path[Root.Length..].Split(System.IO.Path.DirectorySeparatorChar)
        where !folders.Any(folder => folder is "bin" or "obj" or "artifacts" or ".git" or "TestResults" or "BenchmarkDotNet.Artifacts")
        orderby path
        select path;

    public override string ToString() => Path;

    /// <summary>Follows GitHub's rules: lower case, no punctuation, and hyphens for spaces.</summary>
    private static string Anchor(string heading) =>
        string.Concat(heading.Trim().ToLowerInvariant().Where(c => char.IsLetterOrDigit(c) || c is ' ' or '-' or '_')).Replace(' ', '-');

    private static string PlainText(ContainerInline? inlines) => ToText(inlines).Replace("`", "");

    private bool IsProse(LeafBlock block) =>
        block is ParagraphBlock or HeadingBlock && block.Parent is not TableCell && !IsMade(block.Span.Start);

    private static Prose ToProse(LeafBlock block) => new(block.Line + 1, ToText(block.Inline), []);

    /// <summary>The rows of a table below its header. Each comes with the units that the header names.</summary>
    private IEnumerable<Prose> Rows(Table table)
    {
        if (IsMade(table.Span.Start)) return [];

        string[][] rows = [.. table.OfType<TableRow>().Select(row => row.OfType<TableCell>().Select(ToText).ToArray())];
        bool[] units = [.. rows[0].Select(Figure.NamesUnit)];
        return rows.Select((row, k) => new Prose(table.Line + 1 + k, string.Join(" | ", row), k == 0 ? [] : units));
    }

    /// <summary>Whether a place in the text is between the comments around a table that is made from results.</summary>
    private bool IsMade(int position)
    {
        int begin = Text.LastIndexOf(ReadmeTable.Begin, position, StringComparison.Ordinal);
        return begin >= 0 && Text.IndexOf(ReadmeTable.End, begin, StringComparison.Ordinal) > position;
    }

    private static string ToText(TableCell cell) => string.Concat(cell.Descendants<ParagraphBlock>().Select(block => ToText(block.Inline)));

    private static string ToText(ContainerInline? inlines)
    {
        var text = new StringBuilder();
        foreach (Inline inline in inlines ?? [])
        {
            _ = inline switch
            {
                LiteralInline literal => text.Append(literal.Content),
                CodeInline code => text.Append('`').Append(code.Content).Append('`'),
                LineBreakInline => text.Append(' '),
                ContainerInline container => text.Append(ToText(container)),
                _ => text,
            };
        }

        return text.ToString();
    }
}
