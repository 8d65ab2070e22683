using Xunit;

namespace FastNN.Tests.Passes;

/// <summary>
/// <see cref="Network.InputGradient"/> and <see cref="Network.Jacobian"/> have the same bits in every variant, for any batch and any number
/// of threads. <see cref="Costs.CostGradientTests"/> show that they are right.
/// </summary>
public class InputDerivativeTests
{
    private static readonly int[] s_batches = [1, 2, 3, 5, 7, 8, 9, 15, 16, 17, 31, 32, 33, 63, 64, 65, 130, 261];

    /// <summary>A sample alone has the gradient by its inputs that <see cref="Trainer.Backward"/> gives.</summary>
    [Theory]
    [MemberData(nameof(Cases.Variants), MemberType = typeof(Cases))]
    public void Samples_alone_and_together_have_the_bits_of_Backward(KernelVariant variant)
    {
        var random = new Random(3);
        foreach (int[] widths in Networks())
        {
            Activation[] activations = Cases.Learning(Cases.RandomActivations(random, widths.Length - 1), widths[^1]);
            var network = new Network(widths, activations, seed: 1, Initializer.PyTorch, variant);
            var trainer = new Trainer(new Network(widths, activations, seed: 1, Initializer.PyTorch, KernelVariant.Scalar), new Sgd(1f));
            int n = network.Inputs, m = network.Outputs, batch = s_batches[random.Next(s_batches.Length)], threads = random.Next(1, 4);
            float[] x = Cases.Uniform(1, batch * n, -1f), g = Cases.Uniform(2, batch * m, -1f);
            float[] expected = new float[x.Length], actual = new float[x.Length];
            for (int s = 0; s < batch; s++) trainer.Backward(x.AsSpan(s * n, n), g.AsSpan(s * m, m), expected.AsSpan(s * n, n));
            network.InputGradient(x, g, actual, threads);
            string what = $"{network}, {batch} samples, {threads} threads";
            Cases.AssertSameBits(expected, actual, what);
            for (int s = 0; s < batch; s++) network.InputGradient(x.AsSpan(s * n, n), g.AsSpan(s * m, m), actual.AsSpan(s * n, n));
            Cases.AssertSameBits(expected, actual, $"{what}, one by one");
            AssertRows(network, x, batch, threads, what);
        }
    }

    /// <summary>
    /// A deep network keeps much more of its tiles than fits into the scratch of the deltas, and its last layer is wider than all others.
    /// </summary>
    [Theory]
    [MemberData(nameof(Cases.Variants), MemberType = typeof(Cases))]
    public void Deep_networks_lead_back_to_their_inputs(KernelVariant variant)
    {
        const int batch = 20;
        int[] widths = [3, .. Enumerable.Repeat(50, 60), 77];
        var network = new Network(widths, Activation.Relu, Activation.Identity, seed: 1, Initializer.He, variant);
        float[] x = Cases.Uniform(1, batch * 3, -1f);
        AssertRows(network, x, batch, threads: 2, $"{variant}");
    }

    /// <summary>Samples that are too few for a tile go backward through a part of W after the other.</summary>
    [Theory]
    [MemberData(nameof(Cases.Variants), MemberType = typeof(Cases))]
    public void Few_samples_share_the_parts_of_large_weights(KernelVariant variant)
    {
        foreach (Activation hidden in (Activation[])[Activation.Tanh, Activation.Gelu])
        {
            var network = new Network([300, 67, 131, 3], hidden, Activation.Identity, seed: 1, Initializer.Glorot, variant)
            {
                InputStandardizer = Standardizer.Fit(Cases.Uniform(2, 20 * 300, -1f), 300),
                OutputStandardizer = Standardizer.Fit(Cases.Uniform(3, 20 * 3, -5f, 9f), 3),
            };
            foreach (int batch in (int[])[2, 3, 6, 13, 18])
                AssertRows(network, Cases.Uniform(1, batch * 300, -1f), batch, threads: 1, $"{hidden}, {batch} samples, {variant}");
        }
    }

