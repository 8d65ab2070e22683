using System.Numerics.Tensors;

namespace FastNN.Bench.Peers;

/// <summary>
/// A network composed of the calls of OpenBLAS: its products, and between them System.Numerics.Tensors on the whole batch. One sample takes
/// the calls for vectors.
/// </summary>
/// <remarks>
/// The fastest of what was tried, with version 0.3.21 on a Zen 5. Outputs start as the biases, and sgemm adds to them. To add the biases
/// afterwards is slower. There is one exception: narrow layers, if OpenBLAS has kernels for small matrices. There 2-4-3-2 × 64 takes 6.7 ns
/// a sample forward instead of 19. With these kernels one sample, too, takes the calls for matrices in layers of middle size. A step of
/// 32-64-64-64-16 then takes 1.3 µs instead of 2.1. Without them, and in larger layers, those calls take two to five times as long.
/// </remarks>
internal sealed unsafe class OpenBlasPeer : ITrainingPeer
{
    private const int FewestOutputsToFill = 64, FewestWeights = 1 << 10, MostWeights = 1 << 19;
    private readonly bool _hasSmallKernels = OpenBlas.HasSmallKernels;
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
        _gradient = new AlignedFloats(problem.Parameters.Length);
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
            Sum(layer, a.Pointer, z);
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

    /// <summary>The same row in each row. It copies twice as many rows each time.</summary>
    private static void FillRows(ReadOnlySpan<float> row, Span<float> rows)
    {
        row.CopyTo(rows);
        for (int done = row.Length; done < rows.Length; done *= 2) rows[..Math.Min(done, rows.Length - done)].CopyTo(rows[done..]);
    }

    private bool TakesMatrices(Dense layer) =>
        _problem.Batch > 1 || (_hasSmallKernels && layer.Inputs * layer.Outputs is >= FewestWeights and <= MostWeights);

    /// <summary>Z ← A·W + b.</summary>
    private void Sum(Dense layer, float* a, AlignedFloats z)
    {
        float* w = _parameters.Pointer + layer.Weights;
        bool takesMatrices = TakesMatrices(layer), addsLater = takesMatrices && _hasSmallKernels && layer.Outputs < FewestOutputsToFill;
        Span<float> biases = addsLater ? RoomFor(z) : z.Span;
        FillRows(layer.BiasesOf(_parameters.Span), biases);
        if (!takesMatrices)
        {
            OpenBlas.Gemv(OpenBlas.Form.Transposed, layer.Inputs, layer.Outputs, 1f, w, a, 1f, z.Pointer);
            return;
        }

        OpenBlas.Gemm(
            OpenBlas.Form.AsItIs, OpenBlas.Form.AsItIs, _problem.Batch, layer.Outputs, layer.Inputs, 1f, a, w, addsLater ? 0f : 1f,
            z.Pointer);
        if (addsLater) TensorPrimitives.Add(z.Span, biases, z.Span);
    }

    /// <summary>The deltas of the inputs, Δ·Wᵀ, times the −1 that the slope takes back.</summary>
    private void PassBack(Dense layer, float* delta, float* inputDelta)
    {
        float* w = _parameters.Pointer + layer.Weights;
        if (!TakesMatrices(layer))
        {
            OpenBlas.Gemv(OpenBlas.Form.AsItIs, layer.Inputs, layer.Outputs, -1f, w, delta, 0f, inputDelta);
            return;
        }

        OpenBlas.Gemm(
            OpenBlas.Form.AsItIs, OpenBlas.Form.Transposed, _problem.Batch, layer.Inputs, layer.Outputs, -1f, delta, w, 0f, inputDelta);
    }

    /// <summary>
    /// AᵀΔ for the weights, and the sums of Δ over the samples for the biases. SGD adds them to the parameters, times its rate. Adam wants
    /// the gradient by itself. So do the biases: sgemv adds some samples at a time, and would round a bias with each of them.
    /// </summary>
    private void AddGradient(Dense layer, float* a, float* delta)
    {
        float rate = -_problem.LearningRate / _problem.Batch;
        float* w = _parameters.Pointer + layer.Weights, gradient = _gradient.Pointer + layer.Weights;
        float* b = _parameters.Pointer + layer.Biases, sums = _gradient.Pointer + layer.Biases;
        if (_adam == null && !TakesMatrices(layer))
        {
            OpenBlas.Ger(layer.Inputs, layer.Outputs, rate, a, delta, w);
            OpenBlas.Axpy(layer.Outputs, rate, delta, b);
            return;
        }

        OpenBlas.Gemv(OpenBlas.Form.Transposed, _problem.Batch, layer.Outputs, 1f, delta, _ones.Pointer, 0f, sums);
        if (_adam == null) OpenBlas.Axpy(layer.Outputs, rate, sums, b);
        if (_adam == null) OuterProducts(layer, a, delta, rate, 1f, w);
        else OuterProducts(layer, a, delta, 1f, 0f, gradient);
    }

    /// <summary>target ← factor·AᵀΔ + kept·target.</summary>
    private void OuterProducts(Dense layer, float* a, float* delta, float factor, float kept, float* target) => OpenBlas.Gemm(
        OpenBlas.Form.Transposed, OpenBlas.Form.AsItIs, layer.Inputs, layer.Outputs, _problem.Batch, factor, a, delta, kept, target);

    private Span<float> RoomFor(AlignedFloats a) => _room.Span[..a.Span.Length];
}
