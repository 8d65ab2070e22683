using System.Globalization;
using FastNN.Bench.Results;
using ScottPlot;
using ScottPlot.TickGenerators;

namespace FastNN.Bench.Pictures;

/// <summary>What a sample costs, against the batch it comes in: a panel for each network.</summary>
internal static class BatchPicture
{
    private const int Columns = 3, PanelHeight = 210;

    internal static Picture? Forward(Report report) => Create(report, "batch", "Forward", NetworkTasks.Forward);

    internal static Picture? Step(Report report) => Create(report, "batch-step", "Training step", NetworkTasks.Step);

    private static Picture? Create(Report report, string name, string title, string task)
    {
        Row[] rows = [.. report.Rows.Where(row => row.Kind is null && row.Task == task).OrderBy(row => row.Batch)];
        return rows.Length == 0
            ? null
            : new Picture(
                name, $"{title}: time per sample against samples in a batch", "lower is better · both scales are logarithmic", report,
                Contender.In(rows),
                theme => Panel.InLines(Columns, PanelHeight, rows.GroupBy(row => row.Size).Select(network => Plot(theme, network))));
    }

    private static Plot Plot(Theme theme, IGrouping<string, Row> network)
    {
        Plot plot = Panel.Create(theme, network.Key, new PixelPadding(60, 16, 28, 28));
        plot.Grid.XAxisStyle.IsVisible = false;
        foreach (Contender who in Contender.In(network).Reverse())
        {
            IEnumerable<Row> rows = network.Where(row => row.Contestant == who.Label);
            Panel.AddLine(plot, theme, who, rows.Select(row => (Math.Log10(row.Batch), Math.Log10(row.Nanoseconds / row.Batch))), 7);
        }

        int[] batches = [.. network.Select(row => row.Batch).Distinct()];
        plot.Axes.Bottom.TickGenerator =
            new NumericManual(
                [.. batches.Select(batch => Math.Log10(batch))],
                [.. batches.Select(batch => batch.ToString(CultureInfo.InvariantCulture))]);
        double[] times = [.. network.Select(row => Math.Log10(row.Nanoseconds / row.Batch))];
        double margin = 0.07 * (times.Max() - times.Min());
        (double low, double high) = (times.Min() - margin, times.Max() + margin);
        plot.Axes.Left.TickGenerator = Panel.LogTicks(low, high, 6, Time);
        plot.Axes.SetLimits(-0.15, Math.Log10(batches[^1]) + 0.15, low, high);
        return plot;
    }

    private static string Time(double nanoseconds)
    {
        (double value, string unit) = nanoseconds switch
        {
            < 999 => (nanoseconds, "ns"),
            < 999e3 => (nanoseconds / 1e3, "µs"),
            _ => (nanoseconds / 1e6, "ms"),
        };
        return $"{value.ToString("G4", CultureInfo.InvariantCulture)} {unit}";
    }
}
