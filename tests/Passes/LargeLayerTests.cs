using FastNN.Dispatch;
using Xunit;

namespace FastNN.Tests.Passes;

/// <summary>
/// Large layers. The weights fill more than half of L2, or more than all of it. Narrow vectors copy some of these weights, because their
/// rows lie powers of two apart. The widest vectors take some layers in rows: one, two or three layers of a network. The reference is slow
/// here, so it runs once.
/// </summary>
public class LargeLayerTests
{
    private const int Batch = 5 * 32 + 9;

    [Theory]
    [InlineData(400, 330, 3)]
    [InlineData(101, 640)]
    [InlineData(7, 512, 1024, 2)]
    [InlineData(513, 523)]
    [InlineData(410, 658, 5)]
    [InlineData(128, 256, 3)]
    [InlineData(150, 128, 128)]
    [InlineData(20, 128, 128, 3)]
    [InlineData(128, 128, 128, 128)]
    [InlineData(129, 128, 128, 60, 128, 9)]
    public void Every_variant_and_number_of_threads_gives_the_bits_of_the_reference(params int[] widths)
    {
        float[] inputs = Cases.Uniform(1, Batch * widths[0], -1f), targets = Cases.Uniform(2, Batch * widths[^1]);
        Results expected = Run(widths, KernelVariant.Scalar, threads: 1, inputs, targets);
        foreach (KernelSet kernels in KernelSet.Supported)
        {
            for (int threads = kernels.Variant == KernelVariant.Scalar ? 4 : 1; threads <= 4; threads++)
            {
                string what = $"{kernels.Variant} on {threads} threads";
                Results actual = Run(widths, kernels.Variant, threads, inputs, targets);
                Cases.AssertSameBits(expected.Outputs, actual.Outputs, $"{what}, outputs");
                Cases.AssertSameBits(expected.Cost, actual.Cost, $"{what}, cost");
                Cases.AssertSameBits(expected.Parameters, actual.Parameters, $"{what}, parameters");
                Cases.AssertSameBits(expected.CostAfter, actual.CostAfter, $"{what}, cost of the step's parameters");
            }
        }
    }

    private static Results Run(int[] widths, KernelVariant variant, int threads, float[] inputs, float[] targets)
    {
        var network = new Network(widths, seed: 7, variant);
        var trainer = new Trainer(network, new Sgd(0.5f), threads: threads);
        float[] outputs = new float[targets.Length];
        network.Forward(inputs, outputs, threads);
        float cost = trainer.Step(inputs, targets);
        return new Results(outputs, cost, network.Parameters.ToArray(), trainer.Evaluate(inputs, targets));
    }

    private sealed record Results(float[] Outputs, float Cost, float[] Parameters, float CostAfter);
}
