using System.Globalization;
using FastNN.Dispatch;

namespace FastNN.Files;

/// <summary>Reads a file of a network: first its header, then its data.</summary>
/// <remarks>
/// The data go directly to their place, through a block of 64 KB. The network takes four bytes for each parameter. Apart from it, only the
/// header allocates: its bytes, a string for each name, and the metadata. Norms are read into memory of their own, and then folded.
/// </remarks>
internal sealed class SafetensorsReader
{
    private const string IfChanged = $"If you changed the file on purpose, remove its \"{SafetensorsMetadata.Prefix}\" metadata.";
    private readonly SafetensorsBytes _file;
    private readonly SafetensorsHeader _header;
    private readonly SafetensorsLayer[] _layers;
    private readonly SafetensorsFold _fold;
    private readonly bool _verifies;

    /// <summary>Reads the header.</summary>
    /// <exception cref="ModelFormatException">The header is not that of a network, or it contradicts itself or the options.</exception>
    /// <exception cref="PlatformNotSupportedException">The process is big-endian.</exception>
    internal SafetensorsReader(SafetensorsBytes file, LoadOptions options)
    {
        FileRules.RequireLittleEndian();
        _file = file;
        _header = SafetensorsHeader.Read(file);
        IsOwn = options.Layers is null && Metadata.Count > 0; // any key, because the key of the version may be damaged
        _verifies = IsOwn && options.Verify;
        if (IsOwn) CheckMetadata();
        SafetensorsStandardizer.CheckNames(Tensors);
        var tensors = new SafetensorsTensors([.. Tensors.Where(IsOfLayer)]);
        SafetensorsNormGroup[] norms = SafetensorsNorms.Take(tensors, options);
        _layers = SafetensorsLayers.Take(tensors, options.Layers);
        _fold = new SafetensorsFold(_layers, norms, options);
        Widths = [_layers[0].Inputs, .. _layers.Select(layer => layer.Outputs)];
        Input = SafetensorsStandardizer.Find(SafetensorsStandardizer.Input, Tensors, Widths[0], IsOwn ? Metadata : null);
        Output = SafetensorsStandardizer.Find(SafetensorsStandardizer.Output, Tensors, Widths[^1], IsOwn ? Metadata : null);
        Activations = SafetensorsActivations.Resolve(
            _layers.Length, IsOwn ? Metadata.Require(SafetensorsMetadata.Activations) : null, options);
        if (IsOwn) CheckArchitecture();
        if (Output is not null && Activations[^1] != Activation.Identity)
        {
            throw new ModelFormatException(
                $"The file has an output standardizer, which needs {Activation.Identity} as the last layer's activation, "
                + $"but that is {Activations[^1]}.");
        }
    }

    internal IReadOnlyDictionary<string, string> Metadata => _header.Metadata;

    internal IReadOnlyList<SafetensorsEntry> Tensors => _header.Tensors;

    /// <summary>The standardizer of the inputs; null if there is none.</summary>
    internal SafetensorsStandardizer? Input { get; }

    /// <summary>The standardizer of the outputs; null if there is none.</summary>
    internal SafetensorsStandardizer? Output { get; }

    /// <summary>Whether FastNN wrote it.</summary>
    internal bool IsOwn { get; }

    internal int[] Widths { get; }

    internal Activation[] Activations { get; }

    /// <summary>Reads the data, and verifies all of it if the options say so.</summary>
    /// <param name="kernels">The kernels of the network.</param>
    /// <param name="others">The targets of tensors that are not the network's. Tensors that are not in it are skipped.</param>
    /// <exception cref="ModelFormatException">The network is too large, or the data are not the data that were saved.</exception>
    internal Network ReadNetwork(KernelSet kernels, IReadOnlyDictionary<string, float[]>? others = null)
    {
        Network network = NewNetwork(kernels);
        Dictionary<string, int> layerOf = new(2 * _layers.Length);
        for (int l = 0; l < _layers.Length; l++)
        {
            layerOf.Add(_layers[l].Weight.Name, l);
            if (_layers[l].Bias is { } bias) layerOf.Add(bias.Name, l);
        }

        _fold.TakeMemory();
        Dictionary<string, uint?> checksums = _verifies ? Checksums() : [];
        using var reader = new SafetensorsTensorReader(_file, _verifies);
        foreach (SafetensorsEntry tensor in Tensors)
        {
            Crc32C checksum = Input?.TryRead(reader, tensor, out Crc32C ofInput) == true ? ofInput
                : Output?.TryRead(reader, tensor, out Crc32C ofOutput) == true ? ofOutput
                : _fold.TryRead(reader, tensor, out Crc32C ofFold) ? ofFold
                : !layerOf.TryGetValue(tensor.Name, out int l) ? ReadOther(reader, tensor, others)
                : tensor == _layers[l].Bias ? reader.Flat(tensor, network.Layers[l].Biases)
                : _layers[l].Order == SafetensorsOrder.InputsFirst ? reader.Flat(tensor, network.Layers[l].Weights)
                : reader.Weights(tensor, network, in network.Plan.Shapes[l]);
            if (_verifies) Verify(tensor, checksum, checksums);
        }

        _fold.Apply(network);
        network.InputStandardizer = Input?.Create();
        network.OutputStandardizer = Output?.Create();
        if (_verifies) SafetensorsSamples.Verify(network, Metadata.Require(SafetensorsMetadata.Samples));
        return network;
    }

