using System.Buffers;
using System.Runtime.InteropServices;
using FastNN.Contract;
using FastNN.Dispatch;

namespace FastNN.Files;

/// <summary>
/// Reads the data of tensors in the order of the file, in blocks that fit the cache. It adds each block to the checksum, and writes it
/// where it belongs. The kernel that transposes batches transposes W.
/// </summary>
/// <param name="file">The bytes, from the first byte of the data on.</param>
/// <param name="checks">Whether to compute checksums.</param>
internal sealed unsafe class SafetensorsTensorReader(SafetensorsBytes file, bool checks) : IDisposable
{
    private const int BlockBytes = 1 << 16;
    private readonly byte[] _raw = ArrayPool<byte>.Shared.Rent(BlockBytes);
    private float[]? _converted; // only for numbers that are not floats
    private Crc32C _checksum;

    /// <summary>Returns the rented memory.</summary>
    public void Dispose()
    {
        ArrayPool<byte>.Shared.Return(_raw);
        if (_converted is not null) ArrayPool<float>.Shared.Return(_converted);
    }

    /// <summary>Reads the numbers of a tensor in their order.</summary>
    /// <returns>The checksum of their bytes. The other methods return the same.</returns>
    internal Crc32C Flat(SafetensorsEntry tensor, Span<float> target)
    {
        _checksum = new Crc32C();
        int block = BlockOf(tensor.Type);
        for (; !target.IsEmpty; target = target[Math.Min(block, target.Length)..])
            Block(tensor, Math.Min(block, target.Length)).CopyTo(target);
        return _checksum;
    }

    /// <summary>
    /// Reads [n_out, n_in] in the file to [n_in, n_out] in a layer. A block has as many rows as fit, a multiple of 16 or 4 if possible, or
    /// a part of one row.
    /// </summary>
    internal Crc32C Weights(SafetensorsEntry tensor, Network network, in LayerShape layer)
    {
        _checksum = new Crc32C();
        KernelSet scalar = KernelSet.For(KernelVariant.Scalar);
        float* w = network.Buffer.Pointer + layer.Weights;
        int block = BlockOf(tensor.Type), columns = Math.Min(layer.Inputs, block), most = block / columns;
        most -= most >= 16 ? most % 16 : most >= 4 ? most % 4 : 0;
        for (int r = 0, rows; r < layer.Outputs; r += rows)
        {
            rows = columns < layer.Inputs ? 1 : Math.Min(most, layer.Outputs - r);
            // With fewer than four rows, the vectorised kernel writes beside the rows.
            KernelSet kernels = rows >= 4 || rows == layer.Outputs ? network.Plan.Kernels : scalar;
            for (int c = 0, count; c < layer.Inputs; c += count)
            {
                count = Math.Min(columns, layer.Inputs - c);
                fixed (float* source = Block(tensor, rows * count))
                    kernels.Transpose(source, count, rows, count, w + (nint)c * layer.Outputs + r, layer.Outputs);
            }
        }

        return _checksum;
    }

    /// <summary>Reads the bytes of a tensor as they are.</summary>
    internal Crc32C Bytes(SafetensorsEntry tensor, Span<byte> target)
    {
        _checksum = new Crc32C();
        for (; !target.IsEmpty; target = target[Math.Min(BlockBytes, target.Length)..])
            Raw(tensor, Math.Min(BlockBytes, target.Length)).CopyTo(target);
        return _checksum;
    }

    /// <summary>Reads the bytes of a tensor that is not needed.</summary>
    internal Crc32C Skip(SafetensorsEntry tensor)
    {
        _checksum = new Crc32C();
        for (long left = tensor.End - tensor.Begin; left > 0; left -= BlockBytes) Raw(tensor, (int)Math.Min(BlockBytes, left));
        return _checksum;
    }

    private static int BlockOf(SafetensorsType type) => BlockBytes / Math.Max(sizeof(float), type.Size());

    private ReadOnlySpan<float> Block(SafetensorsEntry tensor, int count)
    {
        Span<byte> raw = Raw(tensor, count * tensor.Type.Size());
        if (tensor.Type == SafetensorsType.F32) return MemoryMarshal.Cast<byte, float>(raw);

        Span<float> floats = (_converted ??= ArrayPool<float>.Shared.Rent(BlockBytes / sizeof(float))).AsSpan(0, count);
        tensor.Type.Convert(raw, floats);
        return floats;
    }

    private Span<byte> Raw(SafetensorsEntry tensor, int bytes)
    {
        Span<byte> raw = _raw.AsSpan(0, bytes);
        file.Read(raw, tensor.Name);
        if (checks) _checksum.Append(raw);
        return raw;
    }
}
