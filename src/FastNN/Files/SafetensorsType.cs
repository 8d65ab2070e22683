using System.Text.Json;

namespace FastNN.Files;

/// <summary>The type of a tensor's numbers: the types that are read, and Other for all types that are not read.</summary>
internal enum SafetensorsType
{
    Other,
    F32,
    F16,
    BF16,
    F64,
}

/// <summary>Sizes of the types, and conversion to floats.</summary>
internal static class SafetensorsTypes
{
    /// <summary>The type that the reader's string names.</summary>
    internal static SafetensorsType From(ref Utf8JsonReader reader) =>
        reader.ValueTextEquals("F32") ? SafetensorsType.F32
        : reader.ValueTextEquals("F16") ? SafetensorsType.F16
        : reader.ValueTextEquals("BF16") ? SafetensorsType.BF16
        : reader.ValueTextEquals("F64") ? SafetensorsType.F64
        : SafetensorsType.Other;

    /// <summary>The bytes of a number; 0 for a type that is not read.</summary>
    internal static int Size(this SafetensorsType type) => type switch
    {
        SafetensorsType.F32 => sizeof(float),
        SafetensorsType.F16 or SafetensorsType.BF16 => sizeof(ushort),
        SafetensorsType.F64 => sizeof(double),
        _ => 0,
    };

    /// <summary>Converts numbers to the nearest floats. Only F64 is rounded. Its greatest numbers become ±∞.</summary>
    /// <param name="type">A type that is read.</param>
    /// <param name="raw">The numbers, little-endian: as many as there are floats.</param>
    /// <param name="floats">Receives the floats.</param>
    internal static void Convert(this SafetensorsType type, ReadOnlySpan<byte> raw, Span<float> floats)
    {
        int size = type.Size();
        for (int k = 0; k < floats.Length; k++)
        {
            ReadOnlySpan<byte> number = raw.Slice(k * size, size);
            floats[k] = type switch
            {
                SafetensorsType.F16 => (float)BitConverter.ToHalf(number),
                SafetensorsType.BF16 => BitConverter.UInt32BitsToSingle((uint)BitConverter.ToUInt16(number) << 16),
                SafetensorsType.F64 => (float)BitConverter.ToDouble(number),
                _ => BitConverter.ToSingle(number),
            };
        }
    }
}
