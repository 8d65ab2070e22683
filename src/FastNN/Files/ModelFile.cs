namespace FastNN.Files;

/// <summary>Where files come from: a path, a stream or memory.</summary>
internal static class ModelFile
{
    /// <summary>Reads a file that nobody replaces meanwhile in place; its name may be given to another.</summary>
    /// <exception cref="ModelFormatException">As <paramref name="read"/> says, with the path before.</exception>
    internal static T Read<T>(string path, Func<ModelBytes, T> read)
    {
        using var stream = new FileStream(path, FileMode.Open, FileAccess.Read, FileShare.Read | FileShare.Delete, bufferSize: 0);
        try
        {
            return read(new ModelBytes(stream, stream.CanSeek ? stream.Length : null));
        }
        catch (ModelFormatException exception)
        {
            throw new ModelFormatException($"{path}: {exception.Message}", exception);
        }
    }

    /// <summary>Reads a stream from where it stands to its end. Its length is not asked.</summary>
    internal static T Read<T>(Stream stream, Func<ModelBytes, T> read)
    {
        ArgumentNullException.ThrowIfNull(stream);
        return read(new ModelBytes(stream, null));
    }

    /// <summary>Reads what is in memory.</summary>
    internal static unsafe T Read<T>(ReadOnlySpan<byte> file, Func<ModelBytes, T> read)
    {
        fixed (byte* bytes = file)
        {
            using Stream stream = bytes == null ? Stream.Null : new UnmanagedMemoryStream(bytes, file.Length);
            return read(new ModelBytes(stream, file.Length));
        }
    }
}
