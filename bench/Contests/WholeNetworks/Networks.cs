using System.Collections.Immutable;
using FastNN.Bench.Contests;
using FastNN.Bench.Machine;

namespace FastNN.Bench.WholeNetworks;

/// <summary>The networks that are compared: the article's, small ones, ragged ones, and such as fit the L1, L2 and L3 cache.</summary>
internal static class Networks
{
    internal static ImmutableArray<int[]> Widths { get; } =
        [[2, 4, 3, 2], [8, 16, 16, 1], [17, 33, 9, 5], [32, 64, 64, 64, 16], [784, 128, 10], [1024, 1024, 1024]];

    /// <summary>Those that are compared on batches, one of ragged widths among them.</summary>
    internal static ImmutableArray<int[]> WidthsOfBatches { get; } =
        [[2, 4, 3, 2], [17, 33, 9, 5], [32, 64, 64, 64, 16], [100, 129, 7], [784, 128, 10], [1024, 1024, 1024]];

    /// <summary>Those that the other kinds are compared on, ragged, deep and wide.</summary>
    internal static ImmutableArray<int[]> WidthsOfKinds { get; } = [[17, 33, 9, 5], [32, 64, 64, 64, 16], [784, 128, 10]];

    /// <summary>On the kernels of a contestant.</summary>
    internal static Network Create(int[] widths, NetworkKind kind, Contestant kernels) => Create(widths, kind, kernels.Set.Variant);

    /// <summary>
    /// A network with parameters uniform in ±√(3/n_in), of variance 1/n_in, in each layer: so the sums stay where σ is neither flat nor
    /// subnormal, however wide the layers. Twice that variance before a ReLU, which stops half of it, and half of it before a tanh, which
    /// then stays below 0.98, where FANN would begin to take slopes for steeper than they are.
    /// </summary>
    internal static Network Create(int[] widths, NetworkKind kind, KernelVariant kernels)
    {
        var network = new Network(widths, kind.Hidden, kind.Output, seed: 1, Initializer.Article, kernels);
        foreach (Layer layer in network.Layers)
        {
            float gain = ActivationFormula.Of(layer.Activation).Gain;
            float scale = MathF.Sqrt(gain / (3f * layer.Inputs));
            foreach (ref float weight in layer.Weights) weight *= scale;
            foreach (ref float bias in layer.Biases) bias *= scale;
        }

        return network;
    }
}
