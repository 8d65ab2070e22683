namespace FastNN.Tests.Oracles;

/// <summary>Whole networks on <see cref="Bounded"/>: what FastNN computes, and what others do with the same parameters.</summary>
internal static class OracleNetwork
{
    internal static Bounded[] Outputs(Network network, ReadOnlySpan<float> x) => Outputs(network, x, (_, z, a) => a);

    /// <summary>With room for activations of others.</summary>
    internal static Bounded[] OutputsOfOthers(Network network, ReadOnlySpan<float> x) => Outputs(network, x, Loosen);

    /// <summary>
    /// The exact outputs with the bound that <see cref="Bounded"/> proves: sums of n products, unfused, round each product once and n times
    /// more, so they are taken as n + 1 fused ones.
    /// </summary>
    private static Bounded[] Outputs(Network network, ReadOnlySpan<float> x, Func<Activation, Bounded[], Bounded[], Bounded[]> loosen)
    {
        Bounded[] a = Bounded.Exact(x);
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

        return a;
    }

    /// <summary>
    /// What the activations of others are off, over what FastNN promises of its own, is not proven but assumed: eight units of 2⁻²⁴ of the
    /// largest value that the formula comes by, which is 1 or, of z·σ(z) and z·(1 + erf(z/√2)), |z|; and of softmax another for each term
    /// that is added one by one.
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
