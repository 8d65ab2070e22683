namespace FastNN.Files;

/// <summary>What holds for files of every format.</summary>
internal static class FileRules
{
    /// <summary>The most layers of a network that is read. Safetensors files are also written with this many at most.</summary>
    internal const int MaxLayers = 1000;

    /// <summary>Files are little-endian. Their bytes become numbers in memory as they are.</summary>
    /// <exception cref="PlatformNotSupportedException">The process is big-endian.</exception>
    internal static void RequireLittleEndian() => RequireLittleEndian(BitConverter.IsLittleEndian);

    internal static void RequireLittleEndian(bool isLittleEndian)
    {
        if (isLittleEndian) return;

        throw new PlatformNotSupportedException(
            "Networks are saved and loaded only on little-endian processors. This one is big-endian.");
    }
}
