using Xunit;

namespace FastNN.Tests;

/// <summary>Training, whose errors would add up, leads to the same bits in every variant.</summary>
public class TrainingBitsTests
{
    public static TheoryData<KernelVariant, int[], int> VariantsNetworksAndBatches { get; } =
    [
        .. from set in KernelSet.Supported
           from widths in (int[][])[[2, 4, 3, 2], [17, 33, 9, 5], [8, 16, 16, 1], [64, 64, 10]]
           from batch in (int[])[1, 3]
           select (set.Variant, widths, batch),
    ];

    [Theory]
    [MemberData(nameof(VariantsNetworksAndBatches))]
    public void A_thousand_steps_of_training_end_in_the_same_bits(KernelVariant variant, int[] widths, int batch)
    {
        Network reference = new(widths, seed: 7, KernelVariant.Scalar), network = new(widths, seed: 7, variant);
        float[] inputs = Cases.Uniform(1, 10 * batch * widths[0]), targets = Cases.Uniform(2, 10 * batch * widths[^1]);
        Trainer expected = new(reference, new Sgd(0.5f)), actual = new(network, new Sgd(0.5f));
        for (int step = 0; step < 1000; step++)
        {
            ReadOnlySpan<float> x = inputs.AsSpan(step % 10 * batch * widths[0], batch * widths[0]);
            ReadOnlySpan<float> y = targets.AsSpan(step % 10 * batch * widths[^1], batch * widths[^1]);
            Cases.AssertSameBits(expected.Step(x, y), actual.Step(x, y), $"the cost of step {step}");
        }

        Cases.AssertSameBits(reference.Parameters, network.Parameters, "parameters");
        Assert.NotEqual(new Network(widths, seed: 7).Parameters.ToArray(), network.Parameters.ToArray());
    }
}
