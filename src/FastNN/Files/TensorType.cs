using System.Text.Json;

namespace FastNN.Files;

/// <summary>The type of a tensor's numbers: the types that are read, and Other for all types that are not read.</summary>
internal enum TensorType
{
    Other,
    F32,
    F16,
    BF16,
    F64,
}

/// <summary>Sizes of the types, and conversion to floats.</summary>
internal static class TensorTypes
{
    /// <summary>The type that the reader's string names.</summary>
    internal static TensorType From(ref Utf8JsonReader reader) =>
        reader.ValueTextEquals("F32") ? TensorType.F32
        : reader.ValueTextEquals("F16") ? TensorType.F16
        : reader.ValueTextEquals("BF16") ? TensorType.BF16
        : reader.ValueTextEquals("F64") ? TensorType.F64
        : TensorType.Other;

    /// <summary>The bytes of a number; 0 for a type that is not read.</summary>
    internal static int Size(this TensorType type) => type switch
    {
        TensorType.F32 => sizeof(float),
        TensorType.F16 or TensorType.BF16 => sizeof(ushort),
        TensorType.F64 => sizeof(double),
        _ => 0,
    };

    /// <summary>Converts numbers to the nearest floats. This is exact except for F64, whose greatest numbers become ±∞.</summary>
    /// <param name="type">A type that is read.</param>
    /// <param name="raw">The numbers, little-endian: as many as there are floats.</param>
    /// <param name="floats">Receives the floats.</param>
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
