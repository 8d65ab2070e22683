using System.Buffers;
using System.Runtime.InteropServices;
using FastNN.Dispatch;

namespace FastNN.Files;

/// <summary>
/// The counterpart of <see cref="SafetensorsTensorReader"/>. It writes block by block to a stream. If the stream is null, it only computes
/// checksums. The calls before one of <see cref="End"/> write one tensor, part after part. A block holds many small parts.
/// </summary>
internal sealed unsafe class SafetensorsTensorWriter(Stream? target) : IDisposable
{
    private const int BlockFloats = 1 << 14;
    private readonly float[] _block = ArrayPool<float>.Shared.Rent(BlockFloats);
    private int _filled; // bytes
    private Crc32C _checksum = new();

    /// <summary>Returns the rented memory.</summary>
    public void Dispose() => ArrayPool<float>.Shared.Return(_block);

    /// <summary>Writes numbers in their order, from a copy: a number may change between its checksum and its way into the file.</summary>
    internal void Flat<T>(ReadOnlySpan<T> values)
        where T : unmanaged
    {
        int block = BlockFloats * sizeof(float) / sizeof(T);
        for (int first = 0, count; first < values.Length; first += count)
        {
            count = Math.Min(values.Length - first, block);
            values.Slice(first, count).CopyTo(MemoryMarshal.Cast<byte, T>(Room(count * sizeof(T))));
        }
    }

    /// <summary>
    /// Writes [n_in, n_out] in a layer to [n_out, n_in] in the file. A block has as many whole rows as fit, or a part of one row.
    /// </summary>
    internal void Weights(ReadOnlySpan<float> weights, int inputs, int outputs, KernelSet kernels)
    {
        int columns = Math.Min(inputs, BlockFloats), most = BlockFloats / columns;
        for (int r = 0, rows; r < outputs; r += rows)
        {
            rows = columns < inputs ? 1 : Math.Min(most, outputs - r);
            for (int c = 0, count; c < inputs; c += count)
            {
                count = Math.Min(columns, inputs - c);
                fixed (float* w = weights)
                fixed (byte* room = Room(rows * count * sizeof(float)))
                    kernels.Transpose(w + (nint)c * outputs + r, outputs, count, rows, (float*)room, count);
            }
        }
    }

    /// <summary>Ends a tensor.</summary>
    /// <returns>The checksum of its bytes.</returns>
    internal Crc32C End()
    {
        Flush();
        Crc32C checksum = _checksum;
        _checksum = new Crc32C();
        return checksum;
    }

    /// <summary>Room for the next bytes of the tensor, at most a block.</summary>
    private Span<byte> Room(int bytes)
    {
        if (_filled + bytes > BlockFloats * sizeof(float)) Flush();
        _filled += bytes;
        return MemoryMarshal.AsBytes(_block.AsSpan()).Slice(_filled - bytes, bytes);
    }

    private void Flush()
    {
        ReadOnlySpan<byte> block = MemoryMarshal.AsBytes(_block.AsSpan())[.._filled];
        _checksum.Append(block);
        target?.Write(block);
        _filled = 0;
    }
}
