using System.Buffers.Binary;
using System.Runtime.InteropServices;
using System.Text;

namespace FastNN.Tests.Files;

/// <summary>Safetensors files written by hand: whole ones, and parts that do not fit.</summary>
internal static class TensorFile
{
    /// <summary>A tensor's entry and data. The order of the tensors gives the offsets.</summary>
    internal sealed record Tensor(string Name, string Type, long[] Shape, byte[] Data);

    /// <summary>The file as PyTorch writes it, except for the order.</summary>
    internal static byte[] Of(params ReadOnlySpan<Tensor> tensors)
    {
        var entries = new StringBuilder("{\"__metadata__\":{\"format\":\"pt\"}");
        List<byte> data = [];
        foreach (Tensor tensor in tensors)
        {
            string shape = string.Join(',', tensor.Shape), offsets = $"{data.Count},{data.Count + tensor.Data.Length}";
            entries.Append($",\"{tensor.Name}\":{{\"dtype\":\"{tensor.Type}\",\"shape\":[{shape}],\"data_offsets\":[{offsets}]}}");
            data.AddRange(tensor.Data);
        }

        return Of(entries.Append('}').ToString(), [.. data]);
    }

    /// <summary>The length, the header padded with spaces to a multiple of 8, and the data.</summary>
    internal static byte[] Of(string header, byte[] data) => Of(Encoding.UTF8.GetBytes(header.PadRight((header.Length + 7) / 8 * 8)), data);

    internal static byte[] Of(byte[] header, byte[] data)
    {
        byte[] length = new byte[sizeof(ulong)];
        BinaryPrimitives.WriteUInt64LittleEndian(length, (ulong)header.Length);
        return [.. length, .. header, .. data];
    }

    internal static Tensor F32(string name, long[] shape, params float[] values) =>
        new(name, "F32", shape, MemoryMarshal.AsBytes<float>(values).ToArray());

    internal static Tensor F64(string name, long[] shape, params double[] values) =>
        new(name, "F64", shape, MemoryMarshal.AsBytes<double>(values).ToArray());

    internal static Tensor F16(string name, long[] shape, params float[] values) =>
        new(name, "F16", shape, MemoryMarshal.AsBytes<Half>(Array.ConvertAll(values, value => (Half)value)).ToArray());

    /// <summary>The upper halves of floats.</summary>
    internal static Tensor BF16(string name, long[] shape, params float[] values) =>
        new(name, "BF16", shape, [.. MemoryMarshal.AsBytes<float>(values).ToArray().Where((_, k) => k % sizeof(float) >= sizeof(ushort))]);

    /// <summary>The header of a file.</summary>
    internal static string HeaderOf(ReadOnlySpan<byte> file) => Encoding.UTF8.GetString(file.Slice(sizeof(ulong), HeaderLength(file)));

    /// <summary>The bytes behind the header.</summary>
    internal static byte[] DataOf(ReadOnlySpan<byte> file) => file[(sizeof(ulong) + HeaderLength(file))..].ToArray();

    /// <summary>The file with another header.</summary>
    internal static byte[] Edit(byte[] file, Func<string, string> edit) => Of(edit(HeaderOf(file)), DataOf(file));

    /// <summary>The bytes of a network's file.</summary>
    internal static byte[] Saved(Network network)
    {
        using var stream = new MemoryStream();
        network.Save(stream);
        return stream.ToArray();
    }

    private static int HeaderLength(ReadOnlySpan<byte> file) => (int)BinaryPrimitives.ReadUInt64LittleEndian(file);
}

/// <summary>A stream that does not know its length and position. It gives few bytes at a time.</summary>
internal sealed class Trickle(byte[] bytes, int most) : MemoryStream(bytes)
{
    public override bool CanSeek => false;

    public override long Length => throw new NotSupportedException();

    public override long Position
    {
        get => throw new NotSupportedException();
        set => throw new NotSupportedException();
    }

    public override int Read(Span<byte> buffer) => base.Read(buffer[..Math.Min(buffer.Length, most)]);

    public override int Read(byte[] buffer, int offset, int count) => base.Read(buffer, offset, Math.Min(count, most));
}

/// <summary>A slow stream: something changes before the bytes of a write arrive, those of the first or of a later one.</summary>
internal sealed class ChangingStream(Action change, int before = 1) : MemoryStream
{
    private int _writes;

    internal bool HasChanged => _writes >= before;

    public override void Write(ReadOnlySpan<byte> buffer)
    {
        if (++_writes == before) change();
        base.Write(buffer);
    }
}
