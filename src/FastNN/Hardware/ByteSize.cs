using System.Globalization;

namespace FastNN.Hardware;

/// <summary>Sizes of memory as texts.</summary>
internal static class ByteSize
{
    private const long KiB = 1024, MiB = 1024 * KiB;

    /// <summary>
    /// Reads bytes such as "64", KiB such as "48K" or MiB such as "32M", in upper or lower case. There may be spaces around the number.
    /// Null for any other text.
    /// </summary>
    internal static long? Parse(string text)
    {
        string number = text.Trim();
        long unit = number.Length == 0 ? 1 : number[^1] switch { 'K' or 'k' => KiB, 'M' or 'm' => MiB, _ => 1 };
        if (unit > 1) number = number[..^1];
        return long.TryParse(number.TrimEnd(), NumberStyles.None, CultureInfo.InvariantCulture, out long count)
            && count <= long.MaxValue / unit ? count * unit : null;
    }

    /// <summary>In the largest unit that gives a whole number.</summary>
    internal static string InWords(long bytes) =>
        bytes % MiB == 0 ? $"{bytes / MiB} MiB" : bytes % KiB == 0 ? $"{bytes / KiB} KiB" : $"{bytes} bytes";
}
