namespace FastNN.Files;

/// <summary>The source of a file: a path, a stream or memory.</summary>
internal static class SafetensorsFile
{
    /// <summary>Reads a file. During the read nobody can overwrite it, but its name may be given to another file.</summary>
    /// <exception cref="ModelFormatException">Those of <paramref name="read"/>. The message starts with the path.</exception>
    internal static T Read<T>(string path, Func<SafetensorsBytes, T> read)
    {
        using var stream = new FileStream(path, FileMode.Open, FileAccess.Read, FileShare.Read | FileShare.Delete, bufferSize: 0);
        try
        {
            return read(new SafetensorsBytes(stream, stream.CanSeek ? stream.Length : null));
        }
        catch (ModelFormatException exception)
        {
            throw new ModelFormatException($"{path}: {exception.Message}", exception);
        }
    }

    /// <summary>Reads a stream from its position to its end. Does not ask for its length.</summary>
    internal static T Read<T>(Stream stream, Func<SafetensorsBytes, T> read)
    {
        ArgumentNullException.ThrowIfNull(stream);
        return read(new SafetensorsBytes(stream, null));
    }

    /// <summary>Reads bytes in memory.</summary>
    internal static unsafe T Read<T>(ReadOnlySpan<byte> file, Func<SafetensorsBytes, T> read)
    {
        fixed (byte* bytes = file)
        {
            using Stream stream = bytes == null ? Stream.Null : new UnmanagedMemoryStream(bytes, file.Length);
            return read(new SafetensorsBytes(stream, file.Length));
        }
    }
}
