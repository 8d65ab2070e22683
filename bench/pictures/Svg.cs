using System.Xml.Linq;
using SkiaSharp;

namespace FastNN.Bench.Pictures;

/// <summary>Mends the SVG that Skia writes.</summary>
internal static class Svg
{
    /// <summary>
    /// Saves it with a box to scale, a title to read aloud, a list of fonts to fall back on, and coordinates without the comma at their end
    /// that the format forbids.
    /// </summary>
    internal static void Save(string path, string title, int width, int height, Action<SKCanvas> draw)
    {
        using MemoryStream written = new();
        using (SKCanvas canvas = SKSvgCanvas.Create(new SKRect(0, 0, width, height), written)) draw(canvas);
        written.Position = 0;
        var svg = XElement.Load(written);
        svg.SetAttributeValue("viewBox", $"0 0 {width} {height}");
        svg.SetAttributeValue("role", "img");
        svg.AddFirst(new XElement(svg.Name.Namespace + "title", title));
        foreach (XElement text in svg.Descendants(svg.Name.Namespace + "text"))
        {
            text.SetAttributeValue("font-family", Typeface.SvgFamily);
            text.SetAttributeValue("x", text.Attribute("x")!.Value.TrimEnd(' ', ','));
            text.SetAttributeValue("y", text.Attribute("y")!.Value.TrimEnd(' ', ','));
            text.Value = text.Value.Trim();
        }

        File.WriteAllText(path, svg.ToString().ReplaceLineEndings("\n") + "\n");
    }
}
