using ScottPlot;
using SkiaSharp;

namespace FastNN.Bench.Pictures;

/// <summary>The font of all text: the same on every machine that has it, so that pictures of the same figures are the same.</summary>
internal static class Typeface
{
    /// <summary>DejaVu Sans first, and Verdana, whose letters are as wide: text laid out in one then fits the other.</summary>
    private static readonly string[] s_preferred = ["DejaVu Sans", "Verdana", "Liberation Sans", "Arial", "Helvetica"];

    /// <summary>For an SVG, which is shown with the fonts of whoever looks at it.</summary>
    internal static string SvgFamily => string.Join(", ", ((string[])[Fonts.Default, .. s_preferred[..2], "sans-serif"]).Distinct());

    /// <summary>Takes the first font that is installed, or else what ScottPlot takes; false where there is none at all.</summary>
    internal static bool Choose()
    {
        string[] installed = [.. SKFontManager.Default.FontFamilies.Where(name => name.Length > 0)];
        Fonts.Default = s_preferred.FirstOrDefault(installed.Contains, Fonts.Default);
        return installed.Length > 0;
    }
}
