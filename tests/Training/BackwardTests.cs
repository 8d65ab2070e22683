using FastNN.Dispatch;
using Xunit;

namespace FastNN.Tests.Training;

/// <summary>
/// <see cref="Trainer.Backward"/> has the same bits in every variant and for any number of threads. It adds to the gradient. If
/// <see cref="Trainer.ComputeGradient"/> does the same arithmetic, both have the same bits. <see cref="Costs.CostGradientTests"/> show that
/// the result is right.
/// </summary>
public class BackwardTests
{
    private const int MostThreads = 3;

    private static readonly int[] s_batches = [1, 2, 5, 9, 17, 33, 70, 130];

    public static TheoryData<KernelVariant, int> VariantsAndThreads { get; } =
        [.. from set in KernelSet.Supported from threads in Enumerable.Range(1, MostThreads) select (set.Variant, threads)];

    /// <summary>
    /// A sample alone sums its hidden deltas in another order than a batch. So samples alone are compared with samples alone, and batches
    /// with batches.
    /// </summary>
    [Theory]
    [MemberData(nameof(VariantsAndThreads))]
    public void Several_calls_add_up_to_the_same_bits(KernelVariant variant, int threads)
    {
        var random = new Random(8);
        int learning = 0;
        foreach (int[] widths in (int[][])[[2, 4, 3, 2], [17, 33, 9, 5], [49, 48, 20], [9, 70, 4], [1, 1]])
        {
            foreach (Activation last in Activation.All.Where(last => Cases.CanLearn(last, widths[^1])))
            {
                Activation[] activations = [.. Cases.RandomActivations(random, widths.Length - 1)[..^1], last];
                Network reference = new(widths, activations, seed: 1, Initializer.PyTorch, KernelVariant.Scalar);
                var network = new Network(widths, activations, seed: 1, Initializer.PyTorch, variant);
                Trainer expected = new(reference, new Sgd(1f)), actual = new(network, new Sgd(1f), threads: threads);
                float[] before = network.Parameters.ToArray();
                foreach (int batch in (int[])[s_batches[random.Next(s_batches.Length)], 1, s_batches[random.Next(s_batches.Length)]])
                {
                    Guarded x = new(Cases.Uniform(batch, batch * widths[0], -1f), batch % 16),
                        g = new(Cases.Uniform(2, batch * widths[^1], -1f), 3);
                    Guarded dx = new(new float[batch * widths[0]], 5), dx2 = dx.Copy();
                    expected.Backward(x.Span, g.Span, dx.Span);
                    actual.Backward(x.Span, g.Span, dx2.Span);
                    string what = $"[{string.Join(", ", widths)}] by {string.Join(", ", (object[])activations)}, {batch} samples";
                    Cases.AssertSameBits(expected.Gradient, actual.Gradient, $"{what}, gradient");
                    Cases.AssertSameBits(dx.Span, dx2.Span, $"{what}, input gradient");
                    Guarded.AssertUntouched(x, g);
                    Guarded.AssertGuards(dx2);
                }

                if (actual.Gradient.IndexOfAnyExcept(0f) >= 0) learning++;
                Cases.AssertSameBits(before, network.Parameters, "parameters");
            }
        }

        Assert.InRange(learning, 38, 5 * Activation.All.Count); // all but softmax of one neuron and networks where every ReLU is silent
    }

    /// <summary>
    /// A deep network keeps much more of four tiles than fits into the scratch of the deltas. Code that mistakes one for the other reads
    /// beyond all memory.
    /// </summary>
    [Fact]
    public void Deep_networks_lead_back_to_their_inputs()
    {
        const int Batch = 4;
        int[] widths = [3, .. Enumerable.Repeat(200, 200), 2];
        float[] x = Cases.Uniform(1, Batch * 3, -1f), g = Cases.Uniform(2, Batch * 2, -1f);
        float[][] inputGradients = new float[Kernels.Supported.Count][];
        for (int k = 0; k < inputGradients.Length; k++)
        {
            inputGradients[k] = new float[x.Length];
            var network = new Network(widths, Activation.Relu, Activation.Identity, seed: 1, Initializer.He, Kernels.Supported[k]);
            new Trainer(network, new Sgd(1f)).Backward(x, g, inputGradients[k]);
            Cases.AssertSameBits(inputGradients[0], inputGradients[k], $"{Kernels.Supported[k]}");
        }

        Assert.True(inputGradients[0].AsSpan().IndexOfAnyExcept(0f) >= 0);
    }

