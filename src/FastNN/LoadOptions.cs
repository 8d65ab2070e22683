namespace FastNN;

/// <summary>
/// What <see cref="Network.Load(string, LoadOptions?)"/> and <see cref="NetworkEnsemble.Load(string, LoadOptions?)"/> cannot read from a
/// file, and how they load. Immutable.
/// </summary>
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
    /// The names of the layers in a file that FastNN did not write, from the first layer to the last, without ".weight" or ".kernel":
    /// <c>["trunk.0", "trunk.2", "head"]</c>. A layer whose tensors are numbered, such as "W1" and "b1", has the name of its weights:
    /// <c>["W1", "W2"]</c>. Metadata of FastNN in the file are not used. Null: take all layers, in the order of the numbers in their names.
    /// The names must then not differ otherwise.
    /// </summary>
    /// <remarks>
    /// Tensors with other names are skipped, but no norm between the layers is: without it, the network would compute something else. A
    /// BatchNorm needs a place in <see cref="Norms"/>. With another norm, such as a LayerNorm, the file is refused. Only a norm of another
    /// network is skipped. That is a norm whose length is not the inputs or outputs of any listed layer. It is also a norm whose name has
    /// more first words in common with a layer that is not listed than with each listed layer: "critic.1", beside "critic.0", if only
    /// "actor.0" is listed. Words end at "." or "/".
    /// </remarks>
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
    /// Where each BatchNorm1d of the file stands: <c>[new BatchNorm("1") { After = "0" }]</c>. Loading folds it into that layer. Norms at
    /// the same place follow each other in the order of this list. Null: the file has none. A file of an ensemble must have none.
    /// </summary>
    /// <exception cref="ArgumentException">
    /// A norm is null, or is there twice, or it does not have exactly one of <see cref="BatchNorm.After"/> and
    /// <see cref="BatchNorm.Before"/>.
    /// </exception>
    public IReadOnlyList<BatchNorm>? Norms
    {
        get;
        init
        {
            for (int k = 0; k < value?.Count; k++)
            {
                if (value[k] is not { } norm)
                    throw new ArgumentException($"Norms[{k}] must be a BatchNorm, but is null.", nameof(Norms));
                if ((norm.After is null) == (norm.Before is null))
                {
                    throw new ArgumentException(
                        $"Norms[{k}], \"{norm.Name}\", must have either After or Before, but has {(norm.After is null ? "none" : "both")}.",
                        nameof(Norms));
                }

                if (value.Take(k).Any(other => other.Name == norm.Name))
                {
                    throw new ArgumentException(
                        $"Norms[{k}] must have a name of its own, but \"{norm.Name}\" is there twice.", nameof(Norms));
                }
            }

            field = value;
        }
    }

    /// <summary>
    /// Whether a file that FastNN wrote is verified: the checksums must be right, and the outputs of some samples must have the same bits.
    /// A file of an ensemble has no samples. By default true.
    /// </summary>
    public bool Verify { get; init; } = true;

    /// <summary>The kernels that the network uses. All give the same bits.</summary>
    public KernelVariant Kernels { get; init; } = KernelVariant.Auto;

    private static ArgumentException Coupled(string name, Activation activation) =>
        new($"{name} must be an activation of each neuron by itself, but is {activation}. Only the last layer may have {activation}.");
}
