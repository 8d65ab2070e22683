namespace FastNN.Files;

/// <summary>What holds for files of every format.</summary>
internal static class FileRules
{
    /// <summary>The most layers of a network that is read. Safetensors files are also written with this many at most.</summary>
    internal const int MaxLayers = 1000;

    /// <summary>Files are little-endian. Their bytes become numbers in memory as they are.</summary>
    /// <exception cref="PlatformNotSupportedException">The process is big-endian.</exception>
    internal static void RequireLittleEndian() => RequireLittleEndian(BitConverter.IsLittleEndian);

    /// <summary>For what changed while it was saved, for example because another thread trains the network.</summary>
    internal static InvalidOperationException Changed(string what) =>
        new($"{what} changed during Save. Another thread must not train the network, or write to it, meanwhile. What was written is no "
            + "whole file. If you gave a path, the old file is still there.");

    internal static void RequireLittleEndian(bool isLittleEndian)
    {
        if (isLittleEndian) return;

        throw new PlatformNotSupportedException(
            "Networks are saved and loaded only on little-endian processors. This one is big-endian.");
    }
}
