namespace FastNN.Hardware;

/// <summary>The caches as the operating system says them.</summary>
internal static class SystemCaches
{
    /// <summary>Never throws. If the system does not say them, they are not known.</summary>
    internal static CacheSizes Read() =>
        OperatingSystem.IsLinux() || OperatingSystem.IsAndroid() ? LinuxCaches.Read(LinuxCaches.Folder)
        : OperatingSystem.IsMacOS() ? MacCaches.Read()
        : OperatingSystem.IsWindows() ? WindowsCaches.Read()
        : default;
}
