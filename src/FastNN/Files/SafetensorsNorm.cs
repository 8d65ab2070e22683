namespace FastNN.Files;

/// <summary>
/// A BatchNorm1d in a file, placed in a network: y = x·s + t for each value, with s = weight/√(variance + ε) and t = bias − mean·s.
/// </summary>
internal sealed class SafetensorsNorm
{
    private readonly BatchNorm _norm;
    private readonly SafetensorsEntry?[] _tensors; // mean, variance, weight and bias; the last two may be null
    private SafetensorsNumbers?[] _numbers = [];

    /// <param name="norm">What the caller says.</param>
    /// <param name="group">Its tensors.</param>
    /// <param name="layers">All layers of the network.</param>
    /// <exception cref="ModelFormatException">The norm does not fit into the network.</exception>
    internal SafetensorsNorm(BatchNorm norm, SafetensorsNormGroup group, SafetensorsLayer[] layers)
    {
        _norm = norm;
        _tensors = [group.Mean, group.Variance, group.Weight, group.Bias];
        string place = norm.After is null ? "Before" : "After", name = norm.After ?? norm.Before!;
        Layer = Array.FindIndex(layers, layer => layer.Name.SequenceEqual(name));
        if (Layer < 0)
        {
            throw new ModelFormatException(
                $"{place} of the BatchNorm {FileText.Quote(norm.Name)} must be a layer of the network, but is {FileText.Quote(name)}. "
                + $"The layers are {SafetensorsTensors.Names(layers.Select(layer => FileText.Quote(layer.Name)))}.");
        }

        Check(layers[Layer]);
    }

    /// <summary>The index of the layer that the norm is folded into.</summary>
    internal int Layer { get; }

    /// <summary>Whether the norm follows the sums of the layer. Otherwise it precedes the layer.</summary>
    internal bool IsAfter => _norm.After is not null;

    /// <summary>Takes memory for the numbers.</summary>
    /// <returns>What must be read before <see cref="At"/>.</returns>
    internal IEnumerable<SafetensorsNumbers> TakeMemory()
    {
        _numbers = [.. _tensors.Select(tensor => tensor is null ? null : new SafetensorsNumbers(tensor))];
        return _numbers.OfType<SafetensorsNumbers>();
    }

    /// <summary>s and t of a value, in double precision.</summary>
    /// <exception cref="ModelFormatException">They are not finite, or the variance and ε are not greater than 0.</exception>
    internal (double Scale, double Shift) At(int index)
    {
        double mean = _numbers[0]![index], variance = _numbers[1]![index], sum = variance + _norm.Epsilon;
        if (!(sum > 0 && double.IsFinite(sum)))
        {
            throw new ModelFormatException(FormattableString.Invariant(
                $"The {_tensors[1]}: value {index} must be finite, and greater than 0 with Epsilon = {_norm.Epsilon}, but is {variance}."));
        }

        double weight = _numbers[2]?[index] ?? 1, bias = _numbers[3]?[index] ?? 0;
        double scale = weight / Math.Sqrt(sum), shift = bias - mean * scale;
        if (double.IsFinite(scale) && double.IsFinite(shift)) return (scale, shift);

        throw new ModelFormatException(FormattableString.Invariant(
            $"The BatchNorm {FileText.Quote(_norm.Name)}: value {index} must be scaled and shifted by finite numbers, but they are ")
            + FormattableString.Invariant(
                $"{scale} and {shift} (mean {mean}, variance {variance}, weight {weight}, bias {bias})."));
    }

    private void Check(SafetensorsLayer layer)
    {
        int length = IsAfter ? layer.Outputs : layer.Inputs;
        foreach (SafetensorsEntry tensor in _tensors.OfType<SafetensorsEntry>())
        {
            if (!SafetensorsLayer.IsVector(tensor, length))
            {
                throw new ModelFormatException(
                    $"The {tensor} must have one dimension, the {length} {(IsAfter ? "outputs" : "inputs")} of the {layer.Weight}, "
                    + $"because LoadOptions.Norms says that it stands {(IsAfter ? "after" : "before")} it.");
            }

            SafetensorsLayer.CheckType(tensor);
        }
    }
}
