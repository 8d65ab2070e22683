using System.Globalization;
using System.Numerics;
using System.Runtime.InteropServices;

namespace FastNN.Files;

/// <summary>
/// What FastNN writes about a file into its <c>__metadata__</c>: strings under keys that start with <see cref="Prefix"/>. One of them is a
/// checksum of all others, so damage to any of them is found.
/// </summary>
internal static class SafetensorsMetadata
{
    internal const string Prefix = "fastnn.";
    internal const string Version = Prefix + "version", CurrentVersion = "1";
    internal const string Widths = Prefix + "widths", Activations = Prefix + "activations";
    internal const string Count = Prefix + "count"; // only in a file of an ensemble
    internal const string TensorChecksums = Prefix + "crc32c", Samples = Prefix + "samples", Checksum = Prefix + "checksum";
    internal const string Cost = Prefix + "cost", Reduction = Prefix + "reduction";
    internal const string Optimizer = Prefix + "optimizer", LearningRate = Prefix + "learning_rate";
    internal const string Schedule = Prefix + "schedule", Steps = Prefix + "steps";
    internal const string Fit = Prefix + "fit";
    private const int MostOfNumber = 64; // characters; FastNN writes up to 24

    /// <summary>
    /// CRC-32C of key, 0, value, 0 in UTF-16 (little-endian), over all keys of FastNN except <see cref="Checksum"/>, in ordinal order.
    /// </summary>
    internal static string ChecksumOf(IEnumerable<KeyValuePair<string, string>> metadata)
    {
        var checksum = new Crc32C();
        IEnumerable<KeyValuePair<string, string>> covered = metadata.Where(
            pair => pair.Key.StartsWith(Prefix, StringComparison.Ordinal) && pair.Key != Checksum);
        foreach ((string key, string value) in covered.OrderBy(pair => pair.Key, StringComparer.Ordinal))
        {
            foreach (string text in (ReadOnlySpan<string>)[key, value])
            {
                checksum.Append(MemoryMarshal.AsBytes<char>(text));
                checksum.Append([0, 0]);
            }
        }

        return Text(checksum);
    }

    internal static string Text(Crc32C checksum) => checksum.Value.ToString("x8", CultureInfo.InvariantCulture);

    internal static string Text(IFormattable number) => number.ToString(null, CultureInfo.InvariantCulture);

    internal static string Text<T>(IEnumerable<T> list) => string.Join(',', list);

    /// <summary>The value of a key.</summary>
    /// <exception cref="ModelFormatException">The key is missing.</exception>
    internal static string Require(this IReadOnlyDictionary<string, string> metadata, string key) =>
        metadata.TryGetValue(key, out string? value) ? value : throw new ModelFormatException($"The metadata lacks \"{key}\".");

    /// <summary>
    /// The number of a key: digits. For <see cref="float"/> and <see cref="double"/> also a point and an exponent, NaN or ±Infinity.
    /// </summary>
    /// <exception cref="ModelFormatException">The key is missing, or its value is not such a number.</exception>
    internal static T Number<T>(this IReadOnlyDictionary<string, string> metadata, string key)
        where T : struct, INumberBase<T>
    {
        string value = metadata.Require(key);
        NumberStyles style = NumberStyles.AllowLeadingSign;
        if (typeof(T) == typeof(float) || typeof(T) == typeof(double)) style |= NumberStyles.AllowDecimalPoint | NumberStyles.AllowExponent;
        bool isShort = value.Length <= MostOfNumber && !value.Contains('\0'); // TryParse ignores \0 at the end
        return isShort && T.TryParse(value, style, CultureInfo.InvariantCulture, out T number)
            ? number
            : throw new ModelFormatException(
                $"\"{key}\" in the metadata must be a number of type {typeof(T).Name}, but is {FileText.Quote(value)}.");
    }
}
