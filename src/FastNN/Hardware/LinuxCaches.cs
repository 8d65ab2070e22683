using System.Globalization;

namespace FastNN.Hardware;

/// <summary>
/// The caches as Linux says them: in text files, a folder for each cache. They are those of the first core. If a processor has cores of
/// several kinds, this may be a small one.
/// </summary>
internal static class LinuxCaches
{
    internal const string Folder = "/sys/devices/system/cpu/cpu0/cache";

    /// <param name="folder">Has the folders index0, index1 and so on.</param>
    internal static CacheSizes Read(string folder)
    {
        try
        {
            var known = default(CacheSizes);
            foreach (string cache in Directory.GetDirectories(folder, "index*").Order(StringComparer.Ordinal))
            {
                string Text(string name) => File.Exists(Path.Combine(cache, name)) ? File.ReadAllText(Path.Combine(cache, name)) : "";
                if (Text("type").Trim() is not ("Data" or "Unified")) continue;
                if (!int.TryParse(Text("level"), CultureInfo.InvariantCulture, out int level)) continue;

                known = known.With(level, ByteSize.Parse(Text("size")) ?? 0, ByteSize.Parse(Text("coherency_line_size")) ?? 0);
            }

            return known;
        }
        catch (Exception exception) when (exception is IOException or UnauthorizedAccessException)
        {
            return default; // some systems hide the folder
        }
    }
}
