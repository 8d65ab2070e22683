using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;
using FastNN.Dispatch;
using FastNN.Plumbing;
using FastNN.Tests.Files;
using Xunit;

namespace FastNN.Tests.Api;

/// <summary>
/// The network: the layout and the first values of its parameters, and forward for one sample, for a batch, and beside a broken neighbour.
/// </summary>
public unsafe class NetworkTests
{
    private static readonly int[][] s_widths = [[2, 4, 3, 2], [5, 1], [1, 37, 8], [40, 7, 33, 3], [9, 600, 3]];

    public static TheoryData<int[], KernelVariant> NetworksAndVariants { get; } =
        [.. from widths in s_widths from set in KernelSet.Supported select (widths, set.Variant)];

    [Fact]
    public void A_network_says_what_it_is()
    {
        var network = new Network([64, 32, 10], Activation.Relu, Activation.Softmax, seed: 1, kernels: KernelVariant.Scalar);
        Assert.Equal("64-32-10, Relu Softmax, Scalar", $"{network}");
    }

    [Fact]
    public void The_articles_network_has_35_parameters_layer_by_layer_weights_then_biases()
    {
        var network = new Network([2, 4, 3, 2], seed: 1);
        for (int k = 0; k < network.Parameters.Length; k++) network.Parameters[k] = k;
        Assert.Equal(35, network.Parameters.Length);
        Assert.Equal((2, 2), (network.Inputs, network.Outputs));

        (int Inputs, int Outputs, int Weights, int Biases)[] expected = [(2, 4, 0, 8), (4, 3, 12, 24), (3, 2, 27, 33)];
        Assert.Equal(expected.Length, network.Layers.Count);
        foreach ((Layer layer, (int inputs, int outputs, int weights, int biases)) in network.Layers.Zip(expected))
        {
            Assert.Equal((inputs, outputs, Activation.Sigmoid), (layer.Inputs, layer.Outputs, layer.Activation));
            Assert.Equal(Enumerable.Range(weights, inputs * outputs).Select(k => (float)k), layer.Weights.ToArray());
            Assert.Equal(Enumerable.Range(biases, outputs).Select(k => (float)k), layer.Biases.ToArray());
        }

        network.Layers[1].Biases[2] = -1f;
        Assert.Equal(-1f, network.Parameters[26]);
    }

    [Theory]
    [MemberData(nameof(NetworksAndVariants))]
    public void A_clone_is_the_same_with_parameters_of_its_own(int[] widths, KernelVariant variant)
    {
        Activation[] activations = Cases.RandomActivations(new Random(widths.Length), widths.Length - 1);
        var network = new Network(widths, activations, seed: 1, kernels: variant);
        Network clone = network.Clone();
        NetworkFileTests.AssertSame(network, clone);
        Assert.Equal(variant, clone.KernelVariant);

        float[] kept = network.Parameters.ToArray();
        clone.Parameters.Fill(7f);
        Cases.AssertSameBits(kept, network.Parameters, "the network that was cloned");
    }

    [Fact]
    public void Parameters_start_a_cache_line()
    {
        foreach (int[] widths in s_widths)
            Assert.Equal(0u, (nuint)Unsafe.AsPointer(ref MemoryMarshal.GetReference(new Network(widths, seed: 1).Parameters)) % 64);
    }

    [Fact]
    public void SplitMix64_gives_the_numbers_of_its_authors_program()
    {
        var random = new SplitMix64(1234567);
        ulong[] expected = [6457827717110365317, 3203168211198807973, 9817491932198370423, 4593380528125082431, 16408922859458223821];
        foreach (ulong number in expected) Assert.Equal(number, random.Next());
    }

