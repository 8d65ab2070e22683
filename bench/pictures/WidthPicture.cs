using System.Globalization;
using ScottPlot;
using ScottPlot.TickGenerators;

namespace FastNN.Bench.Pictures;

/// <summary>How fast a layer n → n is, against n: the price of small and of ragged widths, and the steps from cache to cache.</summary>
internal static class WidthPicture
{
    private const string Task = "Layer forward";
    private const int Height = 400;

    /// <summary>Null where the report has no such layers.</summary>
    internal static Picture? Create(Report report)
    {
        Row[] rows = [.. report.Rows.Where(row => row is { Task: Task, Batch: 1 } && IsSquare(row)).OrderBy(Width)];
        return rows.Length == 0
            ? null
            : new Picture(
                "width", "A layer n → n, forward, one sample: GFLOP/s against n",
                "higher is better · one GFLOP/s is 10⁹ multiplications and additions a second",
                report.Machine, [new Contender(Contender.Limit), .. Contender.In(rows)], theme => [new Panel(Plot(theme, rows), new(0, Picture.Width, Height, 0))]);
    }

    private static Plot Plot(Theme theme, Row[] rows)
    {
        Plot plot = Panel.Create(theme, "", new PixelPadding(58, 14, 46, 12));
        (double X, double Y)[] limit = [.. from row in rows where row.OfLimit > 0 group Gigaflops(row) / row.OfLimit by Width(row) into n select (X(n.Key), n.Max())];
        Panel.AddLine(plot, theme, new Contender(Contender.Limit), limit, 0);
        foreach (Contender who in Contender.In(rows).Reverse())
            Panel.AddLine(plot, theme, who, rows.Where(row => row.Contestant == who.Label).Select(row => (X(Width(row)), Gigaflops(row))), 5);

        int[] ticks = [.. Enumerable.Range(1, 12).Select(power => 1 << power)];
        plot.Axes.Bottom.TickGenerator = new NumericManual([.. ticks.Select(X)], [.. ticks.Select(n => n.ToString(CultureInfo.InvariantCulture))]);
        plot.Axes.Bottom.Label.Text = "n";
        plot.Axes.Left.Label.Text = "GFLOP/s";
        plot.Axes.SetLimits(X(Width(rows[0])) - 0.15, X(Width(rows[^1])) + 0.15, 0, 1.08 * limit.Max(point => point.Y));
        return plot;
    }

    private static bool IsSquare(Row row) => row.Size.Split('x') is [var inputs, var outputs] && inputs == outputs;

    private static int Width(Row row) => int.Parse(row.Size.Split('x')[0], CultureInfo.InvariantCulture);

    private static double X(int n) => Math.Log2(n);

    /// <summary>A multiplication and an addition for each of n² weights.</summary>
    private static double Gigaflops(Row row) => 2.0 * Width(row) * Width(row) / row.Nanoseconds;
}
