using System.Globalization;
using FastNN.Bench.Results;
using ScottPlot;
using ScottPlot.Plottables;
using ScottPlot.TickGenerators;

namespace FastNN.Bench.Pictures;

/// <summary>How many times as fast as each peer FastNN is: a bar for each peer, in groups of one network.</summary>
internal static class PeersPicture
{
    private const int BarHeight = 17, GroupGap = 12, Top = 26, Bottom = 34;

    /// <summary>Room for the text at the end of a bar.</summary>
    private const double TextWidth = 59.5;

    /// <summary>The article's networks, one sample. Null where the report compares nothing.</summary>
    internal static Picture? OfArticle(Report report) =>
        Create(
            report, "peers", "How many times as fast FastNN is as its peers, one sample", labels: 130,
            row => row is { Kind: null, Batch: 1 });

    /// <summary>The other networks, one sample and batches. Null where the report has none.</summary>
    internal static Picture? OfOthers(Report report) => Create(
        report, "kinds", "How many times as fast FastNN is as its peers, tanh networks and classifiers", labels: 280,
        row => row.Kind is not null);

    /// <summary>A figure without a spread gets whiskers of no length.</summary>
    private static Picture? Create(Report report, string name, string title, int labels, Func<Row, bool> takes)
    {
        Row[] rows = [
            .. from row in report.Rows
               where takes(row) && row is { Task: NetworkTasks.Forward or NetworkTasks.Step, Contestant: not Contender.FastNN, Ratio: > 0 }
               select row.RatioLow > 0 ? row : row with { RatioLow = row.Ratio, RatioHigh = row.Ratio }];
        return rows.Length == 0
            ? null
            : new Picture(
                name, title, "bars to the right of ×1: FastNN is faster · whiskers: the spread · – : nothing to compare",
                report, Contender.In(rows), theme => Panels(theme, rows, labels))
            { Bars = true };
    }

    private static Panel[] Panels(Theme theme, Row[] rows, int room)
    {
        (string Network, Contender Who, double Y)[] bars = [.. PlaceBars(rows)];
        int height = Top + Bottom + (int)bars[^1].Y + BarHeight;
        int half = (Picture.Width - room) / 2;
        return
        [
            new Panel(Plot(theme, "Forward", NetworkTasks.Forward, room), new(0, room + half, height, 0)),
            new Panel(Plot(theme, "Training step", NetworkTasks.Step, 0), new(room + half, Picture.Width, height, 0)),
        ];

        Plot Plot(Theme theme, string title, string task, int labels)
        {
            Plot plot = Panel.Create(theme, title, new PixelPadding(labels + 8, 20, Bottom, Top));
            plot.Grid.YAxisStyle.IsVisible = false;
            plot.Axes.Left.MajorTickStyle.Length = 0;
            Row[] shown = [.. rows.Where(row => row.Task == task)];
            (double low, double high) = LimitsOf(shown, TextWidth / half);
            plot.Axes.SetLimits(low, high, height - Top - Bottom, 0);
            plot.Axes.Bottom.TickGenerator = Panel.LogTicks(
                low, high, 6, value => $"×{value.ToString("G6", CultureInfo.InvariantCulture)}");
            (string Network, double Y)[] groups =
                [.. bars.GroupBy(bar => bar.Network).Select(group => (group.Key, group.Average(bar => bar.Y)))];
            plot.Axes.Left.TickGenerator = labels == 0
                ? new NumericManual()
                : new NumericManual([.. groups.Select(group => group.Y)], [.. groups.Select(group => group.Network)]);
            foreach ((string network, Contender who, double y) in bars)
                AddBar(plot, theme, who, shown.FirstOrDefault(row => NameOf(row) == network && row.Contestant == who.Label), y);

            plot.Add.VerticalLine(0, 1.5f, theme.Text);
            return plot;
        }
    }

    /// <summary>From top to bottom, the same in both panels: whoever is in one of them.</summary>
    private static IEnumerable<(string Network, Contender Who, double Y)> PlaceBars(Row[] rows)
    {
        double y = BarHeight;
        foreach (IGrouping<string, Row> network in rows.GroupBy(NameOf))
        {
            foreach (Contender who in Contender.In(network))
            {
                yield return (network.Key, who, y);
                y += BarHeight;
            }

            y += GroupGap;
        }
    }

    private static string NameOf(Row row) => row.Batch == 1 ? row.Name : $"{row.Name} × {row.Batch}";

    /// <summary>Logarithms, with room for the text at the bars' ends: on the left too, if a peer is faster.</summary>
    private static (double Low, double High) LimitsOf(Row[] rows, double textPart)
    {
        double low = Math.Log10(rows.Select(row => row.RatioLow).Append(1).Min());
        double high = Math.Log10(rows.Select(row => row.RatioHigh).Append(2).Max());
        double text = textPart * (high - low) / (low < 0 ? 1 - textPart : 1);
        return (low < 0 ? low - text : -0.02, high + text);
    }

    private static void AddBar(Plot plot, Theme theme, Contender who, Row? row, double y)
    {
        if (row is null)
        {
            Panel.AddText(plot, theme.Muted, "–", 0, y, Alignment.MiddleLeft, offsetX: 4);
            return;
        }

        (double low, double end, double high) = (Math.Log10(row.RatioLow), Math.Log10(row.Ratio), Math.Log10(row.RatioHigh));
        Rectangle bar = plot.Add.Rectangle(0, end, y - 0.42 * BarHeight, y + 0.42 * BarHeight);
        (bar.FillColor, bar.LineWidth) = (who.Color(theme), 0);
        plot.Add.Line(low, y, high, y).LineStyle = new LineStyle(1.5f, theme.Text);
        string text = "×" + row.Ratio.ToString(row.Ratio switch { < 1 => "F2", < 10 => "F1", _ => "F0" }, CultureInfo.InvariantCulture);
        if (end < 0) Panel.AddText(plot, theme.Text, text, low, y, Alignment.MiddleRight, offsetX: -4);
        else Panel.AddText(plot, theme.Text, text, high, y, Alignment.MiddleLeft, offsetX: 4);
    }
}
