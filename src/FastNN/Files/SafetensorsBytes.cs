namespace FastNN.Files;

/// <summary>
/// The bytes of a file in order, from the position of a stream to its end. If the length is not known, the bytes are read and kept in
/// pieces. Memory then grows with the bytes that are there, whatever a header claims.
/// </summary>
/// <param name="stream">It is read once, and stays open.</param>
/// <param name="length">The number of bytes; null if only the end of the stream tells it.</param>
internal sealed class SafetensorsBytes(Stream stream, long? length)
{
    private const int ChunkBytes = 1 << 18;
    private Queue<byte[]>? _chunks;
    private long _position;
    private int _taken; // of the first chunk

    /// <summary>Fills <paramref name="target"/>.</summary>
    /// <exception cref="ModelFormatException">The bytes end too early. <paramref name="what"/> names what they should be.</exception>
    internal void Read(Span<byte> target, string what)
    {
        int read = _chunks is null ? stream.ReadAtLeast(target, target.Length, throwOnEndOfStream: false) : Take(target);
        _position += read;
        if (read < target.Length) throw Ended(what);
    }

    /// <summary>Checks that exactly <paramref name="count"/> bytes follow.</summary>
    /// <exception cref="ModelFormatException">There are fewer or more.</exception>
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
