using FastNN.Bench;
using Xunit;

namespace FastNN.Tests;

/// <summary>What README.md and the pictures show is what the committed reports in bench/results say.</summary>
public class ResultsTests
{
    /// <summary>About as large as a cache, a working set may be luckier under a kernel than under the sweeps that its limit is measured by.</summary>
    private const double LargestOfLimit = 1.1;

    private static readonly string s_root = AppContext.BaseDirectory;

    public static TheoryData<string, string> Pictures => new(
        from report in Directory.EnumerateFiles(Path.Combine(s_root, "bench", "results"), "*.json", SearchOption.AllDirectories)
        from picture in PicturesOf(report)
        from theme in (string[])["light", "dark"]
        select (Path.GetRelativePath(s_root, report), $"{picture}-{theme}"));

    [Fact]
    public void The_table_of_the_README_is_that_of_the_report()
    {
        string readme = File.ReadAllText(Path.Combine(s_root, "README.md"));
        Assert.Equal(ReadmeTable.Renew(readme, file => Report.Load(Path.Combine(s_root, file))), readme);
    }

    /// <summary>A report of the article's kind of network, and the same made richer by networks of another: a table more, and nothing else changes.</summary>
    [Fact]
    public void Networks_of_other_kinds_have_a_table_of_their_own()
    {
        string readme = File.ReadAllText(Path.Combine(s_root, "README.md"));
        string[] lines = ReadmeTable.Renew(readme, With).Split('\n'), before = ReadmeTable.Renew(readme, Without).Split('\n');
        string[] added = [.. lines.Except(before)];
        Assert.Equal(3, added.Length);
        Assert.StartsWith("| other networks | batch |", added[0], StringComparison.Ordinal);
        Assert.StartsWith("| 784-128-10 ReLU softmax | 1 | step |", added[1], StringComparison.Ordinal);
        Assert.StartsWith("| 784-128-10 ReLU softmax | 64 | step |", added[2], StringComparison.Ordinal);
        Assert.Contains("%, FMA peak |", added[2]);
        Assert.All(before, line => Assert.Contains(line, lines));

        Report Without(string file)
        {
            Report report = Report.Load(Path.Combine(s_root, file));
            return report with { Rows = [.. report.Rows.Where(row => row.Kind is null)] };
        }

        Report With(string file)
        {
            Report report = Without(file);
            IEnumerable<Row> others = report.Rows
                .Where(row => row.Task == "Network step" && row.Size == "784-128-10" && row.Batch is 1 or 64)
                .Select(row => row with { Kind = NetworkKind.Classifier.Name, Nanoseconds = 3 * row.Nanoseconds });
            return report with { Rows = [.. report.Rows, .. others] };
        }
    }

    [Theory]
    [MemberData(nameof(Pictures))]
    public void A_picture_is_of_the_report_beside_it(string report, string picture)
    {
        string path = Path.Combine(s_root, report), svg = Path.Combine(Path.GetDirectoryName(path)!, $"{picture}.svg");
        Assert.Contains(Report.Load(path).Digest, File.ReadAllText(svg));
    }

    [Fact]
    public void The_pictures_that_the_README_shows_exist()
    {
        string[] pictures =
            [.. File.ReadAllText(Path.Combine(s_root, "README.md")).Split('"', '(', ')').Where(word => word.StartsWith("bench/results/", StringComparison.Ordinal))];
        Assert.NotEmpty(pictures);
        Assert.All(pictures, picture => Assert.True(File.Exists(Path.Combine(s_root, picture)), picture));
    }

    /// <summary>The rows behind every table have what a reader needs to trust them.</summary>
    [Fact]
    public void Reports_reach_no_more_than_the_limit_and_allocate_nothing_of_ours()
    {
        string[] reports = [.. Directory.EnumerateFiles(Path.Combine(s_root, "bench", "results"), "*.json", SearchOption.AllDirectories)];
        Assert.NotEmpty(reports);
        Assert.All(reports.SelectMany(path => Report.Load(path).Rows), row =>
        {
            Assert.InRange(row.OfLimit, 0, LargestOfLimit);
            Assert.InRange(row.OfPeak ?? 0, 0, 1);
            if (row.Contestant == "FastNN" || Enum.TryParse<KernelVariant>(row.Contestant, out _)) Assert.Equal(0, row.AllocatedBytes);
        });
    }

    private static string[] PicturesOf(string report) => Path.GetFileName(report) switch
    {
        "variants.json" => ["width"],
        "scaling.json" => ["batch-peak", "threads", "width-batch"],
        _ when Report.Load(report).Rows.Any(row => row.Kind is not null) => ["peers", "kinds", "batch", "batch-step"],
        _ => ["peers", "batch", "batch-step"],
    };
}
