using System.Text.Json;

namespace FastNN.Files;

/// <summary>How a tensor's numbers are written: the types that are read, and all others, which are not.</summary>
internal enum TensorType
{
    Other,
    F32,
    F16,
    BF16,
    F64,
}

/// <summary>Sizes and conversion.</summary>
internal static class TensorTypes
{
    /// <summary>The type of the name that a reader is at.</summary>
    internal static TensorType From(ref Utf8JsonReader reader) =>
        reader.ValueTextEquals("F32") ? TensorType.F32
        : reader.ValueTextEquals("F16") ? TensorType.F16
        : reader.ValueTextEquals("BF16") ? TensorType.BF16
        : reader.ValueTextEquals("F64") ? TensorType.F64
        : TensorType.Other;

    /// <summary>Bytes of a number; 0 for a type that is not read.</summary>
    internal static int Size(this TensorType type) => type switch
    {
        TensorType.F32 => sizeof(float),
        TensorType.F16 or TensorType.BF16 => sizeof(ushort),
        TensorType.F64 => sizeof(double),
        _ => 0,
    };

    /// <summary>The nearest floats: exact but for F64, whose greatest become ±∞.</summary>
    /// <param name="type">One that is read.</param>
    /// <param name="raw">As many numbers as there are floats, little-endian.</param>
    /// <param name="floats">Receives them.</param>
    internal static void Convert(this TensorType type, ReadOnlySpan<byte> raw, Span<float> floats)
    {
        int size = type.Size();
        for (int k = 0; k < floats.Length; k++)
        {
            ReadOnlySpan<byte> number = raw.Slice(k * size, size);
            floats[k] = type switch
            {
                TensorType.F16 => (float)BitConverter.ToHalf(number),
                TensorType.BF16 => BitConverter.UInt32BitsToSingle((uint)BitConverter.ToUInt16(number) << 16),
                TensorType.F64 => (float)BitConverter.ToDouble(number),
                _ => BitConverter.ToSingle(number),
            };
        }
    }
}
