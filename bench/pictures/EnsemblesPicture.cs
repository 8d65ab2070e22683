using System.Globalization;
using FastNN.Bench.Results;
using ScottPlot;
using ScottPlot.TickGenerators;

namespace FastNN.Bench.Pictures;

/// <summary>How many samples a second the members of an ensemble take, against their number and their width, beside a loop.</summary>
internal static class EnsemblesPicture
{
    private const int Columns = 3, PanelHeight = 270;

    /// <summary>Null where the report has no such rows.</summary>
    internal static Picture? Create(Report report)
    {
        Row[] byMembers = [.. report.Rows.Where(row => row.Task == EnsembleRow.ByMembers)];
        Row[] byWidth = [.. report.Rows.Where(row => row.Task == EnsembleRow.ByWidth)];
        if (byMembers.Length == 0 || byWidth.Length == 0) return null;

        return new Picture(
            "ensembles", "Many networks at once: samples a second of all members together",
            "higher is better · forward, one sample for each member · both scales are logarithmic", report, Contender.In(byWidth),
            theme => Panel.InLines(
                Columns, PanelHeight,
                [
                    .. byMembers.GroupBy(row => row.Size)
                        .Select(network => Plot(theme, network.Key, "members", [.. network], row => row.Members!.Value)),
                    Plot(theme, $"{byWidth[0].Members:N0} × n-n-n-1", "n", byWidth, Width),
                ]));
    }

    private static Plot Plot(Theme theme, string title, string axis, Row[] rows, Func<Row, int> of)
    {
        Plot plot = Panel.Create(theme, title, new PixelPadding(56, 14, 46, 28));
        foreach (Contender who in Contender.In(rows).Reverse())
        {
            IEnumerable<Row> line = rows.Where(row => row.Contestant == who.Label).OrderBy(of);
            Panel.AddLine(plot, theme, who, line.Select(row => (Math.Log2(of(row)), Rate(row))), 6);
        }

        int last = int.Log2(rows.Max(of)), first = int.Log2(rows.Min(of));
        int[] powers = [.. Enumerable.Range(first, last - first + 1).Where(power => last - first < 8 || power % 4 == 0)];
        plot.Axes.Bottom.TickGenerator = new NumericManual(
            [.. powers.Select(power => (double)power)],
            [.. powers.Select(power => (1 << power).ToString("N0", CultureInfo.InvariantCulture))]);
        plot.Axes.Bottom.Label.Text = axis;
        double margin = 0.06 * (rows.Max(Rate) - rows.Min(Rate));
        (double low, double high) = (rows.Min(Rate) - margin, rows.Max(Rate) + margin);
        plot.Axes.Left.TickGenerator = Panel.LogTicks(low, high, 6, Text);
        plot.Axes.SetLimits(first - 0.3, last + 0.3, low, high);
        return plot;
    }

    private static int Width(Row row) => int.Parse(row.Size.Split('-')[0], CultureInfo.InvariantCulture);

    /// <summary>The logarithm of samples a second.</summary>
    private static double Rate(Row row) => Math.Log10(1e9 / EnsembleTables.Sample(row));

    private static string Text(double rate)
    {
        (double value, string unit) = rate < 999e3 ? (rate / 1e3, "k") : (rate / 1e6, "M");
        return $"{value.ToString("G4", CultureInfo.InvariantCulture)} {unit}";
    }
}