    [Fact]
    public void Parameters_are_uniform_from_minus_3_to_3_and_the_same_for_a_seed_for_ever()
    {
        float[] p = new Network([100, 999], seed: 42).Parameters.ToArray();
        Assert.Equal(p, new Network([100, 999], seed: 42).Parameters.ToArray());
        Assert.NotEqual(p, new Network([100, 999], seed: 43).Parameters.ToArray());
        Cases.AssertSameBits([1.44938922f, -2.04053783f, -1.32839334f, -0.934856057f], p.AsSpan(0, 4), "the first parameters of seed 42");

        // 100,899 numbers: each sixth of the range should hold 16,817 of them, with a standard deviation of 118.
        Assert.All(p, value => Assert.True(value is >= -3f and < 3f));
        Assert.All(p.CountBy(value => (int)MathF.Floor(value)), sixth => Assert.InRange(sixth.Value, 16_817 - 600, 16_817 + 600));
        Assert.InRange(p.Min(), -3f, -2.999f);
        Assert.InRange(p.Max(), 2.999f, 3f);
    }

    [Theory]
    [MemberData(nameof(NetworksAndVariants))]
    public void Outputs_are_the_oracles_within_the_proven_bound(int[] widths, KernelVariant variant)
    {
        var network = new Network(widths, seed: 1, variant);
        float[] inputs = Cases.Uniform(2, network.Inputs), outputs = new float[network.Outputs];
        network.Forward(inputs, outputs);
        Bounded.AssertAdmits(new Oracle(widths, Bounded.Exact(network.Parameters)).Forward(Bounded.Exact(inputs)), outputs, "outputs");
    }

    [Theory]
    [MemberData(nameof(NetworksAndVariants))]
    public void A_sample_alone_is_the_same_sample_in_a_batch_of_any_size(int[] widths, KernelVariant variant)
    {
        Network network = Unsaturated(widths, variant);
        float[] inputs = Cases.Uniform(3, 50 * network.Inputs), alone = new float[50 * network.Outputs];
        for (int s = 0; s < 50; s++) network.Forward(Sample(inputs, s, network.Inputs), Sample(alone, s, network.Outputs));
        for (int batch = 1; batch <= 50; batch++)
        {
            var outputs = new float[batch * network.Outputs];
            network.Forward(inputs.AsSpan(0, batch * network.Inputs), outputs);
            Cases.AssertSameBits(alone.AsSpan(0, outputs.Length), outputs, $"{batch} samples");
        }
    }

    [Theory]
    [MemberData(nameof(NetworksAndVariants))]
    public void A_sample_without_numbers_leaves_its_neighbours_alone(int[] widths, KernelVariant variant)
    {
        const int Batch = 20;
        Network network = Unsaturated(widths, variant);
        float[] inputs = Cases.Uniform(4, Batch * network.Inputs);
        float[] expected = new float[Batch * network.Outputs], outputs = new float[Batch * network.Outputs];
        network.Forward(inputs, expected);
        foreach (float broken in (float[])[float.NaN, float.PositiveInfinity, float.NegativeInfinity])
        {
            for (int s = 0; s < Batch; s++)
            {
                var spoilt = (float[])inputs.Clone();
                Sample(spoilt, s, network.Inputs).Fill(broken);
                network.Forward(spoilt, outputs);
                if (float.IsNaN(broken)) Assert.All(Sample(outputs, s, network.Outputs).ToArray(), y => Assert.True(float.IsNaN(y)));
                Sample(expected, s, network.Outputs).CopyTo(Sample(outputs, s, network.Outputs));
                Cases.AssertSameBits(expected, outputs, $"beside sample {s} of {broken}");
            }
        }
    }

    /// <summary>
    /// A network with parameters in [−1, 1). Larger ones would give outputs that round to 0 or 1. These would hide what they are computed
    /// from.
    /// </summary>
    private static Network Unsaturated(int[] widths, KernelVariant variant)
    {
        var network = new Network(widths, seed: 1, variant);
        foreach (ref float parameter in network.Parameters) parameter *= 1f / 3f;
        return network;
    }

    private static Span<float> Sample(float[] batch, int s, int width) => batch.AsSpan(s * width, width);
}
