using System.Buffers;
using System.Runtime.InteropServices;
using FastNN.Contract;

namespace FastNN.Files;

/// <summary>
/// The counterpart of <see cref="SafetensorsTensorReader"/>. It writes block by block to a stream. If the stream is null, it only computes
/// checksums.
/// </summary>
internal sealed unsafe class SafetensorsTensorWriter(Stream? target) : IDisposable
{
    private const int BlockFloats = 1 << 14;
    private readonly float[] _block = ArrayPool<float>.Shared.Rent(BlockFloats);

    /// <summary>Returns the rented memory.</summary>
    public void Dispose() => ArrayPool<float>.Shared.Return(_block);

    /// <summary>Writes numbers in their order, from a copy: a number may change between its checksum and its way into the file.</summary>
    /// <returns>The checksum of their bytes.</returns>
    internal Crc32C Flat<T>(ReadOnlySpan<T> values)
        where T : unmanaged
    {
        var checksum = new Crc32C();
        Span<T> block = MemoryMarshal.Cast<float, T>(_block.AsSpan(0, BlockFloats));
        for (int first = 0, count; first < values.Length; first += count)
        {
            count = Math.Min(values.Length - first, block.Length);
            values.Slice(first, count).CopyTo(block);
            Write(block[..count], ref checksum);
        }

        return checksum;
    }

    /// <summary>
    /// Writes [n_in, n_out] in a layer to [n_out, n_in] in the file. A block has as many whole rows as fit, or a part of one row.
    /// </summary>
    internal Crc32C Weights(Network network, in LayerShape layer)
    {
        var checksum = new Crc32C();
        float* w = network.Buffer.Pointer + layer.Weights;
        int columns = Math.Min(layer.Inputs, BlockFloats), most = BlockFloats / columns;
        for (int r = 0, rows; r < layer.Outputs; r += rows)
        {
            rows = columns < layer.Inputs ? 1 : Math.Min(most, layer.Outputs - r);
            for (int c = 0, count; c < layer.Inputs; c += count)
            {
                count = Math.Min(columns, layer.Inputs - c);
                fixed (float* block = _block)
                    network.Plan.Kernels.Transpose(w + (nint)c * layer.Outputs + r, layer.Outputs, count, rows, block, count);
                Write(_block.AsSpan(0, rows * count), ref checksum);
            }
        }

        return checksum;
    }

    private void Write<T>(Span<T> block, ref Crc32C checksum)
        where T : unmanaged
    {
        checksum.Append(MemoryMarshal.AsBytes(block));
        target?.Write(MemoryMarshal.AsBytes(block));
    }
}