    /// <summary>
    /// Samples of a batch are added one after the other. So two halves in two calls give the same as the whole batch in one.
    /// </summary>
    [Theory]
    [MemberData(nameof(VariantsAndThreads))]
    public void A_batch_in_two_calls_has_the_bits_of_one(KernelVariant variant, int threads)
    {
        Network network = new([7, 19, 10], Activation.Silu, Activation.Softmax, seed: 1, kernels: variant);
        Trainer one = new(network, new Sgd(1f), threads: threads), two = new(network, new Sgd(1f), threads: threads);
        foreach ((int first, int second) in ((int, int)[])[(2, 2), (5, 9), (40, 2), (128, 128), (3, 300)])
        {
            float[] x = Cases.Uniform(1, (first + second) * 7, -1f), g = Cases.Uniform(2, (first + second) * 10, -1f);
            one.Gradient.Clear();
            two.Gradient.Clear();
            float[] all = new float[x.Length], parts = new float[x.Length];
            one.Backward(x, g, all);
            two.Backward(x.AsSpan(0, first * 7), g.AsSpan(0, first * 10), parts.AsSpan(0, first * 7));
            two.Backward(x.AsSpan(first * 7), g.AsSpan(first * 10), parts.AsSpan(first * 7));
            Cases.AssertSameBits(one.Gradient, two.Gradient, $"{first} and {second}, gradient");
            Cases.AssertSameBits(all, parts, $"{first} and {second}, input gradient");

            // Without an input gradient all bits are the same.
            one.Gradient.Clear();
            one.Backward(x, g);
            Cases.AssertSameBits(two.Gradient, one.Gradient, $"{first} and {second}, without input gradient");
        }
    }

    /// <summary>
    /// The squared error's kernels take the delta from 2(a − y), rounded to floats. If that is given as the gradient, it leads to the same
    /// bits.
    /// </summary>
    [Theory]
    [MemberData(nameof(Cases.VariantsAndActivations), MemberType = typeof(Cases))]
    public void Given_the_gradient_of_squared_error_it_is_that_of_ComputeGradient(KernelVariant variant, string last)
    {
        foreach (int[] widths in (int[][])[[3, 4, 2], [17, 33, 21]])
        {
            var network = new Network(widths, Activation.Tanh, Cases.Named(last), seed: 1, Initializer.PyTorch, variant);
            Trainer given = new(network, new Sgd(1f)), computed = new(network, new Sgd(1f), reduction: Reduction.Sum);
            foreach (int batch in s_batches)
            {
                float[] x = Cases.Uniform(1, batch * widths[0], -1f), y = Cases.Uniform(2, batch * widths[^1]), a = new float[y.Length];
                network.Forward(x, a);
                float[] g = [.. a.Zip(y, (ai, yi) => 2 * (ai - yi))];
                computed.ComputeGradient(x, y);
                given.Gradient.Fill(batch == 1 ? -0f : 0f); // a sample alone begins with −0, to keep the sign of a product that is 0
                given.Backward(x, g);
                Cases.AssertSameBits(computed.Gradient, given.Gradient, $"[{string.Join(", ", widths)}], {batch} samples");
            }
        }
    }

    [Theory]
    [MemberData(nameof(Cases.VariantsAndElementwise), MemberType = typeof(Cases))]
    public void An_agent_that_follows_its_own_gradient_takes_the_steps_of_Apply(KernelVariant variant, string last)
    {
        Network network = new([5, 8, 3], Activation.Gelu, Cases.Named(last), seed: 1, Initializer.PyTorch, variant);
        Network other = new([5, 8, 3], Activation.Gelu, Cases.Named(last), seed: 1, Initializer.PyTorch, variant);
        Trainer given = new(network, new Adam(0.01f)), whole = new(other, new Adam(0.01f), reduction: Reduction.Sum);
        float[] x = Cases.Uniform(1, 9 * 5, -1f), y = Cases.Uniform(2, 9 * 3), a = new float[y.Length];
        for (int step = 0; step < 20; step++)
        {
            network.Forward(x, a);
            given.Gradient.Clear();
            given.Backward(x, [.. a.Zip(y, (ai, yi) => 2 * (ai - yi))]);
            given.Apply();
            whole.Step(x, y);
            Cases.AssertSameBits(other.Parameters, network.Parameters, $"step {step}");
        }
    }
}
