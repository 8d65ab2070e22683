namespace FastNN.Bench.Peers;

/// <summary>
/// What a composed network does between its products, on one sample or on a batch at once: calls of System.Numerics.Tensors.
/// </summary>
internal sealed class ComposedForms(Problem problem)
{
    private readonly ActivationForms[] _activations =
        [.. Enumerable.Range(0, problem.Layers.Length).Select(l => ActivationForms.Of(problem.ActivationOf(l)))];
    private readonly CostForms _cost = CostForms.Of(problem.Kind.Cost);

    /// <summary>z ← f(z) behind layer l. Softmax takes each sample by itself.</summary>
    internal void Activate(int l, Span<float> z)
    {
        Activation f = problem.ActivationOf(l);
        ActivationForms.Function apply = ActivationForms.Required(_activations[l].Apply, f);
        int outputs = f.IsElementwise ? z.Length : problem.Layers[l].Outputs;
        for (; !z.IsEmpty; z = z[outputs..]) apply(z[..outputs]);
    }

    /// <summary>δ of the last layer, from its activations and the targets.</summary>
    internal void OutputDelta(ReadOnlySpan<float> a, ReadOnlySpan<float> y, Span<float> delta, Span<float> room)
    {
        ActivationForms.Required(_cost.Gradient, problem.Kind.Cost)(a, y, delta);
        if (!_cost.TakesSums) MultiplyBySlope(_activations.Length - 1, delta, a, room);
    }

    /// <summary>d ← −d·f′ of layer l.</summary>
    internal void MultiplyBySlope(int l, Span<float> d, ReadOnlySpan<float> a, Span<float> room) =>
        ActivationForms.Required(_activations[l].MultiplyBySlope, problem.ActivationOf(l))(d, a, room);
}
