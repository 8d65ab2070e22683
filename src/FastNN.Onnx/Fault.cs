using System.Text;

namespace FastNN.Onnx;

/// <summary>What is wrong with a model, and where. Names come from files: messages show their beginning, without control characters.</summary>
internal static class Fault
{
    internal const int MostShown = 64;

    internal static ModelFormatException Of(string where, string reason, Exception? inner = null) => new($"{where}: {reason}.", inner);

    internal static ModelFormatException OfInitializer(string name, string reason) => Of($"Initializer {Quote(name)}", reason);

    internal static string Quote(string name) => $"'{Clip(name)}'";

    internal static string Clip(string text)
    {
        var shown = new StringBuilder();
        foreach (char c in text.AsSpan(0, Math.Min(text.Length, MostShown))) shown.Append(char.IsControl(c) || char.IsSurrogate(c) ? '?' : c);
        return shown.Append(text.Length > MostShown ? "…" : "").ToString();
    }

    /// <summary>"[3, 4]", long ones cut.</summary>
    internal static string Shape(IReadOnlyList<long> lengths)
    {
        const int most = 8;
        return $"[{string.Join(", ", lengths.Take(most))}{(lengths.Count > most ? ", …" : "")}]";
    }
}
