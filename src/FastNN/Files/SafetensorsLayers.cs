namespace FastNN.Files;

/// <summary>Finds the layers of a network among tensors.</summary>
internal static class SafetensorsLayers
{
    /// <summary>Finds the layers, in order, and takes their tensors.</summary>
    /// <param name="tensors">If <paramref name="names"/> is null, all that are left must belong to layers.</param>
    /// <param name="names">The layers to take, in order; null for all layers, in the order of the numbers in their names.</param>
    /// <exception cref="ModelFormatException">The tensors are not the layers of a network.</exception>
    internal static SafetensorsLayer[] Take(SafetensorsTensors tensors, IReadOnlyList<string>? names)
    {
        SafetensorsEntry[]? inOrder = names is null ? InOrder(tensors) : null;
        int count = names?.Count ?? inOrder!.Length;
        if (count == 0)
        {
            throw new ModelFormatException(
                $"The file holds no weights of a layer. Its tensors: {SafetensorsTensors.Names(tensors.Left.Select(NameOf))}. "
                + SafetensorsName.Expected);
        }

        if (count > FileRules.MaxLayers)
            throw new ModelFormatException($"A network in a file has at most {FileRules.MaxLayers} layers, but this one has {count}.");

        var layers = new SafetensorsLayer[count];
        for (int l = 0; l < count; l++)
        {
            SafetensorsEntry weight = inOrder?[l] ?? Listed(tensors, names![l]);
            var name = new SafetensorsName(weight.Name);
            tensors.Take(weight.Name, "");
            layers[l] = new SafetensorsLayer(weight, tensors.Take(name.Group, name.BiasWord, name.Tail));
        }

        if (names is null && tensors.Left.FirstOrDefault() is { } other)
        {
            throw new ModelFormatException(
                $"The {other} is no part of a layer. {SafetensorsName.Expected} Or LoadOptions.Layers lists the layers to take.");
        }

        SafetensorsChain.Check(layers);
        return layers;
    }

    /// <summary>Whether the name is that of a layer's weights.</summary>
    internal static bool IsWeight(SafetensorsEntry tensor) => new SafetensorsName(tensor.Name).BiasWord is not null;

    /// <summary>The weights by the numbers in their names.</summary>
    /// <exception cref="ModelFormatException">Two names differ in more than numbers, or their numbers do not differ.</exception>
    private static SafetensorsEntry[] InOrder(SafetensorsTensors tensors)
    {
        SafetensorsEntry[] weights = [.. tensors.Left.Where(IsWeight)];
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
    private static SafetensorsEntry Listed(SafetensorsTensors tensors, string name)
    {
        if (tensors.Find(name, "") is { } numbered && IsWeight(numbered) && LayerOf(numbered).Length == name.Length) return numbered;

        foreach (string separator in (ReadOnlySpan<string>)(name.Length == 0 ? [""] : [".", "/"]))
        {
            foreach (string word in (ReadOnlySpan<string>)[SafetensorsName.Weight, SafetensorsName.Kernel])
            {
                if (Find(separator + word) is { } weight) return weight;
            }
        }

        throw new ModelFormatException(
            $"The file has no weights of a layer {FileText.Quote(name)}, or they were already taken. Other layers: "
            + $"{SafetensorsTensors.Names(tensors.Left.Where(IsWeight).Select(tensor => FileText.Quote(LayerOf(tensor))))}. "
            + SafetensorsName.Expected);

        SafetensorsEntry? Find(string end) => tensors.Find(name, end) ?? tensors.Find(name, end, SafetensorsName.KerasTail);
    }

    private static string NameOf(SafetensorsEntry tensor) => FileText.Quote(tensor.Name);

    private static ReadOnlySpan<char> LayerOf(SafetensorsEntry weight) => new SafetensorsName(weight.Name).Layer;
}
