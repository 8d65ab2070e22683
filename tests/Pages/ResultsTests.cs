using FastNN.Bench.Results;
using FastNN.Bench.WholeNetworks;
using Xunit;

namespace FastNN.Tests.Pages;

/// <summary>Tables and pictures show what the committed files in bench/results say.</summary>
public class ResultsTests
{
    /// <summary>
    /// A working set that is about as large as a cache may be luckier under a kernel than under the sweeps that measure the limit.
    /// </summary>
    private const double LargestOfLimit = 1.1;

    private static readonly string s_root = Page.Root;

    public static TheoryData<string, string> Pictures => new(
        from report in Results("*.json")
        from picture in PicturesOf(Path.Combine(s_root, report))
        from theme in (string[])["light", "dark"]
        select (report, $"{picture}-{theme}"));

    public static TheoryData<string> PagesWithTables => [.. ReadmeTable.Pages];

    [Theory]
    [MemberData(nameof(PagesWithTables))]
    public void The_tables_of_a_page_are_made_from_the_results(string page)
    {
        string text = File.ReadAllText(Path.Combine(s_root, page));
        Assert.Equal(ReadmeTable.Renew(text, s_root), text);
    }

    [Fact]
    public void All_results_have_a_table()
    {
        string page = File.ReadAllText(Path.Combine(s_root, "bench", "README.md"));
        Assert.All(Results("*.json").Concat(Results("*.txt")), file => Assert.Contains($"{ReadmeTable.Begin}{file} ", page));
    }

    /// <summary>A report with networks of another kind has one table more. Nothing else changes.</summary>
    [Fact]
    public void Networks_of_other_kinds_have_a_table_of_their_own()
    {
        string peers = Results("peers.json").First(), page = $"{ReadmeTable.Begin}{peers} by bench/pictures -->\n{ReadmeTable.End}\n";
        var report = Report.Load(Path.Combine(s_root, peers));
        Report without = report with { Rows = [.. report.Rows.Where(row => row.Kind is null)] };
        IEnumerable<Row> others = without.Rows
            .Where(row => row.Task == "Network step" && row.Size == "784-128-10" && row.Batch is 1 or 64)
            .Select(row => row with { Kind = NetworkKind.Classifier.Name, Nanoseconds = 3 * row.Nanoseconds });
        string[] lines = LinesOf(without with { Rows = [.. without.Rows, .. others] }), before = LinesOf(without);
        string[] added = [.. lines.Except(before)];
        Assert.Equal(3, added.Length);
        Assert.StartsWith("| other networks | batch |", added[0], StringComparison.Ordinal);
        Assert.StartsWith("| 784-128-10 ReLU softmax | 1 | step |", added[1], StringComparison.Ordinal);
        Assert.StartsWith("| 784-128-10 ReLU softmax | 64 | step |", added[2], StringComparison.Ordinal);
        Assert.Contains("%, FMA peak |", added[2]);
        Assert.All(before, line => Assert.Contains(line, lines));

        string[] LinesOf(Report report) => ReadmeTable.Renew(page, _ => report, _ => []).Split('\n');
    }

    [Theory]
    [MemberData(nameof(Pictures))]
    public void A_picture_is_of_the_report_beside_it(string report, string picture)
    {
        string path = Path.Combine(s_root, report), svg = Path.Combine(Path.GetDirectoryName(path)!, $"{picture}.svg");
        Assert.Contains(Report.Load(path).Digest, File.ReadAllText(svg));
    }

    /// <summary>The rows behind every table tell a reader what is needed to trust them.</summary>
    [Fact]
    public void Reports_reach_no_more_than_the_limit_and_allocate_nothing_of_ours()
    {
        string[] reports = [.. Results("*.json")];
        Assert.NotEmpty(reports);
        Assert.All(reports.SelectMany(report => Report.Load(Path.Combine(s_root, report)).Rows), row =>
        {
            Assert.InRange(row.OfLimit, 0, LargestOfLimit);
            Assert.InRange(row.OfPeak ?? 0, 0, 1);
            if (row.Contestant == "FastNN" || Enum.TryParse<KernelVariant>(row.Contestant, out _)) Assert.Equal(0, row.AllocatedBytes);
        });
    }

    /// <summary>Files of all processors, relative to the repository.</summary>
    private static IEnumerable<string> Results(string pattern) =>
        from path in Page.Files(pattern)
        let file = Path.GetRelativePath(s_root, path).Replace('\\', '/')
        where file.StartsWith("bench/results/", StringComparison.Ordinal)
        select file;

    private static string[] PicturesOf(string report) => Path.GetFileName(report) switch
    {
        "ensembles.json" => ["ensembles", "uncertainty"],
        "variants.json" => ["width"],
        "scaling.json" => ["batch-peak", "threads", "width-batch"],
        _ when Report.Load(report).Rows.Any(row => row.Kind is not null) => ["peers", "kinds", "batch", "batch-step"],
        _ => ["peers", "batch", "batch-step"],
    };
}
