using System.Runtime.InteropServices;
using FastNN.Fit;

namespace FastNN.Files;

/// <summary>
/// A standardizer in a file: the tensors <c>input_standardizer.mean</c> and <c>.factor</c> [n_in], and perhaps <c>.statistics</c> F64 [2,
/// n_in]: the running mean and the sums of squared deviations. The number of samples is in the metadata. That of the outputs has the same
/// tensors under <c>output_standardizer</c>. They belong to no module of PyTorch, so there strict=False leaves them aside.
/// </summary>
internal sealed class SafetensorsStandardizer
{
    internal const string Input = "input_standardizer", Output = "output_standardizer", None = "none";
    private const string MeanWord = ".mean", FactorWord = ".factor", StatisticsWord = ".statistics";
    private readonly string _name;
    private readonly SafetensorsEntry _mean, _factor;
    private readonly SafetensorsEntry? _statistics;
    private readonly float[] _means, _factors;
    private readonly double[] _sums;
    private readonly long _samples;

    private SafetensorsStandardizer(
        string name, SafetensorsEntry mean, SafetensorsEntry factor, SafetensorsEntry? statistics, int width, long samples)
    {
        (_name, _mean, _factor, _statistics, _samples) = (name, mean, factor, statistics, samples);
        _means = new float[width];
        _factors = new float[width];
        _sums = new double[statistics is null ? 0 : 2 * width];
    }

    /// <summary>What there is, as text. Two standardizers of the same kind can take each other's numbers.</summary>
    internal string Kind => KindOf(_statistics is not null);

    /// <summary>The kind of a network's standardizer.</summary>
    internal static string KindOf(Standardizer? standardizer) =>
        standardizer is null ? None : KindOf(standardizer.Statistics is not null);

    /// <summary>Whether a tensor is part of a standardizer.</summary>
    internal static bool Owns(string tensor) => IsPartOf(Input, tensor) || IsPartOf(Output, tensor);

    /// <summary>Refuses tensors that look like parts of a standardizer, but have other names. Left aside, they would be missed.</summary>
    /// <exception cref="ModelFormatException">There is such a tensor.</exception>
    internal static void CheckNames(IEnumerable<SafetensorsEntry> tensors)
    {
        foreach (SafetensorsEntry tensor in tensors)
        {
            bool looksLikeOne = tensor.Name.Contains("_standardi", StringComparison.OrdinalIgnoreCase);
            if (looksLikeOne && !Owns(tensor.Name))
            {
                throw new ModelFormatException(
                    $"The {tensor} looks like a part of a standardizer. Its name must be \"{Input}\" or \"{Output}\", "
                    + $"and then \"{MeanWord}\" or \"{FactorWord}\".");
            }
        }
    }

    /// <summary>Whether a tensor has running statistics, the only numbers that FastNN writes as F64.</summary>
    internal static bool IsStatistics(string tensor) => Owns(tensor) && tensor.EndsWith(StatisticsWord, StringComparison.Ordinal);

    /// <summary>
    /// The tensors of the standardizers of a network. Statistics are the first tensors of a file, where 8 divides their offset: PyTorch
    /// needs that.
    /// </summary>
    internal static IEnumerable<SafetensorsTensor> TensorsOf(Network network)
    {
        List<SafetensorsTensor> statistics = [], values = [];
        foreach ((string name, Standardizer? given) in ((string, Standardizer?)[])[
            (Input, network.InputStandardizer), (Output, network.OutputStandardizer)])
        {
            if (given is not { } standardizer) continue;

            int width = standardizer.Width;
            values.Add(new(name + MeanWord, [width], writer => writer.Flat(standardizer.Mean)));
            values.Add(new(name + FactorWord, [width], writer => writer.Flat(standardizer.Factor)));
            if (standardizer.Statistics is { } sums)
            {
                Action<SafetensorsTensorWriter> write = writer => writer.Flat<double>([.. sums.Mean, .. sums.Squares]);
                statistics.Add(new(name + StatisticsWord, [2, width], write) { Type = SafetensorsType.F64 });
            }
        }

        return [.. statistics, .. values];
    }

