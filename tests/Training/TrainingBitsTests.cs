using FastNN.Dispatch;
using Xunit;

namespace FastNN.Tests.Training;

/// <summary>Training adds up errors. Yet it leads to the same bits in every variant.</summary>
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

    [Theory]
    [MemberData(nameof(Cases.VariantsAndNumbers), MemberType = typeof(Cases))]
    public void Networks_of_every_form_train_to_the_same_bits_in_their_own_memory_alone(KernelVariant variant, Numbers numbers)
    {
        var random = new Random(11);
        var supply = new Supply(numbers);
        foreach (int[] widths in SmallWidths().Concat(RandomWidths(random)))
        {
            int batch = random.Next(2) * random.Next(7) + 1;
            Network reference = new(widths, seed: 1, KernelVariant.Scalar), network = new(widths, seed: 1, variant);
            supply.Next(network.Parameters.Length, 4f).Span.CopyTo(reference.Parameters);
            reference.Parameters.CopyTo(network.Parameters);
            Trainer referenceTrainer = new(reference, new Sgd(0.5f)), trainer = new(network, new Sgd(0.5f));
            Guarded x = supply.Next(batch * network.Inputs), y = supply.Next(batch * network.Outputs);
            Guarded expected = supply.Target(batch * network.Outputs), actual = supply.Target(batch * network.Outputs);
            string what = $"[{string.Join(", ", widths)}], {batch} samples";
            for (int step = 0; step < 3; step++)
            {
                reference.Forward(x.Span, expected.Span);
                network.Forward(x.Span, actual.Span);
                Cases.AssertSameBits(expected.Span, actual.Span, $"{what}, outputs");
                Cases.AssertSameBits(
                    referenceTrainer.Evaluate(x.Span, y.Span), trainer.Evaluate(x.Span, y.Span), $"{what}, evaluated cost");
                Cases.AssertSameBits(referenceTrainer.Step(x.Span, y.Span), trainer.Step(x.Span, y.Span), $"{what}, cost");
                Cases.AssertSameBits(reference.Parameters, network.Parameters, $"{what}, parameters");
            }

            Guarded.AssertUntouched(x, y);
            Guarded.AssertGuards(expected, actual);
        }
    }

    /// <summary>All networks of one or two layers that are no wider than five.</summary>
    private static IEnumerable<int[]> SmallWidths() =>
        from first in Enumerable.Range(1, 5)
        from second in Enumerable.Range(1, 5)
        from third in Enumerable.Range(0, 6)
        select third == 0 ? (int[])[first, second] : [first, second, third];

    private static IEnumerable<int[]> RandomWidths(Random random)
    {
        for (int trial = 0; trial < 200; trial++)
        {
            int widest = random.Next(3) switch { 0 => 4, 1 => 12, _ => 70 };
            yield return [.. Enumerable.Range(0, random.Next(2, 6)).Select(_ => random.Next(1, widest + 1))];
        }
    }
}
