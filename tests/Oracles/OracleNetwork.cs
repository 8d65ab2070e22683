namespace FastNN.Tests.Oracles;

/// <summary>Whole networks on <see cref="Bounded"/>: what FastNN computes, and what others do with the same parameters.</summary>
internal static class OracleNetwork
{
    internal static Bounded[] Outputs(Network network, ReadOnlySpan<float> x) =>
        Outputs(network, x, (_, z, a) => a, (y, factor) => y / factor);

    /// <summary>The outputs with a larger bound, for the activations of others.</summary>
    internal static Bounded[] OutputsOfOthers(Network network, ReadOnlySpan<float> x) =>
        Outputs(network, x, Loosen, (y, factor) => y * (1 / factor)); // a model has the reciprocal, which is rounded

    /// <summary>
    /// The exact outputs with the bound that <see cref="Bounded"/> proves. Without fused multiply-adds a sum of n products rounds each
    /// product once, and each of the n additions. So it is bounded like n + 1 fused multiply-adds.
    /// </summary>
    private static Bounded[] Outputs(
        Network network, ReadOnlySpan<float> x, Func<Activation, Bounded[], Bounded[], Bounded[]> loosen,
        Func<Bounded, Bounded, Bounded> divide)
    {
        Bounded[] a = Bounded.Exact(x);
        if (network.InputStandardizer is { } input) a = [.. a.Select((xj, j) => (xj - input.Mean[j]) * input.Factor[j])];
        foreach (Layer layer in network.Layers)
        {
            var z = new Bounded[layer.Outputs];
            var column = new Bounded[layer.Inputs + 1];
            for (int i = 0; i < z.Length; i++)
            {
                for (int j = 0; j < layer.Inputs; j++) column[j] = layer.Weights[j * layer.Outputs + i];
                z[i] = Bounded.Dot(layer.Biases[i], column, [.. a, 0]);
            }

            a = loosen(layer.Activation, z, OracleActivations.Value(layer.Activation, z));
        }

        if (network.OutputStandardizer is { } output) a = [.. a.Select((y, i) => divide(y, output.Factor[i]) + output.Mean[i])];
        return a;
    }

    /// <summary>
    /// Loosens the bound for the activations of others. FastNN promises the errors of its own activations. How much more the others are off
    /// is not proven but assumed: eight units of 2⁻²⁴ of the largest value in the formula. That value is 1, or |z| for z·σ(z) and z·(1 +
    /// erf(z/√2)). Softmax gets one more unit for each term, because terms are added one by one.
    /// </summary>
    private static Bounded[] Loosen(Activation f, Bounded[] z, Bounded[] a)
    {
        return
        [
            .. a.Zip(z, (ai, zi) =>
            {
                double largest = OracleActivations.Of(f).Largest(zi.Value);
                return ai with { Error = ai.Error + Bounded.U * (8 * largest + (f.IsElementwise ? 0 : a.Length * ai.Value)) };
            }),
        ];
    }
}
