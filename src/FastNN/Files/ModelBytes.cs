namespace FastNN.Files;

/// <summary>
/// The bytes of a file in order, from where a stream stands to its end. Where nobody knows the length, they are read and kept in pieces as they come:
/// memory grows with what is there, whatever a header claims.
/// </summary>
/// <param name="stream">Is read once, and left open.</param>
/// <param name="length">The bytes that it has; null where only its end will tell.</param>
internal sealed class ModelBytes(Stream stream, long? length)
{
    private const int ChunkBytes = 1 << 18;
    private Queue<byte[]>? _chunks;
    private long _position;
    private int _taken; // of the first chunk

    /// <summary>Fills <paramref name="target"/>.</summary>
    /// <exception cref="ModelFormatException">The bytes end before; <paramref name="what"/> they should have been.</exception>
    internal void Read(Span<byte> target, string what)
    {
        int read = _chunks is null ? stream.ReadAtLeast(target, target.Length, throwOnEndOfStream: false) : Take(target);
        _position += read;
        if (read < target.Length) throw Ended(what);
    }

    /// <summary>Makes sure that so many bytes follow, and no more.</summary>
    /// <exception cref="ModelFormatException">There are less or more.</exception>
    internal void ExpectRest(long count)
    {
        if (length is { } known)
        {
            if (known - _position != count) throw Differs(count, $"{known - _position}");
            return;
        }

        Queue<byte[]> chunks = [];
        for (long done = 0; done < count; done += ChunkBytes)
        {
            byte[] chunk = new byte[Math.Min(ChunkBytes, count - done)];
            int read = stream.ReadAtLeast(chunk, chunk.Length, throwOnEndOfStream: false);
            if (read < chunk.Length) throw Differs(count, $"{done + read}");
            chunks.Enqueue(chunk);
        }

        if (stream.ReadByte() >= 0) throw Differs(count, "more");
        _chunks = chunks;
    }

    private int Take(Span<byte> target)
    {
        int taken = 0;
        while (taken < target.Length && _chunks!.TryPeek(out byte[]? chunk))
        {
            int part = Math.Min(target.Length - taken, chunk.Length - _taken);
            chunk.AsSpan(_taken, part).CopyTo(target[taken..]);
            taken += part;
            _taken += part;
            if (_taken < chunk.Length) continue;

            _chunks.Dequeue();
            _taken = 0;
        }

        return taken;
    }

    private ModelFormatException Ended(string what) => new($"The file ends after {_position} bytes, within {FileText.Clip(what)}.");

    private static ModelFormatException Differs(long expected, string actual) =>
        new($"The tensors of the header take {expected} bytes, but {actual} follow the header.");
}
