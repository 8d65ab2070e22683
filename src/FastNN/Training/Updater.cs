namespace FastNN;

/// <summary>
/// The updates of one trainer by an optimizer that needs the gradient in memory. For each: <see cref="Begin"/> with the <see cref="NextTerms"/>, with a
/// limit of the norm <see cref="Limit"/> once the gradient is complete, then every row of every layer once, on any threads.
/// </summary>
internal sealed unsafe class Updater(Network network, Optimizer optimizer, OptimizerState state)
{
    private readonly UpdateKernel _kernel = optimizer.KernelFrom(network.KernelSet);
    private readonly float* _first = state.Pointer(0), _second = state.Pointer(1);
    private UpdateTerms _weights, _biases;

    /// <summary>Whether no row may be updated before the whole gradient is there.</summary>
    internal bool LimitsNorm { get; } = optimizer.ClipNorm < float.PositiveInfinity;

    /// <summary>The numbers of the next update. Whatever throws, throws here, and changes nothing.</summary>
    internal UpdateTerms NextTerms() => optimizer.TermsAt(state.Steps);

    internal void Begin(in UpdateTerms terms)
    {
        _weights = terms;
        _biases = terms.WithoutDecay;
    }

    /// <summary>The factor that the norm of the gradient leads to, if that is limited.</summary>
    internal void Limit(float* gradient)
    {
        if (!LimitsNorm) return;

        double norm = Math.Sqrt(network.KernelSet.SumOfSquares(gradient, network.Buffer.Length, optimizer.ClipValue));
        if (norm > optimizer.ClipNorm) Begin(_weights with { Scale = (float)(optimizer.ClipNorm / norm) });
    }

    /// <summary>Updates rows from..to of a layer's W, the biases being the last, by their gradient, which starts at g.</summary>
    internal void Rows(in LayerShape layer, int from, int to, float* g)
    {
        int weights = Math.Min(to, layer.Inputs);
        if (from < weights) Run(layer.Weights + from * layer.Outputs, g, (weights - from) * layer.Outputs, in _weights);
        if (to > layer.Inputs) Run(layer.Biases, g + (nint)(layer.Inputs - from) * layer.Outputs, layer.Outputs, in _biases);
    }

    /// <summary>Updates everything.</summary>
    internal void All(float* gradient)
    {
        foreach (ref readonly LayerShape layer in network.Shapes.AsSpan()) Rows(in layer, 0, layer.Inputs + 1, gradient + layer.Weights);
    }

    private void Run(int start, float* g, int count, in UpdateTerms terms) =>
        _kernel.Run(network.Buffer.Pointer + start, g, At(_first, start), At(_second, start), count, in terms);

    private static float* At(float* state, int start) => state == null ? null : state + start;
}
