using FastNN.Contract;

namespace FastNN.Files;

/// <summary>
/// The members of an ensemble in a file. A tensor has the numbers of all members, one after another, as torch.func.stack_module_state
/// stacks them: weights [count, n_out, n_in], and biases [count, n_out].
/// </summary>
internal static class SafetensorsMembers
{
    /// <summary>The tensors of an ensemble to be written.</summary>
    internal static SafetensorsTensor[] TensorsOf(NetworkEnsemble ensemble)
    {
        int count = ensemble.Count;
        LayerShape[] layers = ensemble.Shape.Plan.Shapes;
        float[] numbers = new float[layers.Max(layer => layer.ParametersEnd - layer.Weights)]; // of a layer of one member
        List<SafetensorsTensor> tensors = [];
        for (int l = 0; l < layers.Length; l++)
        {
            LayerShape layer = layers[l];
            int inputs = layer.Inputs, outputs = layer.Outputs;
            tensors.Add(new(
                SafetensorsLayer.WeightOf(l), [count, outputs, inputs],
                writer => ForEach(layer.Weights, inputs * outputs, w => writer.Weights(w, inputs, outputs, ensemble.Shape.Plan.Kernels))));
            tensors.Add(new(SafetensorsLayer.BiasOf(l), [count, outputs], writer => ForEach(layer.Biases, outputs, writer.Flat)));
        }

        return [.. tensors];

        void ForEach(int first, int length, Action<ReadOnlySpan<float>> write)
        {
            for (int i = 0; i < count; i++)
            {
                ensemble.Members.Read(i, numbers.AsSpan(0, length), first);
                write(numbers.AsSpan(0, length));
            }
        }
    }

    /// <summary>Refuses a file of one network if an ensemble is wanted, and a file of an ensemble if one network is wanted.</summary>
    /// <param name="header">The header of the file.</param>
    /// <param name="isOwn">Whether its metadata count. If they do not, the shapes of the weights tell what it is.</param>
    /// <param name="isEnsemble">Whether an ensemble is wanted.</param>
    /// <exception cref="ModelFormatException">The file is of the other kind.</exception>
    internal static void CheckKind(SafetensorsHeader header, bool isOwn, bool isEnsemble)
    {
        string? count = isOwn ? header.Metadata.GetValueOrDefault(SafetensorsMetadata.Count) : null;
        if (isEnsemble && isOwn && count is null)
            throw new ModelFormatException("The file holds one network, not an ensemble. Network.Load reads it.");
        if (!isEnsemble && count is not null)
        {
            throw new ModelFormatException(
                $"The file holds an ensemble of {FileText.Clip(count)} networks, not one network. NetworkEnsemble.Load reads it.");
        }

        SafetensorsEntry[] weights = [.. header.Tensors.Where(SafetensorsLayers.IsWeight)];
        SafetensorsEntry? matrix = weights.FirstOrDefault(weight => weight.Shape.Length == 2);
        SafetensorsEntry? stack = weights.FirstOrDefault(weight => weight.Shape.Length == 3);
        if (isEnsemble && stack is null && matrix is not null)
        {
            throw new ModelFormatException(
                SafetensorsLayer.DimensionsOf(matrix, isEnsemble) + " With two, it fits one network, which Network.Load reads.");
        }

        if (!isEnsemble && matrix is null && stack is not null)
        {
            throw new ModelFormatException(
                SafetensorsLayer.DimensionsOf(stack, isEnsemble)
                + $" With three, it fits an ensemble of {stack.Shape[0]} networks, which NetworkEnsemble.Load reads.");
        }
    }

    /// <summary>The tensors of a file as those of members.</summary>
    /// <exception cref="ModelFormatException">There are standardizers, or the options place norms.</exception>
    internal static SafetensorsEntry[] Of(IReadOnlyList<SafetensorsEntry> tensors, LoadOptions options)
    {
        if (options.Norms is { Count: > 0 })
            throw new ModelFormatException("LoadOptions.Norms must be null or empty for an ensemble: no norm is folded into members.");
        if (tensors.FirstOrDefault(tensor => SafetensorsStandardizer.Owns(tensor.Name)) is { } standardizer)
            throw new ModelFormatException($"The {standardizer} is a part of a standardizer, which no ensemble has.");
        return [.. tensors.Select(tensor => tensor.OfMembers())];
    }

    /// <summary>Checks that the metadata have the count of the tensors.</summary>
    /// <exception cref="ModelFormatException">They have another one.</exception>
    internal static void CheckCount(string count, SafetensorsLayer[] layers)
    {
        if (count == $"{layers[0].Weight.Members}") return;

        throw new ModelFormatException(
            $"The tensors are those of {layers[0].Weight.Members} networks, but the metadata says {FileText.Quote(count)}.");
    }
}
