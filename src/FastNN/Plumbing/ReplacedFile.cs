using System.Formats.Tar;
using System.Runtime.Versioning;

namespace FastNN.Plumbing;

/// <summary>What is at a path before a file is written there.</summary>
internal static class ReplacedFile
{
    /// <summary>
    /// Checks that nothing is there, or a file, or a symbolic link. A link is replaced itself, whatever it leads to, except to a folder.
    /// </summary>
    /// <param name="target">A full path.</param>
    /// <exception cref="IOException">A folder, a named pipe, a socket or a device is there.</exception>
    /// <exception cref="UnauthorizedAccessException">A file that is read-only is there, on Windows.</exception>
    internal static void Check(string target)
    {
        var file = new FileInfo(target); // remembers what it has seen, whatever happens meanwhile
        if (FaultOf(file) is { } kind)
            throw new IOException($"'{target}' must be a file, or a link to a file, or not be there, but it is {kind}.");
        if (OperatingSystem.IsWindows() && file.Exists && file.IsReadOnly)
            throw new UnauthorizedAccessException($"'{target}' is read-only. Take this attribute away if it may be replaced.");
    }

    /// <summary>
    /// The mode of a file, which is that of its target for a link; null if nothing is there, or a link leads nowhere or to what is no file.
    /// </summary>
    [UnsupportedOSPlatform("windows")]
    internal static UnixFileMode? ModeOf(string target)
    {
        try
        {
            FileSystemInfo end = File.ResolveLinkTarget(target, returnFinalTarget: true) ?? new FileInfo(target);
            return end.Exists && FaultOf(new FileInfo(end.FullName)) is null ? end.UnixFileMode : null;
        }
        catch (IOException)
        {
            return null;
        }
    }

    private static string? FaultOf(FileInfo file)
    {
        if (Directory.Exists(file.FullName)) return "a folder";
        if (OperatingSystem.IsWindows()) return file.FullName.StartsWith(@"\\.\", StringComparison.Ordinal) ? "a device" : null;
        return !file.Exists || file.Length > 0 ? null : FaultOfEmpty(file.FullName); // the length of a link is that of its text
    }

    /// <summary>
    /// What is wrong with something that has no bytes; null for a file. File and FileInfo take pipes, sockets and devices for files, and
    /// opening a pipe waits for its other end. But an archive has entries of these kinds, and the writer opens only files.
    /// </summary>
    private static string? FaultOfEmpty(string target)
    {
        using var archive = new MemoryStream();
        try
        {
            using var writer = new TarWriter(archive, TarEntryFormat.Gnu, leaveOpen: true);
            writer.WriteEntry(target, entryName: "file");
        }
        catch (Exception exception) when (exception is IOException or UnauthorizedAccessException)
        {
            // If the operating system refuses, it is a file that is locked or secret, or that is gone. Else archives have no such entry.
            return exception.HResult == new IOException().HResult ? "a socket, or of another special kind" : null;
        }

        archive.Position = 0;
        using var reader = new TarReader(archive);
        return reader.GetNextEntry()?.EntryType switch
        {
            TarEntryType.Fifo => "a named pipe",
            TarEntryType.CharacterDevice or TarEntryType.BlockDevice => "a device",
            _ => null,
        };
    }
}
