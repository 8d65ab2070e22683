using System.Globalization;
using FastNN.Bench.Results;
using ScottPlot;
using ScottPlot.TickGenerators;

namespace FastNN.Bench.Pictures;

/// <summary>How fast a layer n → n is, against n: what small and ragged widths cost, and the steps from cache to cache.</summary>
internal static class WidthPicture
{
    private const string Task = "Layer forward";
    private const int Height = 400;

    /// <summary>Of the names on the limit, in octaves of n: a name that does not fit is left out.</summary>
    private const double LetterWidth = 0.12;

    /// <summary>Null where the report has no such layers.</summary>
    internal static Picture? Create(Report report)
    {
        Row[] rows = [.. report.Rows.Where(row => row is { Task: Task, Batch: 1 } && IsSquare(row)).OrderBy(Width)];
        return rows.Length == 0
            ? null
            : new Picture(
                "width", "A layer n → n, forward, one sample: GFLOP/s against n",
                "higher is better · a layer does 2n² floating-point operations · both scales are logarithmic",
                report, [new Contender(Contender.Limit), .. Contender.In(rows)],
                theme => [new Panel(Plot(theme, rows), new(0, Picture.Width, Height, 0))]);
    }

    private static Plot Plot(Theme theme, Row[] rows)
    {
        Plot plot = Panel.Create(theme, "", new PixelPadding(58, 14, 46, 12));
        Row[] limits = [.. rows.Where(row => row.OfLimit > 0).GroupBy(Width).Select(n => n.MaxBy(Limit)!)];
        Panel.AddLine(plot, theme, new Contender(Contender.Limit), limits.Select(row => (X(row), Limit(row))), 0);
        foreach (IGrouping<string, Row> limit in limits.GroupBy(row => row.Limit))
        {
            (double first, double last) = (limit.Min(X), limit.Max(X));
            if (last - first > limit.Key.Length * LetterWidth)
                Panel.AddText(plot, theme.Muted, limit.Key, (first + last) / 2, limit.Max(Limit), Alignment.LowerCenter, 0);
        }

        foreach (Contender who in Contender.In(rows).Reverse())
            Panel.AddLine(plot, theme, who, rows.Where(row => row.Contestant == who.Label).Select(row => (X(row), Rate(row))), 5);

        int[] ticks = [.. Enumerable.Range(1, 12).Select(power => 1 << power)];
        plot.Axes.Bottom.TickGenerator =
            new NumericManual([.. ticks.Select(n => Math.Log2(n))], [.. ticks.Select(n => n.ToString(CultureInfo.InvariantCulture))]);
        plot.Axes.Bottom.Label.Text = "n";
        plot.Axes.Left.Label.Text = "GFLOP/s";
        (double low, double high) = (rows.Min(Rate) - 0.1, rows.Max(row => row.OfLimit > 0 ? Limit(row) : Rate(row)) + 0.2);
        plot.Axes.Left.TickGenerator = Panel.LogTicks(low, high, 8, rate => rate.ToString("G4", CultureInfo.InvariantCulture));
        plot.Axes.SetLimits(X(rows[0]) - 0.15, X(rows[^1]) + 0.15, low, high);
        return plot;
    }

    private static bool IsSquare(Row row) => row.Size.Split('-') is [var inputs, var outputs] && inputs == outputs;

    private static int Width(Row row) => int.Parse(row.Size.Split('-')[0], CultureInfo.InvariantCulture);

    private static double X(Row row) => Math.Log2(Width(row));

    /// <summary>The logarithm of GFLOP/s: a multiplication and an addition for each of n² weights.</summary>
    private static double Rate(Row row) => Math.Log10(2.0 * Width(row) * Width(row) / row.Nanoseconds);

    /// <summary>The logarithm of what the machine allows.</summary>
    private static double Limit(Row row) => Rate(row) - Math.Log10(row.OfLimit);
}