    private bool IsOfLayer(SafetensorsEntry tensor) =>
        !(IsOwn && Checkpoint.Owns(tensor.Name)) && !SafetensorsStandardizer.Owns(tensor.Name);

    private Network NewNetwork(KernelSet kernels)
    {
        try
        {
            return new Network(Widths, Activations, kernels);
        }
        catch (ArgumentException exception)
        {
            throw new ModelFormatException($"The layers make no network: {exception.Message}", exception);
        }
    }

    private static Crc32C ReadOther(
        SafetensorsTensorReader reader, SafetensorsEntry tensor, IReadOnlyDictionary<string, float[]>? others) =>
        others is not null && others.TryGetValue(tensor.Name, out float[]? target) ? reader.Flat(tensor, target) : reader.Skip(tensor);

    private void CheckMetadata()
    {
        string version = Metadata.Require(SafetensorsMetadata.Version);
        if (version != SafetensorsMetadata.CurrentVersion)
        {
            throw new ModelFormatException(
                $"The file has the format version {FileText.Clip(version)} of FastNN, "
                + $"but this library reads version {SafetensorsMetadata.CurrentVersion}.");
        }

        if (!_verifies) return;

        string expected = Metadata.Require(SafetensorsMetadata.Checksum), actual = SafetensorsMetadata.ChecksumOf(Metadata);
        if (actual != expected)
        {
            throw new ModelFormatException(
                $"The metadata is damaged: its CRC-32C is {actual}, but the file says {FileText.Quote(expected)}.");
        }
    }

    private void CheckArchitecture()
    {
        string widths = SafetensorsMetadata.Text(Widths), expected = Metadata.Require(SafetensorsMetadata.Widths);
        if (widths != expected)
        {
            throw new ModelFormatException(
                $"The tensors are those of widths {FileText.Clip(widths)}, but the metadata says {FileText.Quote(expected)}.");
        }

        foreach (SafetensorsEntry tensor in Tensors)
        {
            if (tensor.Type != (SafetensorsStandardizer.IsStatistics(tensor.Name) ? SafetensorsType.F64 : SafetensorsType.F32))
            {
                throw new ModelFormatException(
                    $"The {tensor} must be of type F32, as FastNN writes it. {IfChanged}");
            }
        }
    }

    /// <summary>The checksum of each tensor in the metadata; null for a tensor that the metadata do not name.</summary>
    private Dictionary<string, uint?> Checksums()
    {
        var checksums = Tensors.ToDictionary(tensor => tensor.Name, _ => (uint?)null);
        Dictionary<string, uint?>.AlternateLookup<ReadOnlySpan<char>> byName = checksums.GetAlternateLookup<ReadOnlySpan<char>>();
        ReadOnlySpan<char> text = Metadata.Require(SafetensorsMetadata.TensorChecksums);
        foreach (Range range in text.Split(','))
        {
            ReadOnlySpan<char> pair = text[range];
            int at = pair.LastIndexOf('=');
            ReadOnlySpan<char> name = pair[..Math.Max(at, 0)], value = pair[(at + 1)..];
            const NumberStyles hex = NumberStyles.AllowHexSpecifier;
            if (at < 0 || value.Length != 8 || !uint.TryParse(value, hex, CultureInfo.InvariantCulture, out uint checksum))
                throw Wrong("must hold a checksum for each name", pair);
            if (!byName.TryGetValue(name, out uint? known)) throw Wrong("must name tensors of the file", pair);
            if (known is not null) throw Wrong("must name each tensor once", pair);

            byName[name] = checksum;
        }

        return checksums;

        static ModelFormatException Wrong(string must, ReadOnlySpan<char> pair) =>
            new($"\"{SafetensorsMetadata.TensorChecksums}\" in the metadata {must}, but has {FileText.Quote(pair)}.");
    }

    private static void Verify(SafetensorsEntry tensor, Crc32C checksum, Dictionary<string, uint?> checksums)
    {
        if (checksums[tensor.Name] is not { } expected) throw new ModelFormatException($"The metadata has no checksum of the {tensor}.");
        if (checksum.Value != expected)
        {
            throw new ModelFormatException(
                $"The {tensor} is damaged: its CRC-32C is {SafetensorsMetadata.Text(checksum)}, but the file says {expected:x8}. "
                + IfChanged);
        }
    }
}
