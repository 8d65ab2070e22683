namespace FastNN.Bench.Peers;

/// <summary>
/// A network composed of the calls of OpenBLAS: its products, and between them System.Numerics.Tensors on the whole batch. One sample takes
/// the calls for vectors.
/// </summary>
internal sealed unsafe class OpenBlasPeer : ITrainingPeer
{
    private readonly Problem _problem;
    private readonly AlignedFloats _inputs, _parameters, _gradient, _ones, _room;
    private readonly AlignedFloats[] _activations, _deltas;
    private readonly ComposedForms _forms;
    private readonly ComposedAdam? _adam;

    private OpenBlasPeer(Problem problem)
    {
        _problem = problem;
        _forms = new ComposedForms(problem);
        _inputs = new AlignedFloats(problem.Inputs.Length);
        _parameters = new AlignedFloats(problem.Parameters.Length);
        _gradient = new AlignedFloats(problem.Kind.Adam ? problem.Parameters.Length : 0);
        _ones = new AlignedFloats(problem.Batch);
        _room = new AlignedFloats(problem.Batch * problem.Widths.Max());
        _activations = [.. problem.Layers.Select(layer => new AlignedFloats(problem.Batch * layer.Outputs))];
        _deltas = [.. problem.Layers.Select(layer => new AlignedFloats(problem.Batch * layer.Outputs))];
        if (problem.Kind.Adam) _adam = new ComposedAdam(problem);
        problem.Inputs.CopyTo(_inputs.Span);
        problem.Parameters.CopyTo(_parameters.Span);
        _ones.Span.Fill(1f);
    }

    internal static OpenBlasPeer Load(Problem problem)
    {
        OpenBlas.Load();
        return new OpenBlasPeer(problem);
    }

    public void Forward()
    {
        AlignedFloats a = _inputs;
        for (int l = 0; l < _activations.Length; l++)
        {
            Dense layer = _problem.Layers[l];
            AlignedFloats z = _activations[l];
            FillRows(layer.BiasesOf(_parameters.Span), z.Span);
            AddProduct(layer, a.Pointer, z.Pointer);
            _forms.Activate(l, z.Span);
            a = z;
        }
    }

    public void Step()
    {
        Forward();
        _forms.OutputDelta(_activations[^1].Span, _problem.Targets, _deltas[^1].Span, RoomFor(_deltas[^1]));
        for (int l = _deltas.Length - 1; l >= 0; l--)
        {
            Dense layer = _problem.Layers[l];
            AlignedFloats a = l == 0 ? _inputs : _activations[l - 1];
            if (l > 0) PassBack(layer, _deltas[l].Pointer, _deltas[l - 1].Pointer); // before the weights change
            AddGradient(layer, a.Pointer, _deltas[l].Pointer);
            if (l > 0) _forms.MultiplyBySlope(l - 1, _deltas[l - 1].Span, a.Span, RoomFor(a));
        }

        _adam?.Update(_parameters.Span, _gradient.Span, 1f / _problem.Batch);
    }

    public void ReadOutputs(Span<float> outputs) => _activations[^1].Span.CopyTo(outputs);

    public void ReadParameters(Span<float> parameters) => _parameters.Span.CopyTo(parameters);

    public void Dispose()
    {
        foreach (AlignedFloats floats in (AlignedFloats[])[_inputs, _parameters, _gradient, _ones, _room, .. _activations, .. _deltas])
            floats.Dispose();
        _adam?.Dispose();
    }

    /// <summary>
    /// The same row in each row: sgemm then adds to it. It copies twice as many rows each time.
    /// </summary>
    private static void FillRows(ReadOnlySpan<float> row, Span<float> rows)
    {
        row.CopyTo(rows);
        for (int done = row.Length; done < rows.Length; done *= 2) rows[..Math.Min(done, rows.Length - done)].CopyTo(rows[done..]);
    }

    /// <summary>Z ← Z + A·W.</summary>
    private void AddProduct(Dense layer, float* a, float* z)
    {
        float* w = _parameters.Pointer + layer.Weights;
        if (_problem.Batch == 1) OpenBlas.Gemv(OpenBlas.Form.Transposed, layer.Inputs, layer.Outputs, 1f, w, a, 1f, z);
        else OpenBlas.Gemm(OpenBlas.Form.AsItIs, OpenBlas.Form.AsItIs, _problem.Batch, layer.Outputs, layer.Inputs, 1f, a, w, 1f, z);
    }

    /// <summary>The deltas of the inputs, Δ·Wᵀ, times the −1 that the slope takes back.</summary>
    private void PassBack(Dense layer, float* delta, float* inputDelta)
    {
        float* w = _parameters.Pointer + layer.Weights;
        if (_problem.Batch == 1)
        {
            OpenBlas.Gemv(OpenBlas.Form.AsItIs, layer.Inputs, layer.Outputs, -1f, w, delta, 0f, inputDelta);
            return;
        }

        OpenBlas.Gemm(
            OpenBlas.Form.AsItIs, OpenBlas.Form.Transposed, _problem.Batch, layer.Inputs, layer.Outputs, -1f, delta, w, 0f, inputDelta);
    }

    /// <summary>
    /// AᵀΔ for the weights, and the sums of Δ over the samples for the biases. SGD adds them to the parameters, times its rate. Adam wants
    /// the gradient by itself.
    /// </summary>
    private void AddGradient(Dense layer, float* a, float* delta)
    {
        float* target = _adam == null ? _parameters.Pointer : _gradient.Pointer;
        float* weights = target + layer.Weights, biases = target + layer.Biases;
        (float factor, float kept) = _adam == null ? (-_problem.LearningRate / _problem.Batch, 1f) : (1f, 0f);
        if (_problem.Batch == 1 && _adam == null)
        {
            OpenBlas.Ger(layer.Inputs, layer.Outputs, factor, a, delta, weights);
            OpenBlas.Axpy(layer.Outputs, factor, delta, biases);
            return;
        }

        OpenBlas.Gemm(
            OpenBlas.Form.Transposed, OpenBlas.Form.AsItIs, layer.Inputs, layer.Outputs, _problem.Batch, factor, a, delta, kept, weights);
        OpenBlas.Gemv(OpenBlas.Form.Transposed, _problem.Batch, layer.Outputs, factor, delta, _ones.Pointer, kept, biases);
    }

    private Span<float> RoomFor(AlignedFloats a) => _room.Span[..a.Span.Length];
}
