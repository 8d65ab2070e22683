using System.Buffers.Binary;
using System.Text.Json;
using System.Text.Unicode;

namespace FastNN.Files;

/// <summary>
/// The header of a safetensors file. It starts with the number N of its bytes, a little-endian u64. Then come N bytes of JSON: an object
/// with an entry for each tensor
/// <code>"name":{"dtype":"F32","shape":[4,2],"data_offsets":[begin,end]}</code>
/// and perhaps <c>__metadata__</c>, an object of strings. The tensors tile the data behind the header: they start at the first byte, and
/// leave no hole and no overlap.
/// </summary>
/// <remarks>
/// The format allows a header of 100,000,000 bytes. Here the limits are <see cref="MaxBytes"/>, <see cref="MaxTensors"/> and
/// <see cref="MaxMetadata"/>. They are more than a network of 1,000 layers needs. So a reader allocates little, whatever a header claims.
/// </remarks>
internal sealed class SafetensorsHeader
{
    internal const int MaxBytes = 1 << 19, MaxTensors = 2048, MaxMetadata = 1024, MaxName = 256;
    internal const string MetadataKey = "__metadata__";
    private const int FirstBytes = 1 << 16, MaxDimensions = 8, Depth = 3, LeastOfEntry = 60;
    private readonly List<SafetensorsEntry> _tensors;
    private readonly Dictionary<string, string> _metadata = [];

    /// <param name="capacity">The expected number of tensors.</param>
    private SafetensorsHeader(int capacity) => _tensors = new List<SafetensorsEntry>(capacity);

    /// <summary>The tensors in the order of their data.</summary>
    internal IReadOnlyList<SafetensorsEntry> Tensors => _tensors;

    /// <summary>The metadata of FastNN. Other keys must be unique, and their values must be strings; nothing else is checked.</summary>
    internal IReadOnlyDictionary<string, string> Metadata => _metadata;

    /// <summary>What a file is instead, if its first bytes show it.</summary>
    private static string Hint(ReadOnlySpan<byte> start) =>
        start.StartsWith("PK"u8) ? ", but a zip archive, such as a .pt of PyTorch"
        : start is [0x08, > 0 and < 0x20, ..] ? ", but perhaps an ONNX model, which OnnxModel.Load of FastNN.Onnx reads"
        : "";

    /// <summary>Reads the header, and checks that exactly as much data follows as it says.</summary>
    /// <exception cref="ModelFormatException">It is not such a header, or it exceeds the limits.</exception>
    internal static SafetensorsHeader Read(SafetensorsBytes file)
    {
        Span<byte> lengthBytes = stackalloc byte[sizeof(ulong)];
        file.Read(lengthBytes, "the length of the header");
        ulong length = BinaryPrimitives.ReadUInt64LittleEndian(lengthBytes);
        if (length is < 2 or > MaxBytes)
        {
            throw new ModelFormatException(
                $"The header must have between 2 and {MaxBytes} bytes, but the first 8 bytes say {length}: "
                + $"this is no safetensors file of a network{Hint(lengthBytes)}.");
        }

        byte[] json = new byte[Math.Min((int)length, FirstBytes)];
        file.Read(json, "the header");
        if (json.Length < (int)length)
        {
            Array.Resize(ref json, (int)length);
            file.Read(json.AsSpan(FirstBytes), "the header");
        }

        var header = new SafetensorsHeader(Math.Min(MaxTensors, json.Length / LeastOfEntry));
        header.Parse(json);
        file.ExpectRest(header.SortAndCheckTiling());
        return header;
    }

    private void Parse(ReadOnlySpan<byte> json)
    {
        if (json[0] != (byte)'{') throw new ModelFormatException($"The header must start with '{{', but starts with byte 0x{json[0]:X2}.");
        if (!Utf8.IsValid(json)) throw new ModelFormatException("The header must be UTF-8, but is not.");
        var reader = new Utf8JsonReader(json, new JsonReaderOptions { MaxDepth = Depth });
        try
        {
            Parse(ref reader);
        }
        catch (Exception exception) when (exception is JsonException or InvalidOperationException) // the second for half a surrogate pair
        {
            throw new ModelFormatException($"The header is no JSON of a safetensors file: {exception.Message}", exception);
        }
    }

    private void Parse(ref Utf8JsonReader reader)
    {
        HashSet<string> names = new(_tensors.Capacity + 1);
        reader.Read();
        while (reader.Read() && reader.TokenType == JsonTokenType.PropertyName)
        {
            string name = NameFrom(ref reader, names, "The header");
            if (name == MetadataKey) ParseMetadata(ref reader);
            else if (_tensors.Count < MaxTensors) _tensors.Add(ParseTensor(name, ref reader));
            else throw new ModelFormatException($"The header names more than {MaxTensors} tensors, the most that are read.");
        }

        reader.Read(); // throws if anything but white space follows
    }

    /// <summary>Reads the key at the reader's position, which must be new, and moves to its value.</summary>
    private static string NameFrom(ref Utf8JsonReader reader, HashSet<string> names, string where)
    {
        if (reader.ValueSpan.Length > MaxName)
            throw new ModelFormatException($"{where} has a key of {reader.ValueSpan.Length} bytes, more than the {MaxName} that are read.");

        string name = reader.GetString()!;
        if (!names.Add(name)) throw new ModelFormatException($"{where} has the key {FileText.Quote(name)} twice.");
        reader.Read();
        return name;
    }

