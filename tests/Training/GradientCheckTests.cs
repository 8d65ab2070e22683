using FastNN.Dispatch;
using Xunit;

namespace FastNN.Tests.Training;

/// <summary>
/// Finite differences prove the article's induction. δ^l = (W^{l+1})ᵀ·δ^{l+1} ⊙ σ′(z^l) gives the derivative of the cost by every
/// parameter. The gradient of a batch's summed cost is the sum of its samples' gradients. The library's gradient is the oracle's.
/// </summary>
public class GradientCheckTests
{
    private const int Batch = 6;

    private static readonly int[][] s_widths = [[2, 2], [2, 4, 3, 2], [7, 5, 6, 4, 3], [1, 1, 1, 1, 1, 1], [20, 33, 9]];

    public static TheoryData<int[]> Networks { get; } = [.. s_widths];

    public static TheoryData<int[], KernelVariant> NetworksAndVariants { get; } =
        [.. from widths in s_widths from set in KernelSet.Supported select (widths, set.Variant)];

    [Theory]
    [MemberData(nameof(Networks))]
    public void Backpropagation_is_the_derivative_of_the_summed_cost(int[] widths)
    {
        const double Step = 1e-5; // truncation error ~ h² = 1e-10, rounding error ~ 2⁻⁵²/h = 2e-11, either times a cost of a few units
        (Network network, float[] inputs, float[] targets) = Example(widths, KernelVariant.Scalar);
        Bounded[] x = Bounded.Exact(inputs), y = Bounded.Exact(targets), p = Bounded.Exact(network.Parameters);
        Bounded[] gradient = new Oracle(widths, p).Batch(x, y, 1).Gradient;
        double largest = gradient.Max(g => Math.Abs(g.Value));
        Assert.InRange(largest, 1e-3, 1e3);

        var summed = new Bounded[p.Length];
        for (int s = 0; s < Batch; s++)
        {
            Bounded[] one = new Oracle(widths, p).Gradient(x.AsSpan(s * widths[0], widths[0]), y.AsSpan(s * widths[^1], widths[^1]));
            for (int k = 0; k < p.Length; k++) summed[k] += one[k];
        }

        for (int k = 0; k < p.Length; k++)
        {
            double centre = p[k].Value;
            p[k] = centre + Step;
            double above = new Oracle(widths, p).Batch(x, y, 1).Cost.Value;
            p[k] = centre - Step;
            double below = new Oracle(widths, p).Batch(x, y, 1).Cost.Value;
            p[k] = centre;
            Assert.InRange(gradient[k].Value - (above - below) / (2 * Step), -1e-7 * largest, 1e-7 * largest);
            Assert.InRange(gradient[k].Value - summed[k].Value, -1e-14 * largest, 1e-14 * largest);
        }
    }

    [Theory]
    [MemberData(nameof(NetworksAndVariants))]
    public void The_kernels_gradient_is_the_oracles_within_the_proven_bound(int[] widths, KernelVariant variant)
    {
        (Network network, float[] inputs, float[] targets) = Example(widths, variant);
        var oracle = new Oracle(widths, Bounded.Exact(network.Parameters));
        (Bounded cost, Bounded[] gradient) = oracle.Batch(Bounded.Exact(inputs), Bounded.Exact(targets), 1);
        (float actualCost, float[] actual) = ByHand(network, inputs, targets);
        Bounded.AssertAdmits([cost], [actualCost], "cost");
        Bounded.AssertAdmits(gradient, actual, "gradient");
    }

    [Theory]
    [MemberData(nameof(NetworksAndVariants))]
    public void A_step_is_the_kernels_gradient_and_then_descent(int[] widths, KernelVariant variant)
    {
        (Network network, float[] inputs, float[] targets) = Example(widths, variant);
        foreach (Reduction reduction in Enum.GetValues<Reduction>())
        {
            var trainer = new Trainer(network, new Sgd(0.3f), reduction: reduction);
            foreach (int batch in (int[])[1, Batch, Batch - 1, 1])
            {
                float[] x = inputs[..(batch * network.Inputs)], y = targets[..(batch * network.Outputs)];
                (_, float[] gradient) = ByHand(network, x, y);
                float[] expected = network.Parameters.ToArray();
                Kernels.GradientDescent(expected, gradient, reduction == Reduction.Mean ? 1f / batch : 1f, 0.3f, variant);

                trainer.Step(x, y);
                Cases.AssertSameBits(expected, network.Parameters, $"{batch} samples, {reduction}");
            }
        }
    }

    /// <summary>
    /// The cost and the gradient summed over a batch. The public kernels compute them layer by layer, sample after sample.
    /// </summary>
    private static (float Cost, float[] Gradient) ByHand(Network network, float[] inputs, float[] targets)
    {
        KernelVariant kernels = network.KernelVariant;
        var gradient = new float[network.Parameters.Length];
        double cost = 0;
        foreach ((float[] x, float[] y) in inputs.Chunk(network.Inputs).Zip(targets.Chunk(network.Outputs)))
        {
            List<float[]> a = [x];
            foreach (Layer layer in network.Layers)
            {
                a.Add(new float[layer.Outputs]);
                Kernels.Forward(a[^2], layer.Weights, layer.Biases, a[^1], kernels);
            }

            var delta = new float[network.Outputs];
            cost += Kernels.OutputDelta(a[^1], y, delta, kernels);
            int end = gradient.Length;
            for (int l = network.Layers.Count - 1; l >= 0; l--)
            {
                Layer layer = network.Layers[l];
                int biases = end - layer.Outputs, weights = biases - layer.Weights.Length;
                var inputDelta = new float[layer.Inputs];
                Span<float> gw = gradient.AsSpan(weights, layer.Weights.Length), gb = gradient.AsSpan(biases, layer.Outputs);
                Kernels.BackwardAccumulate(a[l], delta, layer.Weights, gw, gb, inputDelta, kernels);
                if (inputs.Length > network.Inputs) InputDelta(layer, a[l], delta, inputDelta);
                (delta, end) = (inputDelta, weights);
            }
        }

        return ((float)cost, gradient);
    }

    /// <summary>The order of a batch of several samples: outputs are summed in ascending order.</summary>
    private static void InputDelta(Layer layer, float[] a, float[] delta, float[] inputDelta)
    {
        for (int j = 0; j < layer.Inputs; j++)
        {
            float sum = 0f;
            for (int i = 0; i < layer.Outputs; i++) sum = MathF.FusedMultiplyAdd(layer.Weights[j * layer.Outputs + i], delta[i], sum);
            inputDelta[j] = MathF.FusedMultiplyAdd(sum, a[j] * (1f - a[j]), 0f);
        }
    }

    private static (Network Network, float[] Inputs, float[] Targets) Example(int[] widths, KernelVariant variant) =>
        (new Network(widths, seed: 3, variant), Cases.Uniform(4, Batch * widths[0]), Cases.Uniform(5, Batch * widths[^1]));
}
