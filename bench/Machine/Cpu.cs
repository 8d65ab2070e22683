using System.Globalization;
using System.Text.RegularExpressions;
using BenchmarkDotNet.Environments;
using FastNN.Hardware;

namespace FastNN.Bench.Machine;

/// <summary>The processor: its name, and its caches where the operating system tells of them in files (Linux).</summary>
internal static partial class Cpu
{
    private const long SmallestMemory = 64 << 20, LargestMemory = 512 << 20;
    private static readonly (string Level, long Bytes)[] s_caches = [.. FindCaches().OrderBy(cache => cache.Bytes)];

    internal static string Name { get; } =
        Processor.CanBeAsked ? Processor.Name : HostEnvironmentInfo.GetCurrent().Cpu.Value?.ProcessorName ?? Processor.Name;

    /// <summary>The name as that of a folder.</summary>
    internal static string Folder => NotInNames().Replace(Name.ToLowerInvariant(), "-").Trim('-');

    /// <summary>A buffer of half of each cache, and one that fits in none.</summary>
    internal static IEnumerable<long> TypicalWorkingSets =>
        [.. s_caches.Select(cache => cache.Bytes / 2), Math.Clamp(4 * s_caches.LastOrDefault().Bytes, SmallestMemory, LargestMemory)];

    /// <summary>The name of the smallest data cache that holds this many bytes.</summary>
    internal static string CacheFor(long bytes) =>
        s_caches.Length == 0 ? "cache or memory" : s_caches.FirstOrDefault(cache => cache.Bytes >= bytes, ("memory", 0)).Level;

    private static IEnumerable<(string Level, long Bytes)> FindCaches()
    {
        const string root = "/sys/devices/system/cpu/cpu0/cache";
        if (!Directory.Exists(root)) yield break;

        foreach (string cache in Directory.EnumerateDirectories(root, "index*"))
        {
            string Read(string file) => File.ReadAllText(Path.Combine(cache, file)).Trim();
            if (!File.Exists(Path.Combine(cache, "size")) || Read("type") == "Instruction") continue;

            yield return ($"L{Read("level")}", long.Parse(Read("size").TrimEnd('K'), CultureInfo.InvariantCulture) * 1024);
        }
    }

    [GeneratedRegex("[^a-z0-9]+")]
    private static partial Regex NotInNames();
}
