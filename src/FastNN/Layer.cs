using FastNN.Contract;
using FastNN.Plumbing;

namespace FastNN;

/// <summary>
/// A view of one fully connected layer of a <see cref="Network"/>: a = f(z), z_i = b_i + Σ_j w_ij·x_j.
/// </summary>
public sealed class Layer
{
    private readonly AlignedBuffer _parameters;
    private readonly LayerShape _shape;

    internal Layer(AlignedBuffer parameters, LayerShape shape, Activation activation) =>
        (_parameters, _shape, Activation) = (parameters, shape, activation);

    /// <summary>n_in, the number of inputs: the width of the layer before.</summary>
    public int Inputs => _shape.Inputs;

    /// <summary>n_out, the number of neurons of this layer.</summary>
    public int Outputs => _shape.Outputs;

    /// <summary>The function f of the layer.</summary>
    public Activation Activation { get; }

    /// <summary>
    /// W, [Inputs, Outputs] row by row: w_ij, from input j to output i, is at <c>j·Outputs + i</c>. A part of
    /// <see cref="Network.Parameters"/>.
    /// </summary>
    public Span<float> Weights => _parameters.Span.Slice(_shape.Weights, _shape.Inputs * _shape.Outputs);

    /// <summary>b, [Outputs]. A part of <see cref="Network.Parameters"/>.</summary>
    public Span<float> Biases => _parameters.Span.Slice(_shape.Biases, _shape.Outputs);

    /// <summary>Widths and activation, for example <c>784 → 128, Relu</c>.</summary>
    /// <returns>The text, the same in every culture.</returns>
    public override string ToString() => $"{Inputs} → {Outputs}, {Activation}";
}
