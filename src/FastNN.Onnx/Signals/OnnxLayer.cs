namespace FastNN.Onnx;

/// <summary>
/// A matrix on the way of the data, as the graph describes it: z = α·x·W + β·c. It refers to tensors of the file. They become parameters
/// only after the memory for all layers has been booked.
/// </summary>
internal sealed class OnnxLayer
{
    private readonly OnnxTensor _weights;
    private readonly bool _isTransposed;

    /// <param name="operation">The node that computes the sums.</param>
    /// <param name="input">What the layer reads.</param>
    /// <param name="weights">W [n_in, n_out], or its transpose.</param>
    /// <param name="isTransposed">Whether the weights are [n_out, n_in].</param>
    internal OnnxLayer(OnnxOperation operation, OnnxSignal input, OnnxTensor weights, bool isTransposed)
    {
        if (weights.Shape.Length != 2 || !weights.IsReal || weights.HasOpen)
            throw operation.Fault($"its weights must be a matrix of real numbers, but are {weights}");
        (Operation, Input) = (operation, input);
        Inputs = (int)weights.Shape[isTransposed ? 1 : 0];
        Outputs = (int)weights.Shape[isTransposed ? 0 : 1];
        while (weights is OnnxView view && (view.Transposed ?? view.Same) is { } source)
        {
            isTransposed ^= view.Transposed != null;
            weights = source;
        }

        (_weights, _isTransposed) = (weights, isTransposed);
    }

    internal OnnxOperation Operation { get; }

    internal OnnxSignal Input { get; }

    internal int Inputs { get; }

    internal int Outputs { get; }

    /// <summary>The factor of the weights.</summary>
    internal float Alpha { get; init; } = 1;

    /// <summary>The biases: [n_out] values, or one for all outputs; null for none.</summary>
    internal OnnxTensor? Biases { get; init; }

    /// <summary>The factor of the biases.</summary>
    internal float Beta { get; init; } = 1;

    /// <summary>The operations that reading all parameters takes.</summary>
    internal long Cost => (long)Inputs * Outputs * _weights.Cost;

    /// <summary>Whether all weights are floats of the file, in the order that <see cref="Weight"/> has.</summary>
    internal ReadOnlySpan<float> Floats(out bool isTransposed)
    {
        isTransposed = _isTransposed;
        return _weights is OnnxStoredTensor stored ? stored.Floats : default;
    }

    /// <summary>The weight from an input to an output, without the factor.</summary>
    internal double Weight(int input, int output) => _weights.Real(At(input, output));

    /// <summary>The same as a float. A float of the file keeps its bits.</summary>
    internal float SingleWeight(int input, int output) => _weights.Single(At(input, output));

    private int At(int input, int output) => _isTransposed ? output * Inputs + input : input * Outputs + output;
}
