namespace FastNN;

/// <summary>What <see cref="Network.Load(string, LoadOptions?)"/> cannot know from a file, or is to do otherwise. Immutable.</summary>
public sealed record LoadOptions
{
    /// <summary>
    /// The activation of all layers but the last, for a file that names none, as those written by others. A file that names them must agree. Null for what
    /// the file says.
    /// </summary>
    /// <exception cref="ArgumentException">It couples the neurons of a layer, as softmax does.</exception>
    public Activation? Hidden
    {
        get;
        init => field = value is { IsElementwise: false } ? throw Coupled(nameof(Hidden), value) : value;
    }

    /// <summary>That of the last layer.</summary>
    public Activation? Output { get; init; }

    /// <summary>Instead of both, one for each layer.</summary>
    /// <exception cref="ArgumentException">One is null, or couples the neurons of a layer that is not the last.</exception>
    public IReadOnlyList<Activation>? Activations
    {
        get;
        init
        {
            for (int l = 0; l < value?.Count; l++)
            {
                if (value[l] is null) throw new ArgumentException($"Activations[{l}] must be an activation, but is null.", nameof(Activations));
                if (l < value.Count - 1 && !value[l].IsElementwise) throw Coupled($"Activations[{l}]", value[l]);
            }

            field = value;
        }
    }

    /// <summary>
    /// The names of the layers in a file of another origin, the first first and without ".weight": <c>["trunk.0", "trunk.2", "head"]</c>. Tensors of
    /// other names are passed over, and what FastNN itself may have written about the file is not used. Null for all layers there are, in the order of the
    /// numbers in their names, which must not differ otherwise.
    /// </summary>
    /// <exception cref="ArgumentException">One is null.</exception>
    public IReadOnlyList<string>? Layers
    {
        get;
        init
        {
            for (int l = 0; l < value?.Count; l++)
            {
                if (value[l] is null) throw new ArgumentException($"Layers[{l}] must be the name of a layer, but is null.", nameof(Layers));
            }

            field = value;
        }
    }

    /// <summary>
    /// Whether a file that FastNN wrote must be the one that was written: checksums must fit, and the outputs of some samples be the same bits; by
    /// default true.
    /// </summary>
    public bool Verify { get; init; } = true;

    /// <summary>The kernels that the network runs on; all give the same bits.</summary>
    public KernelVariant Kernels { get; init; } = KernelVariant.Auto;

    private static ArgumentException Coupled(string name, Activation activation) =>
        new($"{name} is {activation}, which couples the neurons of a layer and must be that of the last.");
}
