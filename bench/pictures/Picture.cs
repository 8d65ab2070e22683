using System.Globalization;
using FastNN.Bench.Results;
using ScottPlot;
using SkiaSharp;

namespace FastNN.Bench.Pictures;

/// <summary>A headline, how to read the picture, where it was measured, a legend, and panels beneath.</summary>
/// <param name="Name">Of its files, which end in the theme and the format.</param>
/// <param name="Title">What it shows.</param>
/// <param name="Note">Which direction is better.</param>
/// <param name="Report">What it shows, measured where and when.</param>
/// <param name="Legend">Who is in it.</param>
/// <param name="Panels">For a theme, placed below the legend.</param>
internal sealed record Picture(
    string Name, string Title, string Note, Report Report, Contender[] Legend, Func<Theme, IReadOnlyList<Panel>> Panels)
{
    /// <summary>As wide as GitHub shows a README.</summary>
    internal const int Width = 830;
    private const int Margin = 12;
    private const int LegendTop = 70;
    private const int LegendLine = 22;
    private const int Swatch = 26;
    private const float TextSize = 13;

    /// <summary>Pixels of a PNG for each of an SVG, for screens that have as many.</summary>
    private const int Density = 2;

    /// <summary>Bars are told apart by colour alone, lines by their markers too.</summary>
    internal bool Bars { get; init; }

    /// <summary>That were at work.</summary>
    internal string Threads { get; init; } = "one thread";

    /// <summary>The third line; null for the machine, .NET, the threads and the date.</summary>
    internal string? Origin { get; init; }

    /// <summary>Saves it for both themes, as SVG and as PNG.</summary>
    internal void Save(string folder)
    {
        (Contender Who, float X, int Line)[] legend = [.. PlaceLegend()];
        int top = LegendTop + (legend[^1].Line + 1) * LegendLine + Margin / 2;
        foreach (Theme theme in (Theme[])[Theme.Light, Theme.Dark])
        {
            IReadOnlyList<Panel> panels = Panels(theme);
            int height = top + (int)panels.Max(panel => panel.Place.Bottom);
            string path = Path.Combine(folder, $"{Name}-{theme.Name}");

            Svg.Save($"{path}.svg", Title, Report.Digest, Width, height, canvas => Draw(canvas, theme, legend, panels, top));
            using SKSurface png = Drawing.CreateSurface(Density * Width, Density * height);
            png.Canvas.Scale(Density);
            Draw(png.Canvas, theme, legend, panels, top);
            Drawing.SavePng(png, $"{path}.png");
        }
    }

    private void Draw(SKCanvas canvas, Theme theme, (Contender Who, float X, int Line)[] legend, IReadOnlyList<Panel> panels, int top)
    {
        canvas.Clear(theme.Background.ToSKColor());
        using var paint = Paint.NewDisposablePaint();
        Write(Title, 17, 18, theme.Text, bold: true);
        Write(Note, 40, TextSize, theme.Text);
        string runtime = Report.Machine.Runtime.StartsWith(".NET", StringComparison.Ordinal)
            ? Report.Machine.Runtime
            : $".NET {Report.Machine.Runtime}";
        string date = Report.Machine.Date.ToString("yyyy-MM-dd", CultureInfo.InvariantCulture);
        Write(Origin ?? $"{Report.Machine.Cpu} · {runtime} · {Threads} · {date}", 58, TextSize, theme.Muted);
        foreach ((Contender who, float x, int line) in legend)
        {
            float y = LegendTop + (line + 0.5f) * LegendLine;
            if (!Bars) Drawing.DrawLine(canvas, paint, new Pixel(x, y), new Pixel(x + Swatch, y), who.Line(theme));
            MarkerStyle marker = Bars ? new(MarkerShape.FilledSquare, 13, who.Color(theme)) : who.Marker(theme, 9);
            marker.Render(canvas, new Pixel(x + Swatch / 2, y), paint);
            Text(who.Label, theme.Text).Render(canvas, new Pixel(x + Swatch + 6, y), paint);
        }

        foreach (Panel panel in panels)
        {
            canvas.Save();
            canvas.Translate(panel.Place.Left, top + panel.Place.Top);
            panel.Plot.Render(canvas, (int)panel.Place.Width, (int)panel.Place.Height);
            canvas.Restore();
        }

        void Write(string text, float y, float size, Color color, bool bold = false)
        {
            LabelStyle style = Text(text, color);
            (style.FontSize, style.Bold) = (size, bold);
            style.FontSize *= Math.Min(1, (Width - 2 * Margin) / style.Measure(paint).Width);
            style.Render(canvas, new Pixel(Margin, y), paint);
        }
    }

    /// <summary>From left to right, and on in the next line where it is full.</summary>
    private IEnumerable<(Contender Who, float X, int Line)> PlaceLegend()
    {
        using var paint = Paint.NewDisposablePaint();
        float x = Margin;
        int line = 0;
        foreach (Contender who in Legend)
        {
            float width = Swatch + 6 + Text(who.Label, Colors.Black).Measure(paint).Width;
            if (x > Margin && x + width > Width - Margin) (x, line) = (Margin, line + 1);
            yield return (who, x, line);
            x += width + 18;
        }
    }

    private static LabelStyle Text(string text, Color color) =>
        new() { Text = text, FontSize = TextSize, ForeColor = color, Alignment = Alignment.MiddleLeft, OffsetY = Panel.Lowered };
}
