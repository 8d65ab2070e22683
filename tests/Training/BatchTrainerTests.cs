using FastNN.Contract;
using FastNN.Dispatch;
using Xunit;

namespace FastNN.Tests.Training;

/// <summary>A trainer on batches. The gradient is a span, training can be cancelled, and memory does not grow with the batch.</summary>
[Collection(nameof(Alone))]
public class BatchTrainerTests
{
    public static TheoryData<KernelVariant, int> VariantsAndBatches { get; } =
        [.. from set in KernelSet.Supported from batch in (int[])[1, 2, 40, 300] select (set.Variant, batch)];

    [Theory]
    [MemberData(nameof(VariantsAndBatches))]
    public void Gradient_and_apply_are_a_step(KernelVariant variant, int batch)
    {
        foreach (Reduction reduction in Enum.GetValues<Reduction>())
        {
            Network network = new([20, 33, 9], seed: 3, variant), other = new([20, 33, 9], seed: 3, variant);
            float[] inputs = Cases.Uniform(1, batch * 20, -1f), targets = Cases.Uniform(2, batch * 9);
            Trainer trainer = new(network, new Sgd(0.25f), reduction: reduction, threads: 2),
                whole = new(other, new Sgd(0.25f), reduction: reduction);
            float[] before = network.Parameters.ToArray();
            for (int step = 0; step < 3; step++)
            {
                float cost = trainer.ComputeGradient(inputs, targets);
                Cases.AssertSameBits(before, network.Parameters, "parameters before the gradient is applied");
                Assert.Equal(network.Parameters.Length, trainer.Gradient.Length);
                Assert.True(trainer.Gradient.IndexOfAnyExcept(0f) >= 0);
                trainer.Apply();
                Cases.AssertSameBits(whole.Step(inputs, targets), cost, "cost");
                Cases.AssertSameBits(other.Parameters, network.Parameters, $"{reduction}, parameters");
                before = network.Parameters.ToArray();
            }
        }
    }

    [Fact]
    public void A_changed_gradient_is_the_one_that_is_applied()
    {
        var network = new Network([2, 3, 1], seed: 1);
        var trainer = new Trainer(network, new Sgd(0.5f));
        float[] before = network.Parameters.ToArray();
        trainer.ComputeGradient([1f, 2f, 3f, 4f], [0f, 1f]);
        trainer.Gradient.Fill(2f);
        trainer.Apply();
        Assert.Equal(before.Select(w => w - 1f), network.Parameters.ToArray());
    }

    [Fact]
    public void The_sign_of_a_zero_is_that_of_a_step()
    {
        foreach (float weight in (float[])[0f, -0f])
        {
            Network network = new([1, 1], seed: 1), other = new([1, 1], seed: 1);
            foreach (Network each in (Network[])[network, other]) (each.Parameters[0], each.Parameters[1]) = (weight, 0f);
            Trainer trainer = new(network, new Sgd(1f)), whole = new(other, new Sgd(1f));
            trainer.ComputeGradient([0f], [1f]);
            trainer.Apply();
            whole.Step([0f], [1f]);
            Cases.AssertSameBits(other.Parameters, network.Parameters, $"weight {weight}");
        }
    }

    [Theory]
    [InlineData(1)]
    [InlineData(3)]
    public void Cancellation_leaves_the_parameters_as_they_were(int threads)
    {
        const int batch = 20_000; // some tenths of a second
        var network = new Network([200, 300, 10], seed: 1);
        var trainer = new Trainer(network, new Sgd(0.5f), threads: threads);
        float[] inputs = Cases.Uniform(1, batch * 200), targets = Cases.Uniform(2, batch * 10), before = network.Parameters.ToArray();
        using var cancelled = new CancellationTokenSource();
        cancelled.Cancel();
        Assert.Throws<OperationCanceledException>(() => trainer.Step(inputs, targets, cancelled.Token));
        Assert.Throws<OperationCanceledException>(() => trainer.Step(inputs.AsSpan(0, 200), targets.AsSpan(0, 10), cancelled.Token));
        Assert.Throws<OperationCanceledException>(() => trainer.ComputeGradient(inputs, targets, cancelled.Token));
        Assert.Throws<OperationCanceledException>(
            () => trainer.TrainUntil(inputs.AsSpan(0, 2000), targets.AsSpan(0, 100), cost: 0f, maxSteps: 1, cancelled.Token));

        using var soon = new CancellationTokenSource(TimeSpan.FromMilliseconds(1));
        Assert.Throws<OperationCanceledException>(() => trainer.Step(inputs, targets, soon.Token));
        Cases.AssertSameBits(before, network.Parameters, "parameters");

        trainer.Step(inputs.AsSpan(0, 2000), targets.AsSpan(0, 100), TestContext.Current.CancellationToken);
        Assert.NotEqual(before, network.Parameters.ToArray());
    }

    [Theory]
    [MemberData(nameof(Cases.Variants), MemberType = typeof(Cases))]
    public void Scratch_of_a_batch_forward_is_as_documented(KernelVariant variant)
    {
        foreach (int[] widths in (int[][])[[1, 1], [2, 4, 3, 2], [4, 4, 4, 4, 4], [5, 3], [17, 33, 9, 5], [600, 400, 7], [8200, 3]])
        {
            int most = widths.Max() switch
            {
                <= 4 => 256 * (widths.Sum() + widths.Length - 2),
                <= 8192 => 256 * VirtualLanes.RoundUp(widths.Max()),
                _ => 64 * VirtualLanes.RoundUp(widths.Max()),
            };
            int scratch = new Network(widths, seed: 1, variant).Plan.Forward.BatchScratch;
            if (variant == KernelVariant.Vector512) Assert.Equal(most, scratch);
            else Assert.InRange(scratch, 1, most);
        }
    }
}
