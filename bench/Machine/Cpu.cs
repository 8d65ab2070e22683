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

    /// <summary>The widest vectors that the processor has.</summary>
    internal static KernelVariant Widest { get; } =
        Processor.HasAvx512 ? KernelVariant.Vector512 : Processor.HasAvx2 ? KernelVariant.Vector256 : KernelVariant.Vector128;

    /// <summary>The widest vectors that this process uses.</summary>
    internal static KernelVariant WidestInUse => Kernels.Supported[^1];

    /// <summary>The name, and what of the processor this process does not use, for tables and pictures.</summary>
    internal static string Description => Describe(Name, Widest, WidestInUse);

    /// <summary>The folder for results: one for each processor, and one more for narrower vectors.</summary>
    internal static string Folder => FolderOf(Name, Widest, WidestInUse);

    internal static string Describe(string name, KernelVariant widest, KernelVariant inUse) => inUse >= widest
        ? name
        : inUse switch
        {
            KernelVariant.Vector256 => $"{name}, AVX-512 off",
            KernelVariant.Vector128 => $"{name}, AVX2 off",
            _ => $"{name}, vectors off",
        };

    internal static string FolderOf(string name, KernelVariant widest, KernelVariant inUse) =>
        NotInNames().Replace((inUse < widest ? $"{name} {inUse}" : name).ToLowerInvariant(), "-").Trim('-');

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
