using System.Buffers.Binary;
using System.Text.Json;
using System.Text.Unicode;

namespace FastNN.Files;

/// <summary>
/// The header of a safetensors file: the number N of its bytes as a little-endian u64, then N bytes of JSON, an object with an entry for each tensor
/// <code>"name":{"dtype":"F32","shape":[4,2],"data_offsets":[begin,end]}</code>
/// and perhaps <c>__metadata__</c>, an object of strings. The tensors tile the data behind the header: from the first byte on, without hole or overlap.
/// </summary>
/// <remarks>
/// The format allows a header of 100,000,000 bytes. Here <see cref="MaxBytes"/>, <see cref="MaxTensors"/> and <see cref="MaxMetadata"/> bound it, more
/// than a network of 1,000 layers needs, so that what a header can make its reader allocate stays small whatever it claims.
/// </remarks>
internal sealed class SafetensorsHeader
{
    internal const int MaxBytes = 1 << 19, MaxTensors = 2048, MaxMetadata = 1024;
    internal const string MetadataKey = "__metadata__";
    private const int FirstBytes = 1 << 16, MaxName = 256, MaxDimensions = 8, Depth = 3, LeastOfEntry = 60;
    private readonly List<TensorEntry> _tensors;
    private readonly Dictionary<string, string> _metadata = [];

    /// <param name="capacity">The tensors to expect.</param>
    private SafetensorsHeader(int capacity) => _tensors = new List<TensorEntry>(capacity);

    /// <summary>In the order of their data.</summary>
    internal IReadOnlyList<TensorEntry> Tensors => _tensors;

    /// <summary>FastNN's own: of other keys it is only checked that they are unique and their values strings.</summary>
    internal IReadOnlyDictionary<string, string> Metadata => _metadata;

    /// <summary>Reads the header, and makes sure that as much data follows as it says.</summary>
    /// <exception cref="ModelFormatException">It is none, or more than is read here.</exception>
    internal static SafetensorsHeader Read(ModelBytes file)
    {
        Span<byte> lengthBytes = stackalloc byte[sizeof(ulong)];
        file.Read(lengthBytes, "the length of the header");
        ulong length = BinaryPrimitives.ReadUInt64LittleEndian(lengthBytes);
        if (length is < 2 or > MaxBytes)
        {
            throw new ModelFormatException(
                $"The header must have between 2 and {MaxBytes} bytes, but the first 8 bytes say {length}: this is no safetensors file of a network.");
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
        catch (Exception exception) when (exception is JsonException or InvalidOperationException) // the latter for half a surrogate pair
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

    /// <summary>The key that the reader is at, which must be new, and on to its value.</summary>
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
            if (keys.Count > MaxMetadata) throw new ModelFormatException($"{MetadataKey} has more than {MaxMetadata} keys, the most that are read.");
            Expect(ref reader, JsonTokenType.String, "The metadata", key, "a string");
            if (key.StartsWith(ModelMetadata.Prefix, StringComparison.Ordinal)) _metadata.Add(key, reader.GetString()!);
        }
    }

    private static TensorEntry ParseTensor(string name, ref Utf8JsonReader reader)
    {
        Expect(ref reader, JsonTokenType.StartObject, "The value", name, "an object");
        TensorType? type = null;
        long[]? shape = null;
        Span<long> numbers = stackalloc long[MaxDimensions];
        (long Begin, long End)? offsets = null;
        while (reader.Read() && reader.TokenType == JsonTokenType.PropertyName)
        {
            if (type is null && reader.ValueTextEquals("dtype"))
            {
                reader.Read();
                Expect(ref reader, JsonTokenType.String, "dtype", name, "a string");
                type = TensorTypes.From(ref reader);
            }
            else if (shape is null && reader.ValueTextEquals("shape"))
            {
                shape = numbers[..ReadNumbers(ref reader, "shape", name, numbers)].ToArray();
            }
            else if (offsets is null && reader.ValueTextEquals("data_offsets"))
            {
                ReadOnlySpan<long> both = numbers[..ReadNumbers(ref reader, "data_offsets", name, numbers)];
                if (both is not [long begin, long end] || begin > end)
                {
                    throw new ModelFormatException(
                        $"data_offsets of {FileText.Quote(name)} must be two numbers in ascending order, but are [{ModelMetadata.Text(both.ToArray())}].");
                }

                offsets = (begin, end);
            }
            else
            {
                throw new ModelFormatException($"{FileText.Quote(name)} must have dtype, shape and data_offsets, each once, and nothing else.");
            }
        }

        if (type is null || shape is null || offsets is null)
            throw new ModelFormatException($"{FileText.Quote(name)} must have dtype, shape and data_offsets, but lacks one of them.");

        var entry = new TensorEntry(name, type.Value, shape, offsets.Value.Begin, offsets.Value.End);
        CheckSize(entry);
        return entry;
    }

    /// <summary>That the offsets leave room for the shape, as far as the size of a number is known.</summary>
    private static void CheckSize(TensorEntry entry)
    {
        if (entry.Type == TensorType.Other) return;

        Int128 bytes = entry.Type.Size();
        foreach (long dimension in entry.Shape)
        {
            bytes *= dimension;
            if (bytes > long.MaxValue) throw new ModelFormatException($"The {entry} is larger than any file.");
        }

        if (bytes != entry.End - entry.Begin)
            throw new ModelFormatException($"The {entry} of {entry.Type} takes {bytes} bytes, but its data_offsets span {entry.End - entry.Begin}.");
    }

    /// <summary>Reads the array that follows.</summary>
    /// <returns>Its length.</returns>
    private static int ReadNumbers(ref Utf8JsonReader reader, string what, string name, scoped Span<long> numbers)
    {
        reader.Read();
        Expect(ref reader, JsonTokenType.StartArray, what, name, "an array");
        int count = 0;
        while (reader.Read() && reader.TokenType != JsonTokenType.EndArray)
        {
            if (count == MaxDimensions) throw new ModelFormatException($"{what} of {FileText.Quote(name)} has more than {MaxDimensions} numbers.");
            if (reader.TokenType != JsonTokenType.Number || !reader.TryGetInt64(out long number) || number < 0)
                throw new ModelFormatException($"{what} of {FileText.Quote(name)} must hold whole numbers from 0 to less than 2^63, but [{count}] is none.");
            numbers[count++] = number;
        }

        return count;
    }

    /// <summary>The text of the exception is put together only if it is needed: for thousands of tensors it would be most of what is allocated.</summary>
    private static void Expect(ref Utf8JsonReader reader, JsonTokenType expected, string what, string name, string kind)
    {
        if (reader.TokenType != expected)
            throw new ModelFormatException($"{what} of {FileText.Quote(name)} must be {kind}, but a {reader.TokenType} stands there.");
    }

    /// <summary>Sorts the tensors by their data, which they must tile.</summary>
    /// <returns>The bytes of the data.</returns>
    private long SortAndCheckTiling()
    {
        _tensors.Sort((a, b) => a.Begin != b.Begin ? a.Begin.CompareTo(b.Begin) : a.End.CompareTo(b.End));
        long end = 0;
        foreach (TensorEntry tensor in _tensors)
        {
            if (tensor.Begin != end)
            {
                throw new ModelFormatException(
                    $"The data has {(tensor.Begin > end ? "a hole" : "an overlap")}: the {tensor} begins at {tensor.Begin}, what is before it ends at {end}.");
            }

            end = tensor.End;
        }

        return end;
    }
}
