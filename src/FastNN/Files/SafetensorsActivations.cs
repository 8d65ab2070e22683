namespace FastNN.Files;

/// <summary>The activations of a network in a file: those that the file names, or those in the options.</summary>
internal static class SafetensorsActivations
{
    /// <summary>One activation for each layer.</summary>
    /// <param name="layers">The number of layers.</param>
    /// <param name="text">The names in the file, separated by commas; null if the file names none.</param>
    /// <param name="options">The options of the caller.</param>
    /// <exception cref="ModelFormatException">
    /// Nobody names the activations, the file and the options differ, or no network can have them.
    /// </exception>
    /// <exception cref="ArgumentException">The options give the activations twice.</exception>
    internal static Activation[] Resolve(int layers, string? text, LoadOptions options)
    {
        Activation?[] given = Given(layers, options);
        if (text is null)
        {
            return given.All(activation => activation is not null) ? [.. given.OfType<Activation>()] : throw new ModelFormatException(
                $"The file does not name the activations of its {layers} layers: "
                + "give them in LoadOptions, as Hidden and Output, or as Activations.");
        }

        Activation[] activations = Named(layers, text);
        for (int l = 0; l < layers; l++)
        {
            if (given[l] is { } other && other != activations[l])
                throw new ModelFormatException($"The activation of layer {l} is {activations[l]} in the file, but {other} in the options.");
        }

        return activations;
    }

    /// <summary>What the options say about each layer; null if they say nothing.</summary>
    private static Activation?[] Given(int layers, LoadOptions options)
    {
        if (options.Activations is not { } all)
        {
            var given = new Activation?[layers];
            Array.Fill(given, options.Hidden);
            given[^1] = options.Output;
            return given;
        }

        if (options.Hidden is not null || options.Output is not null)
            throw new ArgumentException("options must have either Activations or Hidden and Output, but has both.", nameof(options));
        return all.Count == layers
            ? [.. all]
            : throw new ModelFormatException($"The file has {layers} layers, but options.Activations has {all.Count}.");
    }

    private static Activation[] Named(int layers, string text)
    {
        // An activation has two arguments at most, so many commas are refused before they cost memory.
        List<Range> names = text.AsSpan().Count(',') < 2 * layers ? ActivationNames.Split(text) : [];
        if (names.Count != layers)
        {
            throw new ModelFormatException(
                $"\"{SafetensorsMetadata.Activations}\" in the metadata must name one for each of {layers} layers, "
                + $"but is {FileText.Quote(text)}.");
        }

        Activation[] activations = [.. names.Select(name => Named(text.AsSpan(name)))];
        foreach (Activation activation in activations.SkipLast(1))
        {
            if (!activation.IsElementwise)
            {
                throw new ModelFormatException(
                    $"{activation} in the metadata couples the neurons of a layer. Only the last layer may have it, but another one has.");
            }
        }

        return activations;
    }

    private static Activation Named(ReadOnlySpan<char> name) => ActivationNames.TryParse(name, out Activation? activation)
        ? activation
        : throw new ModelFormatException($"The activation {FileText.Quote(name)} in the metadata is none of {ActivationNames.Known}.");
}
