namespace FastNN;

/// <summary>What <see cref="Network.Load(string, LoadOptions?)"/> cannot read from a file, and how it loads. Immutable.</summary>
public sealed record LoadOptions
{
    /// <summary>
    /// The activation of all layers except the last. It is needed for files that do not name activations, for example those of PyTorch. If
    /// the file names them, both must agree. Null: take what the file says.
    /// </summary>
    /// <exception cref="ArgumentException">The activation couples the neurons of a layer, as softmax does.</exception>
    public Activation? Hidden
    {
        get;
        init => field = value is { IsElementwise: false } ? throw Coupled(nameof(Hidden), value) : value;
    }

    /// <summary>The activation of the last layer. The same rules hold as for <see cref="Hidden"/>.</summary>
    public Activation? Output { get; init; }

    /// <summary>The activation of each layer, instead of <see cref="Hidden"/> and <see cref="Output"/>.</summary>
    /// <exception cref="ArgumentException">An activation is null, or it couples the neurons of a layer that is not the last.</exception>
    public IReadOnlyList<Activation>? Activations
    {
        get;
        init
        {
            for (int l = 0; l < value?.Count; l++)
            {
                if (value[l] is null)
                    throw new ArgumentException($"Activations[{l}] must be an activation, but is null.", nameof(Activations));
                if (l < value.Count - 1 && !value[l].IsElementwise) throw Coupled($"Activations[{l}]", value[l]);
            }

            field = value;
        }
    }

    /// <summary>
    /// The names of the layers in a file that FastNN did not write, from the first layer to the last, without ".weight": <c>["trunk.0",
    /// "trunk.2", "head"]</c>. Tensors with other names are skipped, and metadata of FastNN in the file are not used. Null: take all
    /// layers, in the order of the numbers in their names. The names must then not differ otherwise.
    /// </summary>
    /// <exception cref="ArgumentException">A name is null.</exception>
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
    /// Whether a file that FastNN wrote is verified: the checksums must be right, and the outputs of some samples must have the same bits.
    /// By default true.
    /// </summary>
    public bool Verify { get; init; } = true;

    /// <summary>The kernels that the network uses. All give the same bits.</summary>
    public KernelVariant Kernels { get; init; } = KernelVariant.Auto;

    private static ArgumentException Coupled(string name, Activation activation) =>
        new($"{name} must be an activation of each neuron by itself, but is {activation}. Only the last layer may have {activation}.");
}
