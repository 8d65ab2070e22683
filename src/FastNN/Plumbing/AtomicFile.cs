using System.Text;

namespace FastNN.Plumbing;

/// <summary>Files that are there as a whole or not at all.</summary>
internal static class AtomicFile
{
    private const int MostOfName = 255; // bytes that file systems take

    /// <summary>
    /// Writes a file so that whoever opens the path at any time, after a crash too, finds the old content or the new, never a part: into a temporary file
    /// in the same folder, named "NAME.GUID.tmp", whose content goes to the disk before the name is changed to <paramref name="path"/>. If anything fails, the
    /// temporary file is removed, and what was at the path stays.
    /// </summary>
    /// <remarks>
    /// Not promised: that the new name has itself reached the disk on return. .NET opens no folder, so it cannot be flushed, and after a loss of power
    /// the path may hold the old content for the seconds that the file system takes. A process that is killed meanwhile leaves the temporary file. A
    /// symbolic link at the path is replaced by a file. On Unix the file has the mode of the one that it replaces, but is owned by who writes it; on Windows
    /// it has the permissions of a new one.
    /// </remarks>
    /// <param name="path">The file to create or to replace.</param>
    /// <param name="write">Writes the content, and leaves the stream open.</param>
    internal static void Write(string path, Action<Stream> write)
    {
        ArgumentException.ThrowIfNullOrEmpty(path);
        string target = Path.GetFullPath(path);
        string folder = Path.GetDirectoryName(target) ?? target, temporary = Path.Combine(folder, TemporaryName(Path.GetFileName(target)));
        if (!Directory.Exists(folder)) throw new DirectoryNotFoundException($"The folder of '{target}' must exist, but does not.");

        var stream = new FileStream(temporary, FileMode.CreateNew, FileAccess.Write);
        try
        {
            using (stream)
            {
                if (!OperatingSystem.IsWindows() && File.Exists(target)) // before the content, which not all may be allowed to read
                    File.SetUnixFileMode(stream.SafeFileHandle, File.GetUnixFileMode(target));
                write(stream);
                stream.Flush(flushToDisk: true);
            }

            File.Move(temporary, target, overwrite: true);
        }
        catch
        {
            Remove(temporary);
            throw;
        }
    }

    /// <summary>The name, as far as there is room for it, made unique.</summary>
    private static string TemporaryName(string name)
    {
        string suffix = $".{Guid.NewGuid():N}.tmp";
        int room = MostOfName - suffix.Length, length = Math.Min(name.Length, room);
        while (Encoding.UTF8.GetByteCount(name.AsSpan(0, length)) > room || (length > 0 && char.IsHighSurrogate(name[length - 1]))) length--;
        return name[..length] + suffix;
    }

    /// <summary>Removes the file if that can be done: the exception on its way says more than one from here would.</summary>
    private static void Remove(string temporary)
    {
        try
        {
            File.Delete(temporary);
        }
        catch (Exception exception) when (exception is IOException or UnauthorizedAccessException)
        {
        }
    }
}
