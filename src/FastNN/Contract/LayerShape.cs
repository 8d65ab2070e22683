namespace FastNN.Contract;

/// <summary>
/// Where the numbers of a layer are. This type alone knows the promised layout of the parameters: layer after layer, W and then b, without
/// padding. w_ij, from input j to output i, is at <c>Weights + j·Outputs + i</c>. b_i is at <c>Biases + i</c>. The other offsets are
/// offsets in workspaces.
/// </summary>
/// <param name="Inputs">n_in.</param>
/// <param name="Outputs">n_out.</param>
/// <param name="Weights">Offset of w_00 in the parameters.</param>
/// <param name="Biases">Offset of b_0 in the parameters.</param>
/// <param name="Activations">
/// Offset of the layer's outputs in the workspace of one sample. Every layer starts a cache line there. Deltas have a buffer of their own
/// with the same offsets.
/// </param>
/// <param name="InputRows">
/// A tile can hold the inputs of all layers, one layer below the other. This is the number of rows before those of this layer.
/// </param>
/// <param name="InputsInRows">
/// Whether the layer reads the samples of a batch in rows, as the user has them. Only the first layer can. Then its inputs are not in a
/// tile.
/// </param>
/// <param name="Kept">
/// Offset in the workspace of the numbers from which f′ is computed. These are the outputs, or slopes that a pass keeps behind the outputs
/// of all layers.
/// </param>
/// <param name="Slopes">A tile can hold all kept slopes. This is the number of rows before those of this layer.</param>
internal readonly record struct LayerShape(
    int Inputs, int Outputs, int Weights, int Biases, int Activations, int InputRows, bool InputsInRows, int Kept, int Slopes)
{
    /// <summary>
    /// The most neurons of a network. Inputs count too. The outputs of each layer are rounded up to sixteen. A layer counts twice if its
    /// slopes are kept. With this limit, a tile of them fits an array.
    /// </summary>
    internal const int MaxNeurons = 1 << 24;

    /// <summary>The last row of the layer in a tile. It holds ones: they are the input of the biases.</summary>
    internal int OnesRow => InputsInRows ? InputRows : InputRows + Inputs;

    /// <summary>Whether training keeps f′ beside the outputs, because f′ cannot be computed from them.</summary>
    internal bool KeepsSlope => Kept != Activations;

    /// <summary>Rows of the kept slopes, up to and with this layer.</summary>
    internal int SlopesEnd => KeepsSlope ? Slopes + Outputs : Slopes;

    /// <summary>The offset after the layer's last parameter.</summary>
    internal int ParametersEnd => Biases + Outputs;

    /// <summary>The outputs, rounded up to sixteen. <see cref="MaxNeurons"/> keeps the sum small.</summary>
    internal int PaddedOutputs => unchecked(Outputs + VirtualLanes.Count - 1) & -VirtualLanes.Count;

    /// <summary>The offset after the layer's outputs in the workspace, with padding.</summary>
    internal int ActivationsEnd => Activations + PaddedOutputs;

    /// <summary>Lays out the layers between <paramref name="widths"/>.</summary>
    /// <param name="widths">At least two, each at least 1.</param>
    /// <param name="keepsSlope">For each layer, whether f′ cannot be computed from its outputs.</param>
    /// <param name="firstInRows">Whether the first layer reads the samples of a batch in rows.</param>
    /// <param name="mostParameters">The most floats in one buffer.</param>
    /// <exception cref="ArgumentOutOfRangeException">There are more parameters or neurons than a network can hold.</exception>
    internal static LayerShape[] LayOut(ReadOnlySpan<int> widths, ReadOnlySpan<bool> keepsSlope, bool firstInRows, int mostParameters)
    {
        var shapes = new LayerShape[widths.Length - 1];
        long parameters = 0, neurons = 0, slopes = 0, rows = 0;
        for (int l = 0; l < shapes.Length; l++)
        {
            int inputs = widths[l], outputs = widths[l + 1];
            bool inRows = l == 0 && firstInRows;
            long weights = (long)inputs * outputs, padded = (outputs + (long)VirtualLanes.Count - 1) & -VirtualLanes.Count;
            long slopesEnd = slopes + (keepsSlope[l] ? outputs : 0), rowsEnd = rows + (inRows ? 1 : inputs + 1L);
            long inputsApart = firstInRows ? widths[0] : 0; // they count, although they are in no tile
            if (parameters + weights + outputs > mostParameters || inputsApart + rowsEnd - 1 + neurons + padded + slopesEnd > MaxNeurons)
                throw TooLarge(nameof(widths), l, inputs, outputs, mostParameters);

            shapes[l] = new LayerShape(
                inputs, outputs, (int)parameters, (int)(parameters + weights), (int)neurons, (int)rows, inRows, Kept: (int)neurons,
                (int)slopes);
            parameters += weights + outputs;
            neurons += padded;
            rows = rowsEnd;
            slopes = slopesEnd;
        }

        PlaceSlopes(shapes, keepsSlope, (int)neurons);
        return shapes;
    }

    /// <summary>Kept slopes are behind the outputs of all layers.</summary>
    private static void PlaceSlopes(LayerShape[] shapes, ReadOnlySpan<bool> keepsSlope, int kept)
    {
        for (int l = 0; l < shapes.Length; l++)
        {
            if (!keepsSlope[l]) continue;

            shapes[l] = shapes[l] with { Kept = kept };
            kept += VirtualLanes.RoundUp(shapes[l].Outputs);
        }
    }

    private static ArgumentOutOfRangeException TooLarge(string name, int layer, int inputs, int outputs, int mostParameters) => new(
        name,
        Math.Max(inputs, outputs),
        $"widths ask for more than the {mostParameters} parameters or {MaxNeurons} neurons that a network holds, from layer {layer} "
        + $"({inputs} × {outputs}) on.");

    /// <summary>Floats of the workspace of one sample in training: the outputs of all layers, and the kept slopes.</summary>
    internal static int Workspace(ReadOnlySpan<LayerShape> layers)
    {
        int end = layers[^1].ActivationsEnd;
        foreach (ref readonly LayerShape layer in layers) end = Math.Max(end, layer.Kept + VirtualLanes.RoundUp(layer.Outputs));
        return end;
    }

    /// <summary>The most neurons in a layer. The inputs count as a layer.</summary>
    internal static int Widest(ReadOnlySpan<LayerShape> layers)
    {
        int widest = layers[0].Inputs;
        foreach (ref readonly LayerShape layer in layers) widest = Math.Max(widest, layer.Outputs);
        return widest;
    }

    /// <summary>Weights of all layers.</summary>
    internal static long AllWeights(ReadOnlySpan<LayerShape> layers)
    {
        long weights = 0;
        foreach (ref readonly LayerShape layer in layers) weights += (long)layer.Inputs * layer.Outputs;
        return weights;
    }
}
