using System.Numerics.Tensors;

namespace FastNN.Bench.Peers;

/// <summary>
/// A network composed of the calls of System.Numerics.Tensors. It has none for matrices, so that a batch goes sample by sample, and a step
/// of several adds up their gradients.
/// </summary>
/// <remarks>
/// The fastest of what was tried. Weights are [out, in], the transpose of ours, and forward one Dot for each neuron: beside MultiplyAdd
/// over the rows of [in, out] 784-128-10 takes 5.5 µs instead of 8.6 forward and 13 instead of 18 a step, 32-64-64-64-16 1.7 instead of 1.4
/// and 4.3 in either. FusedMultiplyAdd instead of MultiplyAdd takes up to five times as long, differently from process to process, once the
/// JIT has its profile: without DOTNET_TieredPGO they are equal.
/// </remarks>
internal sealed class TensorPrimitivesPeer : ITrainingPeer
{
    private readonly Problem _problem;
    private readonly AlignedFloats _parameters, _gradient, _outputs;
    private readonly AlignedFloats[] _activations, _deltas, _slopes;
    private readonly ComposedForms _forms;
    private readonly ComposedAdam? _adam;

    internal TensorPrimitivesPeer(Problem problem)
    {
        _problem = problem;
        _forms = new ComposedForms(problem);
        _parameters = new AlignedFloats(problem.Parameters.Length);
        _gradient = new AlignedFloats(problem.Parameters.Length);
        _outputs = new AlignedFloats(problem.Targets.Length);
        _activations = [.. problem.Layers.Select(layer => new AlignedFloats(layer.Outputs))];
        _deltas = [.. problem.Layers.Select(layer => new AlignedFloats(layer.Outputs))];
        _slopes = [.. problem.Layers.Select(layer => new AlignedFloats(layer.Outputs))];
        if (problem.Kind.Adam) _adam = new ComposedAdam(problem);
        foreach (Dense layer in problem.Layers)
        {
            layer.TransposeWeights(problem.Parameters, _parameters.Span);
            layer.BiasesOf(problem.Parameters).CopyTo(layer.BiasesOf(_parameters.Span));
        }
    }

    public void Forward()
    {
        int inputs = _problem.Widths[0], outputs = _problem.Widths[^1];
        for (int s = 0; s < _problem.Batch; s++)
            Forward(_problem.Inputs.AsSpan(s * inputs, inputs), _outputs.Span.Slice(s * outputs, outputs));
    }

    public void Step()
    {
        float rate = -_problem.LearningRate;
        if (_problem.Batch == 1 && _adam == null)
        {
            Backward(_problem.Inputs, _problem.Targets, _parameters.Span, rate);
            return;
        }

        int inputs = _problem.Widths[0], outputs = _problem.Widths[^1];
        _gradient.Span.Clear();
        for (int s = 0; s < _problem.Batch; s++)
        {
            Backward(_problem.Inputs.AsSpan(s * inputs, inputs), _problem.Targets.AsSpan(s * outputs, outputs), _gradient.Span, 1f);
        }

        if (_adam != null) _adam.Update(_parameters.Span, _gradient.Span, 1f / _problem.Batch);
        else TensorPrimitives.MultiplyAdd(_gradient.Span, rate / _problem.Batch, _parameters.Span, _parameters.Span);
    }

    public void ReadOutputs(Span<float> outputs) => _outputs.Span.CopyTo(outputs);

    public void ReadParameters(Span<float> parameters)
    {
        foreach (Dense layer in _problem.Layers)
        {
            layer.TransposeBack(_parameters.Span, parameters);
            layer.BiasesOf(_parameters.Span).CopyTo(layer.BiasesOf(parameters));
        }
    }

    public void Dispose()
    {
        foreach (AlignedFloats floats in (AlignedFloats[])[_parameters, _gradient, _outputs, .. _activations, .. _deltas, .. _slopes])
            floats.Dispose();
        _adam?.Dispose();
    }

    private void Forward(ReadOnlySpan<float> x, Span<float> y)
    {
        ReadOnlySpan<float> a = x;
        for (int l = 0; l < _activations.Length; l++)
        {
            Dense layer = _problem.Layers[l];
            ReadOnlySpan<float> weights = layer.WeightsOf(_parameters.Span);
            Span<float> z = l == _activations.Length - 1 ? y : _activations[l].Span;
            for (int i = 0; i < z.Length; i++) z[i] = TensorPrimitives.Dot(weights.Slice(i * a.Length, a.Length), a);
            TensorPrimitives.Add(z, layer.BiasesOf(_parameters.Span), z);
            _forms.Activate(l, z);
            a = z;
        }
    }

    /// <summary>Adds the gradient of one sample, times the rate, to the target.</summary>
    private void Backward(ReadOnlySpan<float> x, ReadOnlySpan<float> y, Span<float> target, float rate)
    {
        Span<float> delta = _deltas[^1].Span;
        Forward(x, _activations[^1].Span);
        _forms.OutputDelta(_activations[^1].Span, y, delta, _slopes[^1].Span);

        for (int l = _deltas.Length - 1; l >= 0; l--)
        {
            Dense layer = _problem.Layers[l];
            delta = _deltas[l].Span;
            ReadOnlySpan<float> a = l == 0 ? x : _activations[l - 1].Span, weights = layer.WeightsOf(_parameters.Span);
            Span<float> gradient = layer.WeightsOf(target), inputDelta = l == 0 ? [] : _deltas[l - 1].Span;
            if (l > 0) TensorPrimitives.Multiply(weights[..a.Length], -delta[0], inputDelta);
            for (int i = 0; i < delta.Length; i++)
            {
                if (l > 0 && i > 0) TensorPrimitives.MultiplyAdd(weights.Slice(i * a.Length, a.Length), -delta[i], inputDelta, inputDelta);
                Span<float> row = gradient.Slice(i * a.Length, a.Length);
                TensorPrimitives.MultiplyAdd(a, rate * delta[i], row, row);
            }

            TensorPrimitives.MultiplyAdd(delta, rate, layer.BiasesOf(target), layer.BiasesOf(target));
            if (l > 0) _forms.MultiplyBySlope(l - 1, inputDelta, a, _slopes[l - 1].Span);
        }
    }
}
