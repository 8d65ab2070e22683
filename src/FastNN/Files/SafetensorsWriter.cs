using System.Buffers;
using System.Buffers.Binary;
using System.Text.Encodings.Web;
using System.Text.Json;

namespace FastNN.Files;

/// <summary>A tensor of a file to be written.</summary>
/// <param name="Name">Its name in the file.</param>
/// <param name="Shape">Its dimensions.</param>
/// <param name="Write">Writes its data.</param>
internal sealed record SafetensorsTensor(string Name, int[] Shape, Action<SafetensorsTensorWriter> Write)
{
    /// <summary>The type of its numbers.</summary>
    internal SafetensorsType Type { get; init; } = SafetensorsType.F32;
}

/// <summary>
/// Writes a network and what belongs to it, or an ensemble, as a safetensors file. The same numbers give the same bytes on every machine.
/// </summary>
internal static class SafetensorsWriter
{
    private const int Alignment = 64; // of the data in the file

    /// <summary>
    /// Writes the whole file of a network. All numbers are read twice: for the checksums, and for the data. So a change in between does not
    /// stay unseen.
    /// </summary>
    /// <param name="stream">Receives the bytes.</param>
    /// <param name="network">The network.</param>
    /// <param name="metadata">More metadata, under keys that start with <see cref="SafetensorsMetadata.Prefix"/>.</param>
    /// <param name="others">More tensors.</param>
    /// <exception cref="InvalidOperationException">
    /// The network has more layers than can be read; nothing was written. Or something changed meanwhile.
    /// </exception>
    /// <exception cref="PlatformNotSupportedException">The process is big-endian.</exception>
    internal static void WriteNetwork(
        Stream stream, Network network, Func<IEnumerable<KeyValuePair<string, string>>>? metadata = null,
        IEnumerable<SafetensorsTensor>? others = null) =>
        Write(
            stream, network, [.. SafetensorsStandardizer.TensorsOf(network), .. TensorsOf(network), .. others ?? []],
            () => [.. SafetensorsStandardizer.MetadataOf(network), .. metadata?.Invoke() ?? []],
            () => new(SafetensorsMetadata.Samples, SafetensorsSamples.Of(network)));

    /// <summary>The same for an ensemble. The file has no samples.</summary>
    /// <exception cref="InvalidOperationException">The same as for a network.</exception>
    /// <exception cref="PlatformNotSupportedException">The process is big-endian.</exception>
    internal static void WriteEnsemble(Stream stream, NetworkEnsemble ensemble) =>
        Write(
            stream, ensemble.Shape, SafetensorsMembers.TensorsOf(ensemble), () => [],
            () => new(SafetensorsMetadata.Count, SafetensorsMetadata.Text(ensemble.Count)));

    /// <summary>Writes a file of any kind.</summary>
    /// <param name="stream">Receives the bytes.</param>
    /// <param name="network">Has the widths and activations.</param>
    /// <param name="tensors">All tensors.</param>
    /// <param name="metadata">Metadata that must not change meanwhile.</param>
    /// <param name="last">Metadata that follow from the tensors, so they are computed after the checksums.</param>
    private static void Write(
        Stream stream, Network network, SafetensorsTensor[] tensors, Func<KeyValuePair<string, string>[]> metadata,
        Func<KeyValuePair<string, string>> last)
    {
        FileRules.RequireLittleEndian();
        if (network.Layers.Count > FileRules.MaxLayers)
        {
            throw new InvalidOperationException(
                $"A file holds at most {FileRules.MaxLayers} layers, but the network has {network.Layers.Count}.");
        }

        KeyValuePair<string, string>[] before = metadata();
        Crc32C[] checksums = ChecksumsOf(tensors, null);
        stream.Write(Header(tensors, MetadataOf(network, tensors, checksums, [.. before, last()])));
        Crc32C[] written = ChecksumsOf(tensors, stream);
        for (int k = 0; k < tensors.Length; k++)
        {
            if (written[k].Value != checksums[k].Value) throw FileRules.Changed($"The tensor \"{tensors[k].Name}\"");
        }

        foreach ((KeyValuePair<string, string> then, KeyValuePair<string, string> now) in before.Zip(metadata()))
        {
            if (then.Value != now.Value) throw FileRules.Changed($"\"{then.Key}\"");
        }
    }

