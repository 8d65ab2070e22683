namespace FastNN.Onnx;

/// <summary>
/// A layer as the graph describes it. It refers to tensors of the file. They become parameters only after the memory for all layers has
/// been booked.
/// </summary>
internal sealed class OnnxLayer
{
    private readonly OnnxConstant _weights;
    private readonly bool _isTransposed;
    private readonly float _factor;
    private readonly List<(OnnxConstant Values, float Factor)> _biases = [];

    /// <param name="operation">The exception names it if the weights are not a matrix of reals.</param>
    /// <param name="weights">W [n_in, n_out], or its transpose.</param>
    /// <param name="isTransposed">Whether the weights are [n_out, n_in].</param>
    /// <param name="factor">The factor of each weight.</param>
    internal OnnxLayer(OnnxOperation operation, OnnxConstant weights, bool isTransposed, float factor = 1f)
    {
        if (!weights.IsOfReals || weights.Shape.Count != 2)
            throw operation.Fault($"its weights must be a matrix of FLOAT or DOUBLE, but are {weights}");
        (_weights, _isTransposed, _factor) = (weights, isTransposed, factor);
        Inputs = (int)weights.Shape[isTransposed ? 1 : 0];
        Outputs = (int)weights.Shape[isTransposed ? 0 : 1];
    }

    internal int Inputs { get; }

    internal int Outputs { get; }

    internal Activation Activation { get; set; } = Activation.Identity;

    /// <summary>Adds values to the biases, each times a factor. Their shape is [n_out], [1, n_out], or one value for all outputs.</summary>
    internal void AddBiases(OnnxOperation operation, OnnxConstant values, float factor = 1f)
    {
        IReadOnlyList<long> shape = values.Shape;
        if (!values.IsOfReals || shape.Count > 2 || (values.Count > 1 && (values.Count != Outputs || shape[^1] != Outputs)))
        {
            throw operation.Fault($"its biases must be FLOAT or DOUBLE of shape [{Outputs}], [1, {Outputs}] or [1], but are {values}");
        }

        _biases.Add((values, factor));
    }

    internal void Fill(Layer layer)
    {
        _weights.CopyTo(layer.Weights, _isTransposed, _factor);
        layer.Biases.Clear();
        float[] added = _biases.Count > 1 ? new float[Outputs] : [];
        for (int k = 0; k < _biases.Count; k++)
        {
            _biases[k].Values.CopyTo(k == 0 ? layer.Biases : added, _biases[k].Factor);
            for (int i = 0; k > 0 && i < Outputs; i++) layer.Biases[i] += added[i];
        }
    }
}
