namespace FastNN.Files;

/// <summary>
/// The layers of a network as a chain: each one takes as many inputs as the layer before has outputs. If names do not tell the order of the
/// dimensions, the chain and the lengths of the biases tell it. All such layers of a file have the same order.
/// </summary>
internal static class SafetensorsChain
{
    /// <summary>Decides the order of all dimensions, and checks the chain.</summary>
    /// <exception cref="ModelFormatException">The layers are no chain, or nothing tells the order.</exception>
    internal static void Check(SafetensorsLayer[] layers)
    {
        foreach (SafetensorsLayer layer in layers) layer.Check();
        SafetensorsLayer[] unknown = [.. layers.Where(layer => layer.Order == SafetensorsOrder.Unknown)];
        if (unknown.Length > 0)
        {
            SafetensorsOrder order = Decide(layers, unknown[0]);
            foreach (SafetensorsLayer layer in unknown) layer.Order = order;
        }

        for (int l = 0; l < layers.Length; l++) Check(layers, l);
    }

    /// <summary>The one order of the unknown layers with which all layers are a chain.</summary>
    private static SafetensorsOrder Decide(SafetensorsLayer[] layers, SafetensorsLayer first)
    {
        SafetensorsEntry weight = first.Weight;
        bool inputs = Fits(layers, SafetensorsOrder.InputsFirst), outputs = Fits(layers, SafetensorsOrder.OutputsFirst);
        if (inputs != outputs) return inputs ? SafetensorsOrder.InputsFirst : SafetensorsOrder.OutputsFirst;

        if (!inputs)
        {
            throw new ModelFormatException(
                $"The layers from the {weight} on are no chain, neither as [n_in, n_out] nor as [n_out, n_in]: "
                + "the outputs of a layer, its biases and the inputs of the next layer must have the same length.");
        }

        string name = FileText.Clip(weight.Name);
        string biases = first.Bias is { } bias ? $", and {FileText.Quote(bias.Name)} to \"{name}.bias\"" : "";
        throw new ModelFormatException(
            $"The {weight} and those like it fit as [n_in, n_out] and as [n_out, n_in]. "
            + $"Rename each: {FileText.Quote(weight.Name)} to \"{name}.kernel\" if it is [n_in, n_out], "
            + $"or to \"{name}.weight\" if it is [n_out, n_in]{biases}.");
    }

    /// <summary>Whether the layers are a chain, if those whose order is unknown have the given one, or if all have it.</summary>
    private static bool Fits(SafetensorsLayer[] layers, SafetensorsOrder order, bool all = false)
    {
        for (int l = 0; l < layers.Length; l++)
        {
            if (!layers[l].FitsBias(Of(l)) || (l > 0 && layers[l].InputsAs(Of(l)) != layers[l - 1].OutputsAs(Of(l - 1)))) return false;
        }

        return true;

        SafetensorsOrder Of(int l) => all || layers[l].Order == SafetensorsOrder.Unknown ? order : layers[l].Order;
    }

    private static void Check(SafetensorsLayer[] layers, int l)
    {
        SafetensorsLayer layer = layers[l];
        if (!layer.FitsBias(layer.Order))
        {
            throw new ModelFormatException(
                $"The {layer.Bias} must have {(layer.Weight.Members is null ? "one dimension," : "two dimensions, the members and")}"
                + $" the {layer.Outputs} outputs of the {layer.Weight}.{Hint(layers)}");
        }

        foreach (SafetensorsEntry? tensor in (ReadOnlySpan<SafetensorsEntry?>)[layer.Weight, layer.Bias])
        {
            if (tensor is not null && tensor.Members != layers[0].Weight.Members)
                throw new ModelFormatException($"The {tensor} must have as many members as the {layers[0].Weight}, but has not.");
        }

        if (l > 0 && layers[l - 1] is var before && before.Outputs != layer.Inputs)
        {
            throw new ModelFormatException(
                $"The {layer.Weight} must take the {before.Outputs} outputs of the {before.Weight} before it, "
                + $"but has {layer.Inputs} inputs.{Hint(layers)}");
        }
    }

    /// <summary>What to rename, if all layers would fit with the other order.</summary>
    private static string Hint(SafetensorsLayer[] layers) =>
        Fits(layers, SafetensorsOrder.InputsFirst, all: true)
            ? $" All weights fit as [n_in, n_out]: if they are, rename them to end in \".{SafetensorsName.Kernel}\"."
        : Fits(layers, SafetensorsOrder.OutputsFirst, all: true)
            ? $" All weights fit as [n_out, n_in]: if they are, rename them to end in \".{SafetensorsName.Weight}\"."
        : "";
}
