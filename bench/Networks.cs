namespace FastNN.Bench;

internal static class Networks
{
    /// <summary>
    /// A network with parameters uniform in ±√(3/n_in), of variance 1/n_in, in each layer: so the sums stay where σ is neither flat nor
    /// subnormal, however wide the layers.
    /// </summary>
    internal static Network Create(int[] widths, Contestant kernels)
    {
        var network = new Network(widths, seed: 1, kernels.Set.Variant);
        foreach (Layer layer in network.Layers)
        {
            float scale = MathF.Sqrt(1f / (3f * layer.Inputs));
            foreach (ref float weight in layer.Weights) weight *= scale;
            foreach (ref float bias in layer.Biases) bias *= scale;
        }

        return network;
    }
}