    /// <summary>The metadata of the standardizers of a network: how many samples their statistics have seen.</summary>
    internal static IEnumerable<KeyValuePair<string, string>> MetadataOf(Network network)
    {
        if (network.InputStandardizer is { Statistics: { } input }) yield return new(KeyOf(Input), SafetensorsMetadata.Text(input.Samples));
        if (network.OutputStandardizer is { Statistics: { } output })
            yield return new(KeyOf(Output), SafetensorsMetadata.Text(output.Samples));
    }

    /// <summary>Finds the tensors of a standardizer; null if there are none.</summary>
    /// <param name="name"><see cref="Input"/> or <see cref="Output"/>.</param>
    /// <param name="tensors">All tensors of the file.</param>
    /// <param name="width">The number of features that the network has there.</param>
    /// <param name="metadata">The metadata, null if they do not count. Without them there are no statistics.</param>
    /// <exception cref="ModelFormatException">A tensor is missing, or has another shape.</exception>
    internal static SafetensorsStandardizer? Find(
        string name, IReadOnlyList<SafetensorsEntry> tensors, int width, IReadOnlyDictionary<string, string>? metadata)
    {
        SafetensorsEntry? mean = null, factor = null, statistics = null;
        foreach (SafetensorsEntry tensor in tensors.Where(tensor => IsPartOf(name, tensor.Name)))
        {
            switch (tensor.Name[name.Length..])
            {
                case MeanWord: mean = Checked(tensor, [width]); break;
                case FactorWord: factor = Checked(tensor, [width]); break;
                default: statistics = Checked(tensor, [2, width]); break;
            }
        }

        if (mean is null && factor is null && statistics is null) return null;
        if (mean is null || factor is null)
        {
            string there = $"{mean ?? factor ?? statistics}";
            throw new ModelFormatException($"The file has the {there}, but no tensor \"{name}{(mean is null ? MeanWord : FactorWord)}\".");
        }

        if (metadata is null || statistics is null || !metadata.ContainsKey(KeyOf(name)))
            return new SafetensorsStandardizer(name, mean, factor, null, width, 0);

        long samples = metadata.Number<long>(KeyOf(name));
        return statistics.Type != SafetensorsType.F64 || samples < 0
            ? throw new ModelFormatException($"The {statistics} must be of type F64, and have seen at least 0 samples, but {samples}.")
            : new SafetensorsStandardizer(name, mean, factor, statistics, width, samples);
    }

    /// <summary>Reads a tensor if it is one of this standardizer.</summary>
    internal bool TryRead(SafetensorsTensorReader reader, SafetensorsEntry tensor)
    {
        if (tensor == _mean) reader.Flat(_means);
        else if (tensor == _factor) reader.Flat(_factors);
        else if (tensor == _statistics) reader.Bytes(MemoryMarshal.AsBytes(_sums.AsSpan()));
        else return false;

        return true;
    }

    /// <summary>The standardizer, after all its tensors have been read.</summary>
    /// <exception cref="ModelFormatException">A number is not one that a standardizer can have.</exception>
    internal Standardizer Create()
    {
        try
        {
            if (_statistics is null) return new Standardizer(_means, _factors);

            int width = _means.Length;
            var statistics = new StandardizerStatistics(width);
            statistics.Set(_samples, _sums.AsSpan(0, width), _sums.AsSpan(width));
            if (!statistics.IsPossible)
                throw new ModelFormatException($"The {_statistics} holds no running mean and variance of {_samples} samples of floats.");
            return new Standardizer(_means, _factors, statistics);
        }
        catch (ArgumentException exception)
        {
            throw new ModelFormatException($"The tensors of \"{_name}\" make no standardizer: {exception.Message}", exception);
        }
    }

    private static string KindOf(bool hasStatistics) => hasStatistics ? "one with statistics" : "one without statistics";

    private static bool IsPartOf(string name, string tensor) =>
        tensor.StartsWith(name, StringComparison.Ordinal) && tensor.AsSpan(name.Length) is MeanWord or FactorWord or StatisticsWord;

    private static string KeyOf(string name) => $"{SafetensorsMetadata.Prefix}{name}.samples";

    private static SafetensorsEntry Checked(SafetensorsEntry tensor, ReadOnlySpan<long> shape) =>
        tensor.Type == SafetensorsType.Other || !tensor.Shape.AsSpan().SequenceEqual(shape)
            ? throw new ModelFormatException(
                $"The {tensor} must have the shape [{string.Join(", ", shape.ToArray())}] and be of type F32, F16, BF16 or F64.")
            : tensor;
}
