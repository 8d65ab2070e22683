using System.Buffers;
using System.Runtime.InteropServices;
using FastNN.Contract;

namespace FastNN.Files;

/// <summary>The twin of <see cref="TensorReader"/>: block by block into a stream, or, where that is null, into the checksum alone.</summary>
internal sealed unsafe class TensorWriter(Stream? target) : IDisposable
{
    private const int BlockFloats = 1 << 14;
    private readonly float[] _block = ArrayPool<float>.Shared.Rent(BlockFloats);

    /// <summary>Returns what was rented.</summary>
    public void Dispose() => ArrayPool<float>.Shared.Return(_block);

    /// <summary>Numbers as they lie.</summary>
    /// <returns>The checksum of their bytes.</returns>
    internal Crc32C Flat(ReadOnlySpan<float> values)
    {
        var checksum = new Crc32C();
        Write(values, ref checksum);
        return checksum;
    }

    /// <summary>[n_in, n_out] in a layer to [n_out, n_in] in the file: as many whole rows as fit a block, or a part of one.</summary>
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

    private void Write(ReadOnlySpan<float> values, ref Crc32C checksum)
    {
        checksum.Append(MemoryMarshal.AsBytes(values));
        target?.Write(MemoryMarshal.AsBytes(values));
    }
}
