namespace FastNN.Files;

/// <summary>
/// The norms of a network in a file, and how they become part of its layers. For the norm y = x·s + t of each value, a layer w, b becomes
/// <list type="bullet">
/// <item>w′_ij = s_i·w_ij and b′_i = s_i·b_i + t_i, if the norm stands after it,</item>
/// <item>w′_ij = w_ij·s_j and b′_i = b_i + Σ_j w_ij·t_j, if the norm stands before it.</item>
/// </list>
/// All of it is computed in double precision, and rounded to float once. Every machine gets the same bits.
/// </summary>
internal sealed class SafetensorsFold
{
    private const int BlockOutputs = 256;
    private readonly SafetensorsLayer[] _layers;
    private readonly SafetensorsNorm[] _norms; // in the order of the options
    private readonly Dictionary<SafetensorsEntry, SafetensorsNumbers> _kept = [];

    /// <param name="layers">All layers of the network.</param>
    /// <param name="groups">The tensors of each norm.</param>
    /// <param name="options">Where the norms stand.</param>
    /// <exception cref="ModelFormatException">A norm does not fit into the network.</exception>
    internal SafetensorsFold(SafetensorsLayer[] layers, SafetensorsNormGroup[] groups, LoadOptions options)
    {
        _layers = layers;
        _norms = [.. groups.Select((group, k) => new SafetensorsNorm(options.Norms![k], group, layers))];
    }

    /// <summary>
    /// Takes memory for the numbers of the norms. F64 of their layers is kept too: the network has no room for doubles, and only the last
    /// result is rounded.
    /// </summary>
    internal void TakeMemory()
    {
        foreach (SafetensorsNorm norm in _norms)
        {
            foreach (SafetensorsNumbers numbers in norm.TakeMemory()) _kept.Add(numbers.Tensor, numbers);
            SafetensorsLayer layer = _layers[norm.Layer];
            foreach (SafetensorsEntry? tensor in (ReadOnlySpan<SafetensorsEntry?>)[layer.Weight, layer.Bias])
            {
                if (tensor?.Type == SafetensorsType.F64) _kept.TryAdd(tensor, new SafetensorsNumbers(tensor));
            }
        }
    }

    /// <summary>Reads a tensor if its numbers are needed for a fold.</summary>
    internal bool TryRead(SafetensorsTensorReader reader, SafetensorsEntry tensor)
    {
        bool isKept = _kept.TryGetValue(tensor, out SafetensorsNumbers? numbers);
        numbers?.Read(reader);
        return isKept;
    }

    /// <summary>Folds all norms into the network, after all its tensors have been read.</summary>
    /// <exception cref="ModelFormatException">A folded number is not finite.</exception>
    internal void Apply(Network network)
    {
        foreach (int l in _norms.Select(norm => norm.Layer).Distinct())
        {
            SafetensorsNorm[] before = [.. _norms.Where(norm => norm.Layer == l && !norm.IsAfter)];
            SafetensorsNorm[] after = [.. _norms.Where(norm => norm.Layer == l && norm.IsAfter)];
            for (int i = 0; i < _layers[l].Outputs; i += BlockOutputs)
                Fold(network, l, before, after, i, Math.Min(BlockOutputs, _layers[l].Outputs - i));
        }
    }

    /// <summary>Folds norms into the weights and biases of some outputs.</summary>
    private void Fold(Network network, int l, SafetensorsNorm[] before, SafetensorsNorm[] after, int first, int count)
    {
        SafetensorsLayer layer = _layers[l];
        Span<float> weights = network.Layers[l].Weights, biases = network.Layers[l].Biases;
        SafetensorsNumbers? doubles = _kept.GetValueOrDefault(layer.Weight);
        SafetensorsNumbers? doubleBiases = layer.Bias is null ? null : _kept.GetValueOrDefault(layer.Bias);
        Span<double> scales = stackalloc double[count], shifts = stackalloc double[count], sums = stackalloc double[count];
        for (int i = 0; i < count; i++)
        {
            (scales[i], shifts[i]) = At(after, first + i);
            sums[i] = doubleBiases?[first + i] ?? biases[first + i];
        }

        for (int j = 0; j < layer.Inputs; j++)
        {
            (double scale, double shift) = At(before, j);
            Span<float> row = weights.Slice(j * layer.Outputs + first, count);
            for (int i = 0; i < count; i++)
            {
                double w = doubles?[IndexOf(layer, first + i, j)] ?? row[i];
                sums[i] += w * shift;
                row[i] = Rounded(scales[i] * w * scale, layer.Weight);
            }
        }

        for (int i = 0; i < count; i++) biases[first + i] = Rounded(scales[i] * sums[i] + shifts[i], layer.Bias ?? layer.Weight);
    }

    /// <summary>s and t of norms that follow each other.</summary>
    private static (double Scale, double Shift) At(SafetensorsNorm[] norms, int index)
    {
        (double scale, double shift) = (1, 0);
        foreach (SafetensorsNorm norm in norms)
        {
            (double s, double t) = norm.At(index);
            (scale, shift) = (s * scale, s * shift + t);
        }

        return (scale, shift);
    }

    private static int IndexOf(SafetensorsLayer layer, int output, int input) => layer.Order == SafetensorsOrder.InputsFirst
        ? input * layer.Outputs + output
        : output * layer.Inputs + input;

    private static float Rounded(double value, SafetensorsEntry tensor) => float.IsFinite((float)value)
        ? (float)value
        : throw new ModelFormatException(
            FormattableString.Invariant($"The {tensor} must be finite after LoadOptions.Norms are folded into it, but has {value}."));
}
