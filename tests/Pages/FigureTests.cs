using FastNN.Bench.Results;
using Xunit;

namespace FastNN.Tests.Pages;

/// <summary>Figures on pages are those of committed results and of the code.</summary>
public class FigureTests
{
    [Fact]
    public void Every_figure_comes_from_somewhere() => Assert.Empty(
        from page in Page.All
        from prose in page.Prose
        from figure in prose.Figures
        where !Figures.All.Any(claim => claim.Page == page.Path && Covers(claim.Text, prose.Text, figure))
        select $"{page}:{prose.Line}: '{prose.Text[figure.Start..figure.End]}' in: {prose.Text}");

    [Fact]
    public void What_figures_come_from_is_what_the_pages_say() => Assert.Empty(
        from claim in Figures.All
        where !Page.All.Any(page => page.Path == claim.Page && page.Prose.Any(prose => prose.Text.Contains(claim.Text)))
        select $"{claim.Page} does not say, as it must ({claim.Source}): {claim.Text}");

    /// <summary>README.md names these cells.</summary>
    [Fact]
    public void OpenBlas_alone_is_faster_and_in_seven_cells_only()
    {
        Assert.Equal(
            [
                ("Network step", "32-64-64-64-16", 4, "OpenBLAS"), ("Network forward", "784-128-10", 4, "OpenBLAS"),
                ("Network step", "784-128-10", 4, "OpenBLAS"), ("Network forward", "1024-1024-1024", 1, "OpenBLAS"),
            ],
            FasterPeers(Results.Zen5.Peers));
        Assert.Equal(
            [
                ("Network step", "1024-1024-1024", 1, "OpenBLAS"), ("Network forward", "1024-1024-1024", 1024, "OpenBLAS"),
                ("Network step", "1024-1024-1024", 1024, "OpenBLAS"),
            ],
            FasterPeers(Results.Zen5WithoutAvx512));
        Assert.Empty(FasterPeers(Results.Zen4.Peers));
    }

    [Fact]
    public void TensorPrimitives_are_faster_at_one_kernel_only()
    {
        Assert.Equal([("GradientDescent", "35")], Results.Zen5.Exceptions);
        Assert.Equal([("Layer forward", "2048-2048")], Results.Zen4.Exceptions);
    }

    /// <summary>The measure itself: what is a figure, and what is not.</summary>
    [Theory]
    [InlineData("takes 1.2 times as long, 2,123 ns at 99.9 %", "1.2 times", "2,123 ns", "99.9 %")]
    [InlineData("is × 3.0 as fast; 0.8 µs, 65 ms, 30 s", "× 3.0", "0.8 µs", "65 ms", "30 s")]
    [InlineData("117 GFLOP/s, 200 KB, 2.5 ULP, 6 cycles", "117 GFLOP/s", "200 KB", "2.5 ULP", "6 cycles")]
    [InlineData("digits of 8 × 8 pixels, seeds 1…67 × 1…67, a 512-bit vector, `x = 3 ms`, .NET 10")]
    public void A_figure_is_a_number_with_a_unit(string text, params string[] figures) =>
        Assert.Equal(figures.Order(), new Prose(1, text, []).Figures.Select(figure => text[figure.Start..figure.End]).Order());

    [Fact]
    public void A_column_whose_header_has_a_unit_holds_figures() =>
        Assert.Equal([(4, 7)], new Prose(1, "a | 2.5 | 3", [false, true, false]).Figures);

    /// <summary>The cells in which a peer takes less time, in hundredths as in the tables.</summary>
    private static IEnumerable<(string Task, string Size, int Batch, string Peer)> FasterPeers(Report report) =>
        from row in report.Rows
        where Math.Round(row.Ratio, 2) < 1
        select (row.Task, row.Size, row.Batch, row.Contestant);

    /// <summary>Whether a text stands around a figure.</summary>
    private static bool Covers(string text, string prose, (int Start, int End) figure)
    {
        for (int at = prose.IndexOf(text, StringComparison.Ordinal); at >= 0; at = prose.IndexOf(text, at + 1, StringComparison.Ordinal))
        {
            if (at <= figure.Start && figure.End <= at + text.Length) return true;
        }

        return false;
    }
}
