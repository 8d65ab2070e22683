using System.Xml.Linq;
using SkiaSharp;

namespace FastNN.Bench.Pictures;

/// <summary>Mends the SVG that Skia writes.</summary>
internal static class Svg
{
    /// <summary>
    /// Saves it with a box to scale, a title to read aloud, the digest of its report and a list of fonts to fall back on; without the comma
    /// that ends its lists of coordinates, which the format forbids, and without clipping, for which there is no need, and whose names
    /// count what the process drew before.
    /// </summary>
    internal static void Save(string path, string title, string digest, int width, int height, Action<SKCanvas> draw)
    {
        using MemoryStream written = new();
        using (SKCanvas canvas = SKSvgCanvas.Create(new SKRect(0, 0, width, height), written)) draw(canvas);
        written.Position = 0;
        var svg = XElement.Load(written);
        XNamespace names = svg.Name.Namespace;
        svg.SetAttributeValue("viewBox", $"0 0 {width} {height}");
        svg.SetAttributeValue("role", "img");
        svg.SetAttributeValue("font-family", Typeface.SvgFamily);
        svg.AddFirst(new XElement(names + "title", title), new XElement(names + "desc", $"Report {digest}"));
        svg.Descendants(names + "clipPath").Remove();
        svg.Descendants().Attributes("clip-path").Remove();
        foreach (XElement text in svg.Descendants(names + "text"))
        {
            text.SetAttributeValue("font-family", null);
            text.SetAttributeValue("x", text.Attribute("x")!.Value.TrimEnd(' ', ','));
            text.SetAttributeValue("y", text.Attribute("y")!.Value.TrimEnd(' ', ','));
            text.Value = text.Value.Trim();
        }

        File.WriteAllText(path, svg.ToString().ReplaceLineEndings("\n") + "\n");
    }
}
