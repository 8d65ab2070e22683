using FastNN.Files;

namespace FastNN.Onnx;

/// <summary>
/// What is wrong with a model, and where. Names come from files, so messages show only their beginning, without control characters.
/// </summary>
internal static class OnnxFault
{
    internal static ModelFormatException Of(string where, string reason, Exception? inner = null) => new($"{where}: {reason}.", inner);

    internal static ModelFormatException OfInitializer(string name, string reason) => Of($"Initializer {Quote(name)}", reason);

    internal static string Quote(string name) => $"'{FileText.Clip(name)}'";

    /// <summary>For example "[3, 4]". A long shape is cut.</summary>
    internal static string Shape(IReadOnlyList<long> lengths)
    {
        const int most = 8;
        return $"[{string.Join(", ", lengths.Take(most))}{(lengths.Count > most ? ", …" : "")}]";
    }
}
