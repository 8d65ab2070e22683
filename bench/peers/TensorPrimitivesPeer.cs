namespace FastNN.Bench.Peers;

/// <summary>
/// A network composed of the calls of System.Numerics.Tensors (<see cref="TensorPrimitivesKernels"/>). It has none for matrices, so that a batch goes
/// sample by sample: a step adds up the samples' gradients, or, for one sample, updates each layer on the way back.
/// </summary>
internal sealed unsafe class TensorPrimitivesPeer : ITrainingPeer
{
    private readonly Problem _problem;
    private readonly AlignedFloats _parameters, _gradient, _outputs;
    private readonly AlignedFloats[] _activations, _deltas;

    internal TensorPrimitivesPeer(Problem problem)
    {
        _problem = problem;
        _parameters = new AlignedFloats(problem.Parameters.Length);
        _gradient = new AlignedFloats(problem.Parameters.Length);
        _outputs = new AlignedFloats(problem.Targets.Length);
        _activations = [.. problem.Layers.Select(layer => new AlignedFloats(layer.Outputs))];
        _deltas = [.. problem.Layers.Select(layer => new AlignedFloats(layer.Outputs))];
        problem.Parameters.CopyTo(_parameters.Span);
    }

    public void Forward()
    {
        fixed (float* x = _problem.Inputs)
        {
            for (int s = 0; s < _problem.Batch; s++) Forward(x + s * _problem.Widths[0], _outputs.Pointer + s * _problem.Widths[^1]);
        }
    }

    public void Step()
    {
        fixed (float* x = _problem.Inputs, y = _problem.Targets)
        {
            if (_problem.Batch == 1)
            {
                Differentiate(x, y);
                Descend(x);
                return;
            }

            _gradient.Span.Clear();
            for (int s = 0; s < _problem.Batch; s++)
            {
                float* input = x + s * _problem.Widths[0];
                Differentiate(input, y + s * _problem.Widths[^1]);
                Accumulate(input);
            }

            TensorPrimitivesKernels.GradientDescent(
                _parameters.Pointer, _gradient.Pointer, _problem.Parameters.Length, 1f / _problem.Batch, -_problem.LearningRate);
        }
    }

    public void ReadOutputs(Span<float> outputs) => _outputs.Span.CopyTo(outputs);

    public void ReadParameters(Span<float> parameters) => _parameters.Span.CopyTo(parameters);

    public void Dispose()
    {
        foreach (AlignedFloats floats in (AlignedFloats[])[_parameters, _gradient, _outputs, .. _activations, .. _deltas]) floats.Dispose();
    }

    private void Forward(float* x, float* y)
    {
        float* a = x;
        for (int l = 0; l < _activations.Length; l++)
        {
            Dense layer = _problem.Layers[l];
            float* next = l == _activations.Length - 1 ? y : _activations[l].Pointer;
            TensorPrimitivesKernels.Forward(a, layer.Inputs, _parameters.Pointer + layer.Weights, _parameters.Pointer + layer.Biases, next, layer.Outputs, layer.Outputs);
            a = next;
        }
    }

    private void Differentiate(float* x, float* y)
    {
        float* a = _activations[^1].Pointer;
        Forward(x, a);
        TensorPrimitivesKernels.OutputDelta(a, y, _deltas[^1].Pointer, _problem.Widths[^1]);
    }

    private void Descend(float* x)
    {
        for (int l = _deltas.Length - 1; l >= 0; l--)
        {
            Dense layer = _problem.Layers[l];
            TensorPrimitivesKernels.Descend(
                _parameters.Pointer + layer.Weights, _parameters.Pointer + layer.Biases, InputOf(l, x), layer.Inputs,
                _deltas[l].Pointer, layer.Outputs, InputDeltaOf(l), -_problem.LearningRate);
        }
    }

    private void Accumulate(float* x)
    {
        for (int l = _deltas.Length - 1; l >= 0; l--)
        {
            Dense layer = _problem.Layers[l];
            TensorPrimitivesKernels.Accumulate(
                _parameters.Pointer + layer.Weights, _gradient.Pointer + layer.Weights, _gradient.Pointer + layer.Biases, InputOf(l, x), layer.Inputs,
                _deltas[l].Pointer, layer.Outputs, InputDeltaOf(l));
        }
    }

    private float* InputOf(int layer, float* x) => layer == 0 ? x : _activations[layer - 1].Pointer;

    private float* InputDeltaOf(int layer) => layer == 0 ? null : _deltas[layer - 1].Pointer;
}