    private void ParseMetadata(ref Utf8JsonReader reader)
    {
        Expect(ref reader, JsonTokenType.StartObject, "The value", MetadataKey, "an object");
        HashSet<string> keys = [];
        while (reader.Read() && reader.TokenType == JsonTokenType.PropertyName)
        {
            string key = NameFrom(ref reader, keys, MetadataKey);
            if (keys.Count > MaxMetadata)
                throw new ModelFormatException($"{MetadataKey} has more than {MaxMetadata} keys, the most that are read.");
            Expect(ref reader, JsonTokenType.String, "The metadata", key, "a string");
            if (key.StartsWith(SafetensorsMetadata.Prefix, StringComparison.Ordinal)) _metadata.Add(key, reader.GetString()!);
        }
    }

    private static SafetensorsEntry ParseTensor(string name, ref Utf8JsonReader reader)
    {
        Expect(ref reader, JsonTokenType.StartObject, "The value", name, "an object");
        SafetensorsType? type = null;
        long[]? shape = null;
        Span<long> numbers = stackalloc long[MaxDimensions];
        (long Begin, long End)? offsets = null;
        while (reader.Read() && reader.TokenType == JsonTokenType.PropertyName)
        {
            if (type is null && reader.ValueTextEquals("dtype"))
            {
                reader.Read();
                Expect(ref reader, JsonTokenType.String, "dtype", name, "a string");
                type = SafetensorsTypes.From(ref reader);
            }
            else if (shape is null && reader.ValueTextEquals("shape"))
            {
                shape = numbers[..ReadNumbers(ref reader, "shape", name, numbers)].ToArray();
            }
            else if (offsets is null && reader.ValueTextEquals("data_offsets"))
            {
                offsets = ReadOffsets(ref reader, name, numbers);
            }
            else
            {
                throw new ModelFormatException(
                    $"{FileText.Quote(name)} must have dtype, shape and data_offsets, each once, and nothing else.");
            }
        }

        if (type is null || shape is null || offsets is null)
            throw new ModelFormatException($"{FileText.Quote(name)} must have dtype, shape and data_offsets, but lacks one of them.");

        var entry = new SafetensorsEntry(name, type.Value, shape, offsets.Value.Begin, offsets.Value.End);
        CheckSize(entry);
        return entry;
    }

    /// <summary>Reads the begin and the end of a tensor's data.</summary>
    private static (long Begin, long End) ReadOffsets(ref Utf8JsonReader reader, string name, scoped Span<long> numbers)
    {
        ReadOnlySpan<long> both = numbers[..ReadNumbers(ref reader, "data_offsets", name, numbers)];
        if (both is [long begin, long end] && begin <= end) return (begin, end);

        throw new ModelFormatException(
            $"data_offsets of {FileText.Quote(name)} must be two numbers in ascending order, "
            + $"but are [{SafetensorsMetadata.Text(both.ToArray())}].");
    }

    /// <summary>Checks that the offsets fit the shape, if the size of a number is known.</summary>
    private static void CheckSize(SafetensorsEntry entry)
    {
        if (entry.Type == SafetensorsType.Other) return;

        Int128 bytes = entry.Type.Size();
        foreach (long dimension in entry.Shape)
        {
            bytes *= dimension;
            if (bytes > long.MaxValue) throw new ModelFormatException($"The {entry} is larger than any file.");
        }

        if (bytes != entry.End - entry.Begin)
        {
            throw new ModelFormatException(
                $"The {entry} of {entry.Type} takes {bytes} bytes, but its data_offsets span {entry.End - entry.Begin}.");
        }
    }

    /// <summary>Reads the array that follows.</summary>
    /// <returns>The length of the array.</returns>
    private static int ReadNumbers(ref Utf8JsonReader reader, string what, string name, scoped Span<long> numbers)
    {
        reader.Read();
        Expect(ref reader, JsonTokenType.StartArray, what, name, "an array");
        int count = 0;
        while (reader.Read() && reader.TokenType != JsonTokenType.EndArray)
        {
            if (count == MaxDimensions)
                throw new ModelFormatException($"{what} of {FileText.Quote(name)} has more than {MaxDimensions} numbers.");
            if (reader.TokenType != JsonTokenType.Number || !reader.TryGetInt64(out long number) || number < 0)
            {
                throw new ModelFormatException(
                    $"{what} of {FileText.Quote(name)} must hold whole numbers from 0 to less than 2^63, but [{count}] is none.");
            }

            numbers[count++] = number;
        }

        return count;
    }

    /// <summary>
    /// Checks the kind of a value. It builds the text of the exception only if it is needed: for thousands of tensors the text would be
    /// most of what is allocated.
    /// </summary>
    private static void Expect(ref Utf8JsonReader reader, JsonTokenType expected, string what, string name, string kind)
    {
        if (reader.TokenType != expected)
            throw new ModelFormatException($"{what} of {FileText.Quote(name)} must be {kind}, but is a {reader.TokenType}.");
    }

    /// <summary>Sorts the tensors by their data, and checks that they tile the data.</summary>
    /// <returns>The number of bytes of the data.</returns>
    private long SortAndCheckTiling()
    {
        _tensors.Sort((a, b) => a.Begin != b.Begin ? a.Begin.CompareTo(b.Begin) : a.End.CompareTo(b.End));
        long end = 0;
        foreach (SafetensorsEntry tensor in _tensors)
        {
            if (tensor.Begin != end)
            {
                throw new ModelFormatException(
                    $"The data has {(tensor.Begin > end ? "a hole" : "an overlap")}: "
                    + $"the {tensor} begins at {tensor.Begin}, but the data before it ends at {end}.");
            }

            end = tensor.End;
        }

        return end;
    }
}