    /// <summary>Writes the data of the tensors. If the stream is null, this only computes their checksums.</summary>
    private static Crc32C[] ChecksumsOf(SafetensorsTensor[] tensors, Stream? stream)
    {
        using var writer = new SafetensorsTensorWriter(stream);
        var checksums = new Crc32C[tensors.Length];
        for (int k = 0; k < checksums.Length; k++)
        {
            tensors[k].Write(writer);
            checksums[k] = writer.End();
        }

        return checksums;
    }

    private static IEnumerable<SafetensorsTensor> TensorsOf(Network network)
    {
        for (int l = 0; l < network.Layers.Count; l++)
        {
            int layer = l, inputs = network.Layers[l].Inputs, outputs = network.Layers[l].Outputs;
            yield return new(
                SafetensorsLayer.WeightOf(l), [outputs, inputs],
                writer => writer.Weights(network.Layers[layer].Weights, inputs, outputs, network.Plan.Kernels));
            yield return new(SafetensorsLayer.BiasOf(l), [outputs], writer => writer.Flat(network.Layers[layer].Biases));
        }
    }

    private static Dictionary<string, string> MetadataOf(
        Network network, SafetensorsTensor[] tensors, Crc32C[] checksums, IEnumerable<KeyValuePair<string, string>> more)
    {
        var metadata = new Dictionary<string, string>(more)
        {
            [SafetensorsMetadata.Version] = SafetensorsMetadata.CurrentVersion,
            [SafetensorsMetadata.Widths] = SafetensorsMetadata.Text([network.Inputs, .. network.Layers.Select(layer => layer.Outputs)]),
            [SafetensorsMetadata.Activations] = SafetensorsMetadata.Text(network.Layers.Select(layer => layer.Activation)),
            [SafetensorsMetadata.TensorChecksums] = SafetensorsMetadata.Text(
                tensors.Zip(checksums, (tensor, checksum) => $"{tensor.Name}={SafetensorsMetadata.Text(checksum)}")),
        };
        metadata[SafetensorsMetadata.Checksum] = SafetensorsMetadata.ChecksumOf(metadata);
        return metadata;
    }

    /// <summary>The length and then the JSON. Spaces at the end make the data begin at a multiple of <see cref="Alignment"/>.</summary>
    private static byte[] Header(SafetensorsTensor[] tensors, Dictionary<string, string> metadata)
    {
        var buffer = new ArrayBufferWriter<byte>();
        var options = new JsonWriterOptions { Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping }; // does not escape the + of base64
        using (var json = new Utf8JsonWriter(buffer, options))
        {
            json.WriteStartObject();
            json.WriteStartObject(SafetensorsHeader.MetadataKey);
            json.WriteString("format", "pt"); // as PyTorch's own files say
            foreach ((string key, string value) in metadata.OrderBy(pair => pair.Key, StringComparer.Ordinal)) json.WriteString(key, value);
            json.WriteEndObject();
            long end = 0;
            foreach (SafetensorsTensor tensor in tensors)
            {
                long begin = end;
                end += tensor.Type.Size() * tensor.Shape.Aggregate(1L, (size, dimension) => size * dimension);
                json.WriteStartObject(tensor.Name);
                json.WriteString("dtype", tensor.Type.ToString());
                WriteNumbers(json, "shape", [.. tensor.Shape]);
                WriteNumbers(json, "data_offsets", [begin, end]);
                json.WriteEndObject();
            }

            json.WriteEndObject();
        }

        int length = (sizeof(ulong) + buffer.WrittenCount + Alignment - 1) / Alignment * Alignment;
        byte[] header = new byte[length];
        header.AsSpan().Fill((byte)' ');
        BinaryPrimitives.WriteUInt64LittleEndian(header, (ulong)(length - sizeof(ulong)));
        buffer.WrittenSpan.CopyTo(header.AsSpan(sizeof(ulong)));
        return header;
    }

    private static void WriteNumbers(Utf8JsonWriter json, string name, ReadOnlySpan<long> numbers)
    {
        json.WriteStartArray(name);
        foreach (long number in numbers) json.WriteNumberValue(number);
        json.WriteEndArray();
    }
}
