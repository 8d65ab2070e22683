namespace FastNN.Files;

/// <summary>
/// The norms among the tensors of a file. Those that the caller places are folded. The others are refused, or of another network.
/// </summary>
internal static class SafetensorsNorms
{
    /// <summary>Takes the tensors of all norms.</summary>
    /// <param name="tensors">All tensors, so that the others are left.</param>
    /// <param name="options">Where norms stand, and which layers are listed.</param>
    /// <returns>The tensors of each of <see cref="LoadOptions.Norms"/>.</returns>
    /// <exception cref="ModelFormatException">
    /// A norm is missing, or has no place, or is one that cannot be folded into a layer.
    /// </exception>
    internal static SafetensorsNormGroup[] Take(SafetensorsTensors tensors, LoadOptions options)
    {
        SafetensorsNormGroup[] placed = [.. (options.Norms ?? []).Select(norm => Placed(tensors, norm))];
        SafetensorsEntry[] rest = [.. tensors.Left.Where(SafetensorsNormGroup.Has)];
        (SafetensorsEntry Weight, bool IsListed)[] layers =
            rest.Length > 0 && options.Layers is { } names ? Layers(tensors, names) : [];
        foreach (SafetensorsEntry tensor in rest.Where(tensors.IsLeft))
        {
            if (options.Layers is null || IsBetween(tensor, layers)) throw Refused(tensor, tensors);
            SafetensorsNormGroup.Take(tensors, tensor);
        }

        return placed;
    }

    private static SafetensorsNormGroup Placed(SafetensorsTensors tensors, BatchNorm norm)
    {
        if (SafetensorsNormGroup.Take(tensors, norm.Name) is not { } group)
        {
            IEnumerable<string> others = tensors.Left.Where(SafetensorsNormGroup.IsStatistic)
                .Select(tensor => FileText.Quote(new SafetensorsName(tensor.Name).Owner)).Distinct();
            throw new ModelFormatException(
                $"The file has no BatchNorm {FileText.Quote(norm.Name)} with \".running_mean\" and \".running_var\". "
                + $"Others: {SafetensorsTensors.Names(others)}.");
        }

        return group is { Mean: not null, Variance: not null } ? group : throw Incomplete(group);
    }

    /// <summary>The weights of all layers, and whether they are listed.</summary>
    private static (SafetensorsEntry Weight, bool IsListed)[] Layers(SafetensorsTensors tensors, IReadOnlyList<string> names)
    {
        HashSet<string>.AlternateLookup<ReadOnlySpan<char>> listed = new HashSet<string>(names).GetAlternateLookup<ReadOnlySpan<char>>();
        return [.. tensors.Left.Where(IsMatrix).Select(tensor => (tensor, listed.Contains(new SafetensorsName(tensor.Name).Layer)))];
    }

    private static bool IsMatrix(SafetensorsEntry tensor) => tensor.Shape.Length == 2 && SafetensorsLayers.IsWeight(tensor);

    /// <summary>
    /// Whether a norm may stand between listed layers. It does not if no listed layer has as many inputs or outputs as it has values, or if
    /// another layer has more first words in common with it than each listed layer has.
    /// </summary>
    private static bool IsBetween(SafetensorsEntry norm, (SafetensorsEntry Weight, bool IsListed)[] layers)
    {
        ReadOnlySpan<char> group = new SafetensorsName(norm.Name).Group;
        bool fits = norm.Shape is [1] && !SafetensorsNormGroup.IsStatistic(norm); // a PReLU has one slope for all values
        int ofListed = 0, ofOthers = 0;
        foreach ((SafetensorsEntry weight, bool isListed) in layers)
        {
            int shared = SafetensorsName.SharedWords(group, weight.Name);
            if (isListed) ofListed = Math.Max(ofListed, shared);
            else ofOthers = Math.Max(ofOthers, shared);
            fits |= isListed && (SafetensorsLayer.IsVector(norm, weight.Shape[0]) || SafetensorsLayer.IsVector(norm, weight.Shape[1]));
        }

        return fits && ofOthers <= ofListed;
    }

    private static ModelFormatException Refused(SafetensorsEntry tensor, SafetensorsTensors tensors)
    {
        if (tensor.Members is not null)
        {
            return new($"The {tensor} looks like a part of a norm, or a PReLU, which no ensemble of FastNN can hold. The weights of its "
                + "layers have three dimensions: members, outputs and inputs.");
        }

        SafetensorsNormGroup group = SafetensorsNormGroup.Take(tensors, tensor);
        return group.IsBatchNorm ? NotPlaced(group, tensors) : Other(group);
    }

    private static ModelFormatException Incomplete(SafetensorsNormGroup group) =>
        new($"The {group.First} is of a BatchNorm, but its {(group.Mean is null ? "running means" : "running variances")} are missing.");

    private static ModelFormatException NotPlaced(SafetensorsNormGroup group, SafetensorsTensors tensors)
    {
        if (group.Mean is null || group.Variance is null) return Incomplete(group);

        string name = FileText.Quote(group.Name);
        string after = Neighbour(group, tensors, isAfter: true), before = Neighbour(group, tensors, isAfter: false);
        return new(
            $"The {group.Mean} and the {group.Variance} are of a BatchNorm. "
            + "LoadOptions.Norms must say where it stands, so that it is folded into a layer: "
            + $"[new BatchNorm({name}) {{ After = {after} }}] if it takes the sums of that layer, "
            + $"or {{ Before = {before} }} if it takes the inputs of that layer.");
    }

    /// <summary>
    /// The name of the layer that a norm probably stands beside, in quotation marks. If the names are a sequence of numbers, it is the
    /// nearest layer on this side. Otherwise it is the only layer that fits. "…" if there is none.
    /// </summary>
    private static string Neighbour(SafetensorsNormGroup group, SafetensorsTensors tensors, bool isAfter)
    {
        SafetensorsLayer[] layers = [.. tensors.Left.Where(IsMatrix).Select(weight => new SafetensorsLayer(weight, null))];
        SafetensorsLayer[] sequence = [.. layers.Where(layer => NaturalOrder.DifferInNumbersAlone(layer.Name, group.Name))];
        SafetensorsLayer[] fitting = [.. layers.Where(Fits)];
        SafetensorsLayer? found = sequence.Length == 0 && fitting.Length == 1 ? fitting[0] : null;
        foreach (SafetensorsLayer layer in sequence)
        {
            if (IsFarther(group.Name, layer.Name) && (found is null || IsFarther(layer.Name, found.Name))) found = layer;
        }

        return found is not null && Fits(found) ? FileText.Quote(found.Name) : "\"…\"";

        bool Fits(SafetensorsLayer layer) => layer.Order != SafetensorsOrder.Unknown
            && (isAfter ? layer.OutputsAs(layer.Order) : layer.InputsAs(layer.Order)) == group.Length;

        // A norm after a layer has a greater number than the layer.
        bool IsFarther(ReadOnlySpan<char> a, ReadOnlySpan<char> b) =>
            NaturalOrder.Compare(a, b) is var order && (isAfter ? order > 0 : order < 0);
    }

    private static ModelFormatException Other(SafetensorsNormGroup group) => new(
        group.Bias is null
            ? $"The {group.Weight} looks like an RMSNorm or a PReLU, which no layer of FastNN can hold. "
            + "The weights of a layer have two dimensions."
            : $"The {group.Weight} and the {group.Bias} look like a LayerNorm or a GroupNorm, which no layer of FastNN can hold. "
            + "A BatchNorm needs its \".running_mean\" and \".running_var\" beside them.");
}
