using FastNN.Hardware;

namespace FastNN.Tuning;

/// <summary>The caches that routes count with, and who says so.</summary>
/// <param name="Caches">Of one core.</param>
/// <param name="Origin">Who says each size, in words.</param>
/// <param name="Fault">What is wrong with the setting. Null if nothing is. With a fault it counts for nothing.</param>
internal sealed record KnownCaches(Caches Caches, string Origin, string? Fault)
{
    private const string Assumed = "assumed";

    /// <summary>Of this machine: the processor is asked first, then the operating system. The setting comes before both.</summary>
    internal static KnownCaches Measure()
    {
        string? setting = Environment.GetEnvironmentVariable(ForcedCaches.EnvironmentVariable);
        return Processor.Caches is { AreKnown: true } said
            ? From(said, "measured by CPUID", setting)
            : From(SystemCaches.Read(), "told by the operating system", setting);
    }

    /// <param name="said">What somebody says of the caches.</param>
    /// <param name="source">Who that is, in words.</param>
    /// <param name="setting">The value of the environment variable.</param>
    internal static KnownCaches From(in CacheSizes said, string source, string? setting)
    {
        Caches measured = Caches.Of(in said);
        try
        {
            Caches caches = ForcedCaches.Parse(setting, in measured, out int levels);
            return new KnownCaches(caches, OriginOf(in caches, in said, source, levels), Fault: null);
        }
        catch (InvalidOperationException fault)
        {
            return new KnownCaches(measured, OriginOf(in measured, in said, source, levels: 0), fault.Message);
        }
    }

    /// <summary>Sizes of the same origin stand together. There are words for one origin and for several.</summary>
    private static string OriginOf(in Caches used, in CacheSizes said, string source, int levels)
    {
        string set = $"set by {ForcedCaches.EnvironmentVariable}";
        (string Name, string Origin)[] sizes =
        [
            ("L1d", levels >= 1 ? set : OfLevel(used.L1, said.L1)),
            ("L2", levels >= 2 ? set : OfLevel(used.L2, said.L2)),
            ("L3", levels >= 3 ? set : OfLevel(used.L3, said.L3)),
            ("line", used.Line == said.Line ? source : Assumed),
        ];
        bool hasL3 = used.HasL3;
        var origins = (from size in sizes
                       where size.Name != "L3" || hasL3
                       group size.Name by size.Origin).ToArray();
        return origins.Length == 1
            ? origins[0].Key
            : string.Join("; ", origins.Select(names => $"{string.Join(", ", names)} {names.Key}"));

        string OfLevel(int floats, long bytes) => floats == bytes / sizeof(float) ? source : Assumed;
    }
}
