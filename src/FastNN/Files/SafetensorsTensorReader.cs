using System.Buffers;
using System.Runtime.InteropServices;
using FastNN.Contract;
using FastNN.Dispatch;

namespace FastNN.Files;

/// <summary>
/// Reads the data of tensors in the order of the file, in blocks that fit the cache. It adds each block to the checksum, and writes it
/// where it belongs. The kernel that transposes batches transposes W. The calls between two of <see cref="Start"/> read one tensor, part
/// after part. A block holds many small parts.
/// </summary>
/// <param name="file">The bytes, from the first byte of the data on.</param>
/// <param name="checks">Whether to compute checksums.</param>
internal sealed unsafe class SafetensorsTensorReader(SafetensorsBytes file, bool checks) : IDisposable
{
    private const int BlockBytes = 1 << 16;
    private readonly byte[] _raw = ArrayPool<byte>.Shared.Rent(BlockBytes);
    private float[]? _converted; // only for numbers that are not floats
    private SafetensorsEntry _tensor = null!; // since Start
    private long _left; // bytes of the tensor that are not in the block yet
    private int _next, _end; // what is in the block and was not taken
    private Crc32C _checksum;

    /// <summary>The checksum of what was read of the tensor.</summary>
    internal Crc32C Checksum => _checksum;

    /// <summary>Returns the rented memory.</summary>
    public void Dispose()
    {
        ArrayPool<byte>.Shared.Return(_raw);
        if (_converted is not null) ArrayPool<float>.Shared.Return(_converted);
    }

    /// <summary>Begins with a tensor, the next one in the file. The one before was read to its end.</summary>
    internal void Start(SafetensorsEntry tensor)
    {
        _tensor = tensor;
        _left = tensor.End - tensor.Begin;
        _checksum = new Crc32C();
    }

    /// <summary>Reads numbers in their order.</summary>
    internal void Flat(Span<float> target)
    {
        int block = BlockOf(_tensor.Type);
        for (; !target.IsEmpty; target = target[Math.Min(block, target.Length)..])
            Block(Math.Min(block, target.Length)).CopyTo(target);
    }

    /// <summary>
    /// Reads [n_out, n_in] in the file to [n_in, n_out] in a layer. A block has as many rows as fit, a multiple of 16 or 4 if possible, or
    /// a part of one row.
    /// </summary>
    internal void Weights(Network network, in LayerShape layer)
    {
        KernelSet scalar = KernelSet.For(KernelVariant.Scalar);
        float* w = network.Buffer.Pointer + layer.Weights;
        int block = BlockOf(_tensor.Type), columns = Math.Min(layer.Inputs, block), most = block / columns;
        most -= most >= 16 ? most % 16 : most >= 4 ? most % 4 : 0;
        for (int r = 0, rows; r < layer.Outputs; r += rows)
        {
            rows = columns < layer.Inputs ? 1 : Math.Min(most, layer.Outputs - r);
            // With fewer than four rows, the vectorised kernel writes beside the rows.
            KernelSet kernels = rows >= 4 || rows == layer.Outputs ? network.Plan.Kernels : scalar;
            for (int c = 0, count; c < layer.Inputs; c += count)
            {
                count = Math.Min(columns, layer.Inputs - c);
                fixed (float* source = Block(rows * count))
                    kernels.Transpose(source, count, rows, count, w + (nint)c * layer.Outputs + r, layer.Outputs);
            }
        }
    }

    /// <summary>Reads bytes as they are.</summary>
    internal void Bytes(Span<byte> target)
    {
        for (; !target.IsEmpty; target = target[Math.Min(BlockBytes, target.Length)..])
            Raw(Math.Min(BlockBytes, target.Length)).CopyTo(target);
    }

    /// <summary>Reads the bytes of a tensor that is not needed.</summary>
    internal void Skip()
    {
        while (_left > 0) Raw((int)Math.Min(BlockBytes, _left));
    }

    private static int BlockOf(SafetensorsType type) => BlockBytes / Math.Max(sizeof(float), type.Size());

    private ReadOnlySpan<float> Block(int count)
    {
        ReadOnlySpan<byte> raw = Raw(count * _tensor.Type.Size());
        if (_tensor.Type == SafetensorsType.F32) return MemoryMarshal.Cast<byte, float>(raw);

        Span<float> floats = (_converted ??= ArrayPool<float>.Shared.Rent(BlockBytes / sizeof(float))).AsSpan(0, count);
        _tensor.Type.Convert(raw, floats);
        return floats;
    }

    /// <summary>The next bytes of the tensor, at most a block. They stay until the next call.</summary>
    private ReadOnlySpan<byte> Raw(int bytes)
    {
        if (_end - _next < bytes) Fill(bytes);
        _next += bytes;
        return _raw.AsSpan(_next - bytes, bytes);
    }

    /// <summary>Fills the block with as many parts of this size as fit, and as the tensor has.</summary>
    private void Fill(int bytes)
    {
        int rest = _end - _next;
        _raw.AsSpan(_next, rest).CopyTo(_raw);
        Span<byte> more = _raw.AsSpan(rest, (int)Math.Min(_left, BlockBytes / bytes * bytes - rest));
        file.Read(more, _tensor.Name);
        if (checks) _checksum.Append(more);
        _left -= more.Length;
        (_next, _end) = (0, rest + more.Length);
    }
}
