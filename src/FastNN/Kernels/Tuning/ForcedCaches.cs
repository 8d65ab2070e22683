using FastNN.Hardware;

namespace FastNN.Tuning;

/// <summary>
/// Sizes of caches that somebody sets, whatever the processor says. The bits stay the same. The environment variable
/// <see cref="EnvironmentVariable"/> holds them, such as <c>32K,512K,16M</c>: L1d, L2 and L3. Later ones may be missing.
/// </summary>
internal static class ForcedCaches
{
    /// <summary>Read once, when the process first asks for a route.</summary>
    internal const string EnvironmentVariable = "FASTNN_CACHES";

    /// <summary>Less than any cache. Routes divide by half of L2, so it must not be 0.</summary>
    private const long LeastBytes = 1024;

    /// <param name="text">Null or nothing but spaces: all stay as they are.</param>
    /// <param name="measured">The caches without the setting.</param>
    /// <param name="levels">How many levels are set. The first comes first.</param>
    /// <exception cref="InvalidOperationException">
    /// The text is not one to three sizes, or one is too small or too large, or a level is smaller than the one before.
    /// </exception>
    internal static Caches Parse(string? text, in Caches measured, out int levels)
    {
        levels = 0;
        if (string.IsNullOrWhiteSpace(text)) return measured;

        string[] names = text.Split(',');
        levels = names.Length;
        if (levels > 3) throw Fault(text);

        int[] floats = [measured.L1, measured.L2, measured.L3];
        for (int level = 0; level < levels; level++)
        {
            if (ByteSize.Parse(names[level]) is not (>= LeastBytes and <= Caches.MostBytes and long bytes)) throw Fault(text);

            floats[level] = (int)(bytes / sizeof(float));
        }

        if (levels == 2 && !measured.HasL3) floats[2] = floats[1];
        bool ascends = floats[0] <= floats[1] && floats[1] <= floats[2];
        return ascends
            ? measured with { L1 = floats[0], L2 = floats[1], L3 = floats[2] }
            : throw Fault(text, levels < 3 ? $" Levels that it does not set stay as this machine has them: {measured}." : "");
    }

    private static InvalidOperationException Fault(string text, string more = "") =>
        new($"{EnvironmentVariable} must hold one to three sizes from {LeastBytes >> 10}K to {Caches.MostBytes >> 20}M, with commas "
            + $"between them: L1d, L2 and L3, none smaller than the one before, such as \"32K,512K,16M\". But it is \"{text}\".{more}");
}
