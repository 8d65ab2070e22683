using System.Text;

namespace FastNN.Plumbing;

/// <summary>Writes files as a whole, or not at all.</summary>
internal static class AtomicFile
{
    private const int MostOfName = 255; // bytes that file systems allow

    /// <summary>
    /// Writes a file. At any time, also after a crash, the path holds the old content or the new content, never a part. The content goes to
    /// a temporary file in the same folder, "NAME.GUID.tmp", and then to the disk. After that the file is renamed to
    /// <paramref name="path"/>. If anything fails, the temporary file is removed, and the old file stays.
    /// </summary>
    /// <remarks>
    /// It is not promised that the new name has reached the disk when the method returns. .NET cannot open a folder, so a folder cannot be
    /// flushed. The file system takes some seconds to write the name. After a loss of power in this time, the path may hold the old
    /// content. A process that is killed leaves the temporary file. <see cref="ReplacedFile"/> says what is replaced, and what is not. On
    /// Unix the file keeps the mode of the file that it replaces, but its owner is the user who writes it. On Windows it has the
    /// permissions of a new file.
    /// </remarks>
    /// <param name="path">The file to create or to replace.</param>
    /// <param name="write">Writes the content, and leaves the stream open.</param>
    internal static void Write(string path, Action<Stream> write)
    {
        ArgumentException.ThrowIfNullOrEmpty(path);
        string target = Path.GetFullPath(path);
        ReplacedFile.Check(target);
        string folder = Path.GetDirectoryName(target) ?? target;
        string temporary = Path.Combine(folder, TemporaryName(Path.GetFileName(target)));
        if (!Directory.Exists(folder)) throw new DirectoryNotFoundException($"The folder of '{target}' must exist, but does not.");

        var stream = new FileStream(temporary, FileMode.CreateNew, FileAccess.Write);
        try
        {
            using (stream)
            {
                // before the content is written, because not everyone may read it
                if (!OperatingSystem.IsWindows() && ReplacedFile.ModeOf(target) is { } mode)
                    File.SetUnixFileMode(stream.SafeFileHandle, mode);
                write(stream);
                stream.Flush(flushToDisk: true);
            }

            if (OperatingSystem.IsWindows()) WindowsRename.Replace(temporary, target);
            else File.Move(temporary, target, overwrite: true);
        }
        catch
        {
            Remove(temporary);
            throw;
        }
    }

    /// <summary>A unique name that starts with the given name, as far as the name fits.</summary>
    private static string TemporaryName(string name)
    {
        string suffix = $".{Guid.NewGuid():N}.tmp";
        int room = MostOfName - suffix.Length, length = Math.Min(name.Length, room);
        while (Encoding.UTF8.GetByteCount(name.AsSpan(0, length)) > room || (length > 0 && char.IsHighSurrogate(name[length - 1])))
            length--;

        return name[..length] + suffix;
    }

    /// <summary>Removes the file if possible. The exception that caused the call says more than an exception from here would.</summary>
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
