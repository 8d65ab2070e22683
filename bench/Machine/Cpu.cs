using System.Globalization;

namespace FastNN.Bench;

/// <summary>The caches of the processor, where the operating system tells of them in files (Linux).</summary>
internal static class Cpu
{
    private static readonly (string Level, long Bytes)[] s_caches = [.. FindCaches().OrderBy(cache => cache.Bytes)];

    /// <summary>The name of the smallest data cache that holds this many bytes.</summary>
    internal static string CacheFor(long bytes)
    {
        if (s_caches.Length == 0) return "?";

        return s_caches.FirstOrDefault(cache => cache.Bytes >= bytes, ("memory", 0)).Level;
    }

    private static IEnumerable<(string Level, long Bytes)> FindCaches()
    {
        const string root = "/sys/devices/system/cpu/cpu0/cache";
        if (!Directory.Exists(root)) yield break;

        foreach (string cache in Directory.EnumerateDirectories(root, "index*"))
        {
            string Read(string file) => File.ReadAllText(Path.Combine(cache, file)).Trim();
            if (Read("type") == "Instruction") continue;

            yield return ($"L{Read("level")}", long.Parse(Read("size").TrimEnd('K'), CultureInfo.InvariantCulture) * 1024);
        }
    }
}
