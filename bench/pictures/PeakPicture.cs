using System.Globalization;
using FastNN.Bench.Results;
using ScottPlot;
using ScottPlot.TickGenerators;

namespace FastNN.Bench.Pictures;

/// <summary>How much of the peak of multiply-adds batches reach, against their size and against the width of a layer.</summary>
internal static class PeakPicture
{
    private const int Columns = 2, PanelHeight = 240;
    private const string Note =
        "higher is better · products of matrices alone count as work, not sigmoids and the update · logarithmic from left to right";

    internal static Picture? OfBatches(Report report) => Create(
        report, "batch-peak", "Share of the peak of multiply-adds against samples in a batch", ScalingTask.Batch, "samples",
        row => row.Batch, row => $"{row.Size}, ");

    internal static Picture? OfWidths(Report report) => Create(
        report, "width-batch", "A layer n → n, 64 samples: share of the peak of multiply-adds against n", ScalingTask.Width, "n",
        row => int.Parse(row.Size.Split('-')[0], CultureInfo.InvariantCulture), _ => "");

    /// <summary>
    /// A panel for each pass of each network, if <paramref name="network"/> names it. Null where the report has no such rows.
    /// </summary>
    private static Picture? Create(
        Report report, string name, string title, string what, string axis, Func<Row, int> x, Func<Row, string> network)
    {
        string forward = ScalingTask.Of(what, ScalingTask.Forward), step = ScalingTask.Of(what, ScalingTask.Step);
        Row[] rows = [.. report.Rows.Where(row => row.Task == forward || row.Task == step).OrderBy(x)];
        List<string> sizes = [.. rows.Select(row => row.Size).Distinct()];
        IEnumerable<IGrouping<string, Row>> panels = rows
            .GroupBy(row => network(row) + (row.Task == forward ? Contender.Forward : Contender.Step))
            .OrderBy(panel => sizes.IndexOf(panel.First().Size));
        return rows.Length == 0
            ? null
            : new Picture(
                name, title, Note, report, Contender.In(rows),
                theme => Panel.InLines(Columns, PanelHeight, panels.Select(panel => Plot(theme, panel, axis, x))));
    }

    private static Plot Plot(Theme theme, IGrouping<string, Row> rows, string axis, Func<Row, int> x)
    {
        Plot plot = Panel.Create(theme, rows.Key, new PixelPadding(52, 16, 46, 28));
        foreach (Contender who in Contender.In(rows).Reverse())
        {
            IEnumerable<Row> its = rows.Where(row => row.Contestant == who.Label);
            Panel.AddLine(plot, theme, who, its.Select(row => (Math.Log2(x(row)), row.OfPeak ?? 0)), 5);
        }

        double first = Math.Log2(rows.Min(x)), last = Math.Log2(rows.Max(x));
        int[] ticks = [.. Enumerable.Range((int)Math.Ceiling(first), (int)last - (int)Math.Ceiling(first) + 1).Select(power => 1 << power)];
        plot.Axes.Bottom.TickGenerator = new NumericManual(
            [.. ticks.Select(n => Math.Log2(n))], [.. ticks.Select((n, k) => k % 2 == 0 ? n.ToString(CultureInfo.InvariantCulture) : "")]);
        plot.Axes.Bottom.Label.Text = axis;
        plot.Axes.Left.TickGenerator = new NumericManual([0, 0.2, 0.4, 0.6, 0.8, 1], ["0", "20 %", "40 %", "60 %", "80 %", "100 %"]);
        plot.Axes.SetLimits(first - 0.3, last + 0.3, 0, 1.02);
        return plot;
    }
}
