using ScottPlot;
using ScottPlot.Plottables;
using ScottPlot.TickGenerators;

namespace FastNN.Bench.Pictures;

/// <summary>One plot and where it stands below the legend.</summary>
internal sealed record Panel(Plot Plot, PixelRect Place)
{
    /// <summary>ScottPlot centres the letters with room for accents above them, which leaves them too high by this many pixels.</summary>
    internal const float Lowered = 2.5f;
    private const float TextSize = 12;

    /// <summary>Plots of the same size, in lines of so many.</summary>
    internal static Panel[] InLines(int columns, int height, IEnumerable<Plot> plots)
    {
        return [.. plots.Select((plot, index) => new Panel(plot, PlaceOf(index)))];

        PixelRect PlaceOf(int index)
        {
            (int line, int column) = Math.DivRem(index, columns);
            float left = column * Picture.Width / columns, top = line * height;
            return new PixelRect(left, left + Picture.Width / columns, top + height, top);
        }
    }

    /// <summary>An empty plot in the theme's colours.</summary>
    internal static Plot Create(Theme theme, string title, PixelPadding padding)
    {
        Plot plot = new();
        plot.RenderManager.ClearCanvasBeforeEachRender = false;
        plot.FigureBackground.Color = Colors.Transparent;
        plot.Layout.Fixed(padding);
        plot.Axes.Color(theme.Muted);
        plot.Axes.Frame(false);
        plot.Axes.Bottom.FrameLineStyle.IsVisible = true;
        plot.Axes.Title.Label.Text = title;
        plot.Axes.Title.Label.FontSize = 14;
        plot.Axes.Title.Label.ForeColor = theme.Text;
        plot.Axes.Title.Label.OffsetY = 8;
        foreach (IAxis axis in (IAxis[])[plot.Axes.Bottom, plot.Axes.Left])
        {
            axis.TickLabelStyle.FontSize = TextSize;
            axis.TickLabelStyle.ForeColor = theme.Text;
            axis.Label.FontSize = 13;
            axis.Label.Bold = false;
            axis.Label.ForeColor = theme.Text;
            axis.MinorTickStyle.Length = 0;
        }

        plot.Axes.Left.TickLabelStyle.OffsetY = Lowered;
        plot.Grid.MajorLineColor = theme.Grid;
        return plot;
    }

    /// <summary>A line with a marker at each point; no marker where it is the limit.</summary>
    internal static void AddLine(Plot plot, Theme theme, Contender who, IEnumerable<(double X, double Y)> points, float markerSize)
    {
        Scatter line = plot.Add.Scatter(points.Select(point => new Coordinates(point.X, point.Y)).ToArray());
        line.LineStyle = who.Line(theme);
        line.MarkerStyle = who.Marker(theme, markerSize);
    }

    /// <summary>Text beside a point, so many pixels to the right.</summary>
    internal static void AddText(Plot plot, Color color, string text, double x, double y, Alignment alignment, float offsetX)
    {
        Text label = plot.Add.Text(text, x, y);
        label.LabelStyle.FontSize = TextSize;
        label.LabelStyle.ForeColor = color;
        label.LabelStyle.Alignment = alignment;
        (label.OffsetX, label.OffsetY) = (offsetX, Lowered);
    }

    /// <summary>
    /// Ticks of a logarithmic axis: at 1, 2 and 5 times the powers of ten where there is room for so many, or at 1 and 3, or at 1.
    /// </summary>
    /// <param name="low">Where the axis begins, as a logarithm.</param>
    /// <param name="high">And where it ends.</param>
    /// <param name="room">The most ticks there is room for.</param>
    /// <param name="label">The text at a value, which may be off by a rounding.</param>
    internal static NumericManual LogTicks(double low, double high, int room, Func<double, string> label)
    {
        double[][] choices = [[1, 2, 5], [1, 3], [1]];
        List<double>[] values = Array.ConvertAll(choices, Values);
        List<double> chosen = values.FirstOrDefault(choice => choice.Count <= room) ?? values[^1];
        return new NumericManual([.. chosen.Select(Math.Log10)], [.. chosen.Select(label)]);

        List<double> Values(double[] steps) => [
            .. from power in Enumerable.Range((int)Math.Floor(low), (int)(Math.Ceiling(high) - Math.Floor(low)) + 1)
               from step in steps
               let value = step * Math.Pow(10, power)
               where Math.Log10(value) >= low && Math.Log10(value) <= high
               select value];
    }
}
