using System.Globalization;
using System.Runtime.Intrinsics.X86;
using System.Text.RegularExpressions;
using BenchmarkDotNet.Environments;

namespace FastNN.Bench;

/// <summary>The processor: its name, and its caches where the operating system tells of them in files (Linux).</summary>
internal static partial class Cpu
{
    private const long SmallestMemory = 64 << 20, LargestMemory = 512 << 20;
    private static readonly (string Level, long Bytes)[] s_caches = [.. FindCaches().OrderBy(cache => cache.Bytes)];

    /// <summary>What it calls itself, and its family and model, because a virtual machine often says too little.</summary>
    internal static string Name { get; } = FindName();

    /// <summary>The name as that of a folder.</summary>
    internal static string Folder => NotInNames().Replace(Name.ToLowerInvariant(), "-").Trim('-');

    /// <summary>A buffer of half of each cache, and one that fits in none.</summary>
    internal static IEnumerable<long> TypicalWorkingSets =>
        [.. s_caches.Select(cache => cache.Bytes / 2), Math.Clamp(4 * s_caches.LastOrDefault().Bytes, SmallestMemory, LargestMemory)];

    /// <summary>The name of the smallest data cache that holds this many bytes.</summary>
    internal static string CacheFor(long bytes) =>
        s_caches.Length == 0 ? "cache or memory" : s_caches.FirstOrDefault(cache => cache.Bytes >= bytes, ("memory", 0)).Level;

    private static string FindName()
    {
        string name = HostEnvironmentInfo.GetCurrent().Cpu.Value?.ProcessorName ?? "unknown processor";
        if (!X86Base.IsSupported) return name;

        int version = X86Base.CpuId(1, 0).Eax, family = version >> 8 & 0xF, model = version >> 4 & 0xF;
        if (family is 6 or 15) model += (version >> 16 & 0xF) << 4;
        if (family == 15) family += version >> 20 & 0xFF;
        return $"{name}, family {family}, model {model}";
    }

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
