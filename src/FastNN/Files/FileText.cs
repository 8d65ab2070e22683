using System.Text;

namespace FastNN.Files;

/// <summary>Text from a file, for messages: its beginning, without control characters and surrogates.</summary>
internal static class FileText
{
    internal const int MostShown = 64;

    /// <summary>The first <see cref="MostShown"/> characters, and "…" if there are more.</summary>
    internal static string Clip(ReadOnlySpan<char> text)
    {
        var shown = new StringBuilder(MostShown + 1);
        foreach (char c in text[..Math.Min(text.Length, MostShown)]) shown.Append(char.IsControl(c) || char.IsSurrogate(c) ? '?' : c);
        return shown.Append(text.Length > MostShown ? "…" : "").ToString();
    }

    /// <summary>The same in quotation marks.</summary>
    internal static string Quote(ReadOnlySpan<char> text) => $"\"{Clip(text)}\"";
}
