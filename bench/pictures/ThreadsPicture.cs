using System.Globalization;
using FastNN.Bench.Results;
using ScottPlot;
using ScottPlot.TickGenerators;

namespace FastNN.Bench.Pictures;

/// <summary>How many times as fast a batch runs on several threads as on one: a panel for each network.</summary>
internal static class ThreadsPicture
{
    private const int Columns = 2, PanelHeight = 260, MostTicks = 8;

    /// <summary>Null where the report has no such rows.</summary>
    internal static Picture? Create(Report report)
    {
        string forward = ScalingTask.Of(ScalingTask.Threads, ScalingTask.Forward),
            step = ScalingTask.Of(ScalingTask.Threads, ScalingTask.Step);
        Row[] rows =
        [
            .. from row in report.Rows
               where row.Task == forward || row.Task == step
               orderby row.Threads
               select row with { Contestant = row.Task == forward ? Contender.Forward : Contender.Step },
        ];
        return rows.Length == 0
            ? null
            : new Picture(
                "threads", $"A batch of {rows[0].Batch} on several threads: how many times as fast as on one",
                "higher is better · medians of rounds in which all are timed in turn",
                report, [new Contender(Contender.Ideal), .. Contender.In(rows)],
                theme => Panel.InLines(
                    Columns, PanelHeight, rows.GroupBy(row => row.Size).Select(network => Plot(theme, network, report.Machine.Processors))))
            { Threads = $"1 to {rows[^1].Threads} threads on {report.Machine.Processors} processors" };
    }

    private static Plot Plot(Theme theme, IGrouping<string, Row> network, int processors)
    {
        Plot plot = Panel.Create(theme, network.Key, new PixelPadding(52, 16, 46, 28));
        int most = network.Max(row => row.Threads), atWork = Math.Min(most, processors);
        Panel.AddLine(plot, theme, new Contender(Contender.Ideal), [(1, 1), (atWork, atWork), (most, atWork)], 0);
        foreach (Contender who in Contender.In(network).Reverse())
        {
            IEnumerable<Row> its = network.Where(row => row.Contestant == who.Label);
            Panel.AddLine(plot, theme, who, its.Select(row => ((double)row.Threads, row.Ratio)), 7);
        }

        int apart = (most + MostTicks - 1) / MostTicks;
        int[] ticks = [.. Enumerable.Range(1, most).Where(threads => threads == 1 || threads % apart == 0)];
        plot.Axes.Bottom.TickGenerator = Ticks("");
        plot.Axes.Bottom.Label.Text = "threads";
        plot.Axes.Left.TickGenerator = Ticks("×");
        double margin = 0.06 * most;
        plot.Axes.SetLimits(1 - margin, most + margin, 0, Math.Max(atWork, network.Max(row => row.Ratio)) + margin);
        return plot;

        NumericManual Ticks(string prefix) =>
            new(
                [.. ticks.Select(threads => (double)threads)],
                [.. ticks.Select(threads => prefix + threads.ToString(CultureInfo.InvariantCulture))]);
    }
}