    /// <summary>
    /// A thread's scratch is not cleared. So a pass must not use what another network has left there, not even times 0: here it is NaN.
    /// </summary>
    [Theory]
    [MemberData(nameof(Cases.Variants), MemberType = typeof(Cases))]
    public void What_other_networks_leave_in_the_scratch_does_not_matter(KernelVariant variant)
    {
        var other = new Network([70, 90, 90, 70], Activation.Relu, Activation.Identity, seed: 1, kernels: variant);
        float[] nan = new float[70 * 40];
        nan.AsSpan().Fill(float.NaN);
        foreach (Activation last in (Activation[])[Activation.Identity, Activation.Softmax, Activation.Gelu])
        {
            foreach (int[] widths in (int[][])[[3, 5, 2], [2, 3, 33, 2], [5, 17, 3], [4, 2]])
            {
                var network = new Network(widths, Activation.Gelu, last, seed: 1, kernels: variant);
                var trainer = new Trainer(network, new LevenbergMarquardt());
                var before = network.Parameters.ToArray();
                foreach (int batch in (int[])[1, 20])
                {
                    float[] x = Cases.Uniform(1, batch * widths[0], -1f), y = Cases.Uniform(2, batch * widths[^1]);
                    float[][] clean = Run(), afterNaN;
                    other.InputGradient(nan, nan, new float[nan.Length]);
                    other.InputGradient(nan.AsSpan(0, 70), nan.AsSpan(0, 70), new float[70]);
                    afterNaN = Run();
                    for (int k = 0; k < clean.Length; k++) Cases.AssertSameBits(clean[k], afterNaN[k], $"{network}, {batch} samples, {k}");

                    float[][] Run()
                    {
                        float[] byInputs = new float[x.Length], jacobian = new float[x.Length * widths[^1]];
                        network.InputGradient(x, y, byInputs);
                        network.Jacobian(x, jacobian);
                        before.CopyTo(network.Parameters);
                        trainer.OptimizerState.Reset();
                        trainer.Step(x, y);
                        float[] parameters = network.Parameters.ToArray();
                        before.CopyTo(network.Parameters);
                        return [byInputs, jacobian, parameters];
                    }
                }
            }
        }
    }

    /// <summary>Parameters may change between calls, and so may standardizers.</summary>
    [Fact]
    public void Derivatives_are_those_of_the_present_network()
    {
        var network = new Network([2, 3, 2], Activation.Tanh, Activation.Identity, seed: 1);
        float[] x = [0.3f, -0.6f], before = new float[4], after = new float[4];
        network.Jacobian(x, before);
        network.OutputStandardizer = new Standardizer([1f, 2f], [0.5f, 0.25f]);
        network.Jacobian(x, after);
        Assert.Equal(before.Select((d, k) => d * (k < 2 ? 2 : 4)), after);
        network.Parameters.Clear();
        network.Jacobian(x, after);
        Assert.Equal(new float[4], after);
    }

    /// <summary>Row i is the gradient by the inputs for a gradient that is 1 for output i.</summary>
    private static void AssertRows(Network network, float[] x, int batch, int threads, string what)
    {
        int n = network.Inputs, m = network.Outputs;
        float[] jacobian = new float[batch * m * n], alone = new float[jacobian.Length], row = new float[x.Length];
        network.Jacobian(x, jacobian, threads);
        for (int s = 0; s < batch; s++) network.Jacobian(x.AsSpan(s * n, n), alone.AsSpan(s * m * n, m * n));
        Cases.AssertSameBits(alone, jacobian, $"{what}, Jacobian");
        for (int i = 0; i < m; i++)
        {
            float[] unit = [.. Enumerable.Range(0, batch * m).Select(k => k % m == i ? 1f : 0f)];
            network.InputGradient(x, unit, row, threads);
            for (int s = 0; s < batch; s++)
                Cases.AssertSameBits(row.AsSpan(s * n, n), jacobian.AsSpan((s * m + i) * n, n), $"{what}, row {i} of sample {s}");
        }
    }

    private static IEnumerable<int[]> Networks()
    {
        var random = new Random(4);
        IEnumerable<int[]> drawn =
            from _ in Enumerable.Range(0, 60)
            select (int[])[.. Enumerable.Range(0, random.Next(2, 5)).Select(_ => random.Next(1, 70))];
        return drawn.Concat(Cases.TinyNetworks).Concat(Cases.NetworksInRows.Where(widths => widths.Max() < 140).Distinct().Take(4));
    }
}
