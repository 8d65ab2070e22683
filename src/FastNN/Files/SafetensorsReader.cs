using System.Globalization;
using FastNN.Contract;
using FastNN.Dispatch;

namespace FastNN.Files;

/// <summary>Reads a file of a network, or of an ensemble: first its header, then its data.</summary>
/// <remarks>
/// The data go directly to their place, through a block of 64 KB. The network takes four bytes for each parameter. Apart from it, only the
/// header allocates: its bytes, a string for each name, and the metadata. Norms are read into memory of their own, and then folded.
/// </remarks>
internal sealed class SafetensorsReader
{
    private const string IfChanged = $"If you changed the file on purpose, remove its \"{SafetensorsMetadata.Prefix}\" metadata.";
    private readonly SafetensorsBytes _file;
    private readonly SafetensorsHeader _header;
    private readonly bool _isEnsemble;
    private readonly SafetensorsLayer[] _layers;
    private readonly SafetensorsFold _fold;
    private readonly bool _verifies;

    /// <summary>Reads the header.</summary>
    /// <param name="file">The bytes.</param>
    /// <param name="options">What the file does not say.</param>
    /// <param name="isEnsemble">Whether the file must hold an ensemble. The shapes of its tensors are then those of one member.</param>
    /// <exception cref="ModelFormatException">
    /// The header is not that of a network, or of an ensemble, or it contradicts itself or the options.
    /// </exception>
    /// <exception cref="PlatformNotSupportedException">The process is big-endian.</exception>
    internal SafetensorsReader(SafetensorsBytes file, LoadOptions options, bool isEnsemble = false)
    {
        FileRules.RequireLittleEndian();
        _file = file;
        _isEnsemble = isEnsemble;
        _header = SafetensorsHeader.Read(file);
        IsOwn = options.Layers is null && Metadata.Count > 0; // any key, because the key of the version may be damaged
        _verifies = IsOwn && options.Verify;
        if (IsOwn) CheckMetadata();
        SafetensorsMembers.CheckKind(_header, IsOwn, isEnsemble);
        Tensors = isEnsemble ? SafetensorsMembers.Of(_header.Tensors, options) : _header.Tensors;
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

    internal IReadOnlyList<SafetensorsEntry> Tensors { get; }

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
        Network network = Create(() => new Network(Widths, Activations, kernels));
        _fold.TakeMemory();
        ReadTensors((reader, tensor, l) => ReadLayer(reader, tensor, network, l), others);
        _fold.Apply(network);
        network.InputStandardizer = Input?.Create();
        network.OutputStandardizer = Output?.Create();
        if (_verifies) SafetensorsSamples.Verify(network, Metadata.Require(SafetensorsMetadata.Samples));
        return network;
    }

    /// <summary>The same for an ensemble.</summary>
    internal NetworkEnsemble ReadEnsemble(KernelSet kernels)
    {
        int count = (int)_layers[0].Weight.Members!.Value;
        NetworkEnsemble ensemble = Create(() => new NetworkEnsemble(new Network(Widths, Activations, kernels), count));
        Network member = ensemble.Shape; // its parameters are not used otherwise
        ReadTensors(
            (reader, tensor, l) =>
            {
                LayerShape layer = member.Plan.Shapes[l];
                (int first, int end) = tensor == _layers[l].Bias ? (layer.Biases, layer.ParametersEnd) : (layer.Weights, layer.Biases);
                for (int i = 0; i < count; i++)
                {
                    ReadLayer(reader, tensor, member, l);
                    ensemble.Members.Write(i, member.Parameters[first..end], first);
                }
            });
        return ensemble;
    }

    /// <summary>Reads all tensors in the order of the file, and verifies them.</summary>
    /// <param name="ofLayer">Reads a tensor of the layer with this index.</param>
    /// <param name="others">See <see cref="ReadNetwork"/>.</param>
    private void ReadTensors(
        Action<SafetensorsTensorReader, SafetensorsEntry, int> ofLayer, IReadOnlyDictionary<string, float[]>? others = null)
    {
        Dictionary<string, int> layerOf = new(2 * _layers.Length);
        for (int l = 0; l < _layers.Length; l++)
        {
            layerOf.Add(_layers[l].Weight.Name, l);
            if (_layers[l].Bias is { } bias) layerOf.Add(bias.Name, l);
        }

        Dictionary<string, uint?> checksums = _verifies ? Checksums() : [];
        using var reader = new SafetensorsTensorReader(_file, _verifies);
        foreach (SafetensorsEntry tensor in Tensors)
        {
            reader.Start(tensor);
            if (Input?.TryRead(reader, tensor) != true && Output?.TryRead(reader, tensor) != true && !_fold.TryRead(reader, tensor))
            {
                if (layerOf.TryGetValue(tensor.Name, out int l)) ofLayer(reader, tensor, l);
                else if (others is not null && others.TryGetValue(tensor.Name, out float[]? target)) reader.Flat(target);
                else reader.Skip();
            }

            if (_verifies) Verify(tensor, reader.Checksum, checksums);
        }
    }

    /// <summary>Reads the weights or the biases of a network, which may be one of many in the tensor.</summary>
    private void ReadLayer(SafetensorsTensorReader reader, SafetensorsEntry tensor, Network network, int l)
    {
        if (tensor == _layers[l].Bias) reader.Flat(network.Layers[l].Biases);
        else if (_layers[l].Order == SafetensorsOrder.InputsFirst) reader.Flat(network.Layers[l].Weights);
        else reader.Weights(network, in network.Plan.Shapes[l]);
    }

    private bool IsOfLayer(SafetensorsEntry tensor) =>
        !(IsOwn && Checkpoint.Owns(tensor.Name)) && !SafetensorsStandardizer.Owns(tensor.Name);

    private static T Create<T>(Func<T> create)
    {
        try
        {
            return create();
        }
        catch (ArgumentException exception)
        {
            throw new ModelFormatException($"The layers make no network: {exception.Message}", exception);
        }
    }

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

        if (_isEnsemble) SafetensorsMembers.CheckCount(Metadata.Require(SafetensorsMetadata.Count), _layers);
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
