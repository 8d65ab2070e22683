using FastNN.Dispatch;
using FastNN.Plumbing;

namespace FastNN.Contract;

/// <summary>
/// Where a layer's numbers are, and the kernels of its function. This type alone knows the layout of the parameters: layer after layer, W then b, without
/// padding; w_ij, from input j to output i, at <c>Weights + j·Outputs + i</c>, and b_i at <c>Biases + i</c>.
/// </summary>
/// <param name="Inputs">n_in.</param>
/// <param name="Outputs">n_out.</param>
/// <param name="Weights">Offset of w_00 in the parameters.</param>
/// <param name="Biases">Offset of b_0 in the parameters.</param>
/// <param name="Activations">Offset of the layer's outputs (and, in another buffer, their deltas) in a workspace where every layer starts a cache line.</param>
/// <param name="InputRows">
/// Rows before the layer's inputs where those of all layers lie below each other, each with one more for the biases; −Inputs if of the layer only that for
/// the biases is there (<see cref="TakesRows"/>).
/// </param>
/// <param name="Function">The kernels of its activation.</param>
/// <param name="Kept">Offset in the workspace of what f′ is taken from: of the outputs, or of slopes that a pass keeps behind the outputs of all layers.</param>
/// <param name="Slopes">Rows before its slopes where those that are kept of all layers lie below each other.</param>
internal readonly record struct LayerShape(
    int Inputs, int Outputs, int Weights, int Biases, int Activations, int InputRows, ActivationKernels Function, int Kept, int Slopes)
{
    /// <summary>
    /// Neurons of a network, inputs included and each layer rounded up to sixteen, those whose slopes are kept counted twice: so many that a tile of them fits an
    /// array.
    /// </summary>
    internal const int MaxNeurons = 1 << 24;

    /// <summary>Lays out the layers between <paramref name="widths"/>.</summary>
    /// <exception cref="ArgumentException">
    /// There are fewer than two widths, one is less than 1, the parameters exceed what an array holds, there is not one activation for each layer, or one that
    /// is not elementwise is not that of the last.
    /// </exception>
    internal static LayerShape[] LayOut(ReadOnlySpan<int> widths, ReadOnlySpan<Activation> activations, KernelSet kernels)
    {
        if (widths.Length < 2)
        {
            throw new ArgumentException($"widths must name at least two layers, the inputs and the outputs, but has {widths.Length} elements.", nameof(widths));
        }

        for (int l = 0; l < widths.Length; l++)
        {
            if (widths[l] < 1) throw new ArgumentOutOfRangeException(nameof(widths), widths[l], $"widths[{l}] must be at least 1, but is {widths[l]}.");
        }

        CheckActivations(activations, widths.Length - 1);
        var shapes = new LayerShape[widths.Length - 1];
        long parameters = 0, neurons = 0, slopes = 0, inputRows = Batch.RowGemm.SuitsFirst(widths[0], widths[1]) ? -widths[0] : 0; // see TakesRows
        for (int l = 0; l < shapes.Length; l++)
        {
            long weights = (long)widths[l] * widths[l + 1];
            long padded = (widths[l + 1] + (long)VirtualLanes.Count - 1) & -VirtualLanes.Count;
            long slopesEnd = slopes + (activations[l].KeepsSlope ? widths[l + 1] : 0);
            if (parameters + weights + widths[l + 1] > AlignedBuffer.MaxLength || inputRows + widths[l] + neurons + padded + slopesEnd > MaxNeurons)
            {
                throw new ArgumentOutOfRangeException(
                    nameof(widths),
                    Math.Max(widths[l], widths[l + 1]),
                    $"widths ask for more than the {AlignedBuffer.MaxLength} parameters or {MaxNeurons} neurons that a network holds, from layer {l} ({widths[l]} × {widths[l + 1]}) on.");
            }

            shapes[l] = new LayerShape(
                widths[l], widths[l + 1], (int)parameters, (int)(parameters + weights), (int)neurons, (int)inputRows,
                kernels.Of(activations[l]), Kept: (int)neurons, (int)slopes);
            parameters += weights + widths[l + 1];
            neurons += padded;
            inputRows += widths[l] + 1L;
            slopes = slopesEnd;
        }

        int kept = (int)neurons;
        for (int l = 0; l < shapes.Length; l++)
        {
            if (!activations[l].KeepsSlope) continue;

            shapes[l] = shapes[l] with { Kept = kept };
            kept += VirtualLanes.RoundUp(shapes[l].Outputs);
        }

        return shapes;
    }

    /// <summary>Floats of the workspace in which a sample goes forward to go back: the outputs of all layers, and the slopes that are kept.</summary>
    internal static int Workspace(LayerShape[] layers)
    {
        int end = layers[^1].ActivationsEnd;
        foreach (ref readonly LayerShape layer in layers.AsSpan()) end = Math.Max(end, layer.Kept + VirtualLanes.RoundUp(layer.Outputs));
        return end;
    }

    /// <summary>The most neurons in a layer, the inputs included.</summary>
    internal static int Widest(LayerShape[] layers)
    {
        int widest = layers[0].Inputs;
        foreach (ref readonly LayerShape layer in layers.AsSpan()) widest = Math.Max(widest, layer.Outputs);
        return widest;
    }

    /// <summary>Whether the layer, the first, takes the samples of a batch as the user has them, in rows, so that its inputs have no place in a tile.</summary>
    internal bool TakesRows => InputRows < 0;

    /// <summary>Whether a pass that is to go back keeps f′ beside the outputs, because it does not follow from them.</summary>
    internal bool KeepsSlope => Kept != Activations;

    /// <summary>Rows of the slopes that are kept up to this layer.</summary>
    internal int SlopesEnd => KeepsSlope ? Slopes + Outputs : Slopes;

    /// <summary>The offset behind the layer's last parameter.</summary>
    internal int ParametersEnd => Biases + Outputs;

    /// <summary>The offset behind the layer's outputs in the workspace, padding included.</summary>
    internal int ActivationsEnd => Activations + VirtualLanes.RoundUp(Outputs);

    private static void CheckActivations(ReadOnlySpan<Activation> activations, int layers)
    {
        if (activations.Length != layers)
        {
            throw new ArgumentException(
                $"activations must hold one for each of the {layers} layers behind the inputs, but has a length of {activations.Length}.", nameof(activations));
        }

        for (int l = 0; l < layers; l++)
        {
            if (activations[l] is null) throw new ArgumentNullException(nameof(activations), $"activations[{l}] must be an activation, but is null.");
            if (!activations[l].IsElementwise && l < layers - 1)
            {
                throw new ArgumentException(
                    $"activations[{l}] is {activations[l]}, which couples the neurons of a layer and must be that of the last, {layers - 1}.", nameof(activations));
            }
        }
    }
}
