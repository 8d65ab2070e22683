namespace FastNN.Files;

/// <summary>The tensors of a layer: W [n_out, n_in], as in PyTorch's Linear, and b [n_out], null if the layer has none.</summary>
internal sealed class SafetensorsLayer(SafetensorsEntry weight, SafetensorsEntry? bias)
{
    private const string WeightName = "weight", BiasName = "bias";

    internal SafetensorsEntry Weight => weight;

    internal SafetensorsEntry? Bias => bias;

    internal int Inputs => (int)weight.Shape[1];

    internal int Outputs => (int)weight.Shape[0];

    /// <summary>
    /// The name of a layer's weights in a file of FastNN. It is the name in an nn.Sequential in which one module follows each Linear.
    /// </summary>
    internal static string WeightOf(int layer) => $"{2 * layer}.{WeightName}";

    /// <summary>The name of a layer's biases in a file of FastNN.</summary>
    internal static string BiasOf(int layer) => $"{2 * layer}.{BiasName}";

    /// <summary>Finds the layers among tensors, in order. Each layer takes as many inputs as the layer before has outputs.</summary>
    /// <remarks>It copies no name, because names are most of what a header takes in memory.</remarks>
    /// <param name="tensors">If <paramref name="names"/> is null, all of them must belong to layers.</param>
    /// <param name="names">The layers to take, in order; null for all layers, in the order of the numbers in their names.</param>
    /// <exception cref="ModelFormatException">The tensors are not the layers of a network.</exception>
    internal static SafetensorsLayer[] Find(IReadOnlyList<SafetensorsEntry> tensors, IReadOnlyList<string>? names)
    {
        Dictionary<string, SafetensorsEntry> others = new(tensors.Count);
        foreach (SafetensorsEntry tensor in tensors)
        {
            others.Add(tensor.Name, tensor);
            if (names is null && LastWord(tensor) is not (WeightName or BiasName)) throw NotOfLayer(tensor);
        }

        int count = names?.Count ?? tensors.Count(IsWeight);
        if (count == 0) throw new ModelFormatException("The file holds no weights of a layer.");
        if (count > FileRules.MaxLayers)
            throw new ModelFormatException($"A network in a file has at most {FileRules.MaxLayers} layers, but this one has {count}.");

        SafetensorsEntry[]? inOrder = names is null ? InOrder(tensors) : null;
        var layers = new SafetensorsLayer[count];
        for (int l = 0; l < count; l++)
        {
            SafetensorsEntry weight = inOrder?[l] ?? Listed(others, names![l]);
            others.Remove(weight.Name);
            layers[l] = new SafetensorsLayer(weight, Take(others, weight.Name.AsSpan()[..^WeightName.Length], BiasName));
            layers[l].Check(l == 0 ? null : layers[l - 1]);
        }

        return names is null && others.Count > 0 ? throw NotOfLayer(tensors.First(tensor => others.ContainsKey(tensor.Name))) : layers;
    }

    /// <summary>The weights by the numbers in their names.</summary>
    /// <exception cref="ModelFormatException">Two names differ in more than numbers, or their numbers do not differ.</exception>
    private static SafetensorsEntry[] InOrder(IReadOnlyList<SafetensorsEntry> tensors)
    {
        SafetensorsEntry[] weights = [.. tensors.Where(IsWeight)];
        Array.Sort(weights, (a, b) => NaturalOrder.Compare(LayerOf(a), LayerOf(b)));
        for (int l = 1; l < weights.Length; l++)
        {
            ReadOnlySpan<char> a = LayerOf(weights[l - 1]), b = LayerOf(weights[l]);
            if (NaturalOrder.Compare(a, b) == 0 || !NaturalOrder.DifferInNumbersAlone(a, b))
            {
                throw new ModelFormatException(
                    $"The order of the layers {FileText.Quote(a)} and {FileText.Quote(b)} "
                    + "does not follow from the numbers in them: list all in LoadOptions.Layers.");
            }
        }

        return weights;
    }

    /// <summary>The weights of a layer that the options list.</summary>
    private static SafetensorsEntry Listed(Dictionary<string, SafetensorsEntry> others, string name)
    {
        string end = name.Length == 0 ? WeightName : $".{WeightName}";
        if (Take(others, name, end) is { } weight) return weight;

        SafetensorsEntry[] weights = [.. others.Values.Where(IsWeight)];
        string known = weights.Length == 0 ? "none"
            : $"those of layers {string.Join(", ", weights.Take(20).Select(tensor => FileText.Quote(LayerOf(tensor))))}";
        throw new ModelFormatException(
            $"The file has no tensor {FileText.Quote($"{name}{end}")}, or it was already taken. Other weights: {known}.");
    }

    /// <summary>Takes a tensor out of those that are left; null if it is not there.</summary>
    private static SafetensorsEntry? Take(Dictionary<string, SafetensorsEntry> others, ReadOnlySpan<char> start, string end)
    {
        Span<char> name = stackalloc char[SafetensorsHeader.MaxName];
        if (start.Length + end.Length > name.Length) return null;

        start.CopyTo(name);
        end.CopyTo(name[start.Length..]);
        others.GetAlternateLookup<ReadOnlySpan<char>>().Remove(name[..(start.Length + end.Length)], out _, out SafetensorsEntry? tensor);
        return tensor;
    }

    private static bool IsWeight(SafetensorsEntry tensor) => LastWord(tensor) is WeightName;

    private static ReadOnlySpan<char> LastWord(SafetensorsEntry tensor) => tensor.Name.AsSpan(tensor.Name.LastIndexOf('.') + 1);

    /// <summary>The name of a tensor without its last word, which is "weight" or "bias".</summary>
    private static ReadOnlySpan<char> LayerOf(SafetensorsEntry tensor) => tensor.Name.AsSpan(0, Math.Max(tensor.Name.LastIndexOf('.'), 0));

    private static ModelFormatException NotOfLayer(SafetensorsEntry tensor) =>
        new($"The {tensor} is no layer's weight or bias. LoadOptions.Layers can list the layers to take.");

    private void Check(SafetensorsLayer? before)
    {
        if (weight.Shape is not [>= 1 and <= int.MaxValue, >= 1 and <= int.MaxValue])
            throw new ModelFormatException($"The {weight} must have two dimensions, outputs and inputs, of at least 1.");
        if (bias is not null && (bias.Shape is not [var length] || length != weight.Shape[0]))
            throw new ModelFormatException($"The {bias} must have one dimension, the outputs of the {weight}.");
        if (before is not null && before.Outputs != Inputs)
        {
            throw new ModelFormatException(
                $"The {weight} must take the {before.Outputs} outputs of the {before.Weight} before it, but has {Inputs} inputs.");
        }

        foreach (SafetensorsEntry? tensor in (ReadOnlySpan<SafetensorsEntry?>)[weight, bias])
        {
            if (tensor?.Type == SafetensorsType.Other)
                throw new ModelFormatException($"The {tensor} must be of type F32, F16, BF16 or F64, the types that are read.");
        }
    }
}
