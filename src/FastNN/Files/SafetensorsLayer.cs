namespace FastNN.Files;

/// <summary>The tensors of a layer: W [n_out, n_in], as in PyTorch's Linear, and b [n_out], null if the layer has none.</summary>
internal sealed class SafetensorsLayer(string name, SafetensorsEntry weight, SafetensorsEntry? bias)
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
    /// <param name="tensors">If <paramref name="names"/> is null, all of them must belong to layers.</param>
    /// <param name="names">The layers to take, in order; null for all layers, in the order of the numbers in their names.</param>
    /// <exception cref="ModelFormatException">The tensors are not the layers of a network.</exception>
    internal static SafetensorsLayer[] Find(IReadOnlyList<SafetensorsEntry> tensors, IReadOnlyList<string>? names)
    {
        Dictionary<string, SafetensorsEntry> weights = new(tensors.Count), biases = new(tensors.Count / 2);
        foreach (SafetensorsEntry tensor in tensors)
        {
            int dot = tensor.Name.LastIndexOf('.');
            string name = tensor.Name[..Math.Max(dot, 0)];
            if (tensor.Name.AsSpan(dot + 1) is WeightName) weights[name] = tensor;
            else if (tensor.Name.AsSpan(dot + 1) is BiasName) biases[name] = tensor;
            else if (names is null) throw NotOfLayer(tensor);
        }

        names ??= InOrder([.. weights.Keys]);
        if (names.Count == 0) throw new ModelFormatException("The file holds no weights of a layer.");
        var layers = new SafetensorsLayer[names.Count];
        for (int l = 0; l < layers.Length; l++)
        {
            if (!weights.Remove(names[l], out SafetensorsEntry? weight))
            {
                string lacks = FileText.Quote($"{names[l]}.{WeightName}");
                throw new ModelFormatException($"The file has no tensor {lacks}, or it was already taken. Other weights: {Text(weights)}.");
            }

            biases.Remove(names[l], out SafetensorsEntry? bias);
            layers[l] = new SafetensorsLayer(names[l], weight, bias);
            layers[l].Check(l == 0 ? null : layers[l - 1]);
        }

        return layers;
    }

    /// <exception cref="ModelFormatException">Two names differ in more than numbers, or their numbers do not differ.</exception>
    private static List<string> InOrder(List<string> names)
    {
        names.Sort(NaturalOrder.Comparer);
        for (int l = 1; l < names.Count; l++)
        {
            if (NaturalOrder.Comparer.Compare(names[l - 1], names[l]) == 0 || !NaturalOrder.DifferInNumbersAlone(names[l - 1], names[l]))
            {
                throw new ModelFormatException(
                    $"The order of the layers {FileText.Quote(names[l - 1])} and {FileText.Quote(names[l])} "
                    + "does not follow from the numbers in them: list all in LoadOptions.Layers.");
            }
        }

        return names;
    }

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

    /// <summary>Some of the names, or "none".</summary>
    private static string Text(Dictionary<string, SafetensorsEntry> weights) =>
        weights.Count == 0 ? "none" : $"those of layers {string.Join(", ", weights.Keys.Take(20).Select(name => FileText.Quote(name)))}";

    /// <inheritdoc/>
    public override string ToString() => name;
}
