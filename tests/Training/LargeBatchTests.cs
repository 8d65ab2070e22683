using FastNN.Dispatch;
using Xunit;

namespace FastNN.Tests.Training;

/// <summary>
/// Gradients of batches of many samples keep their digits: the sum over a segment is rounded, the sum of the segments hardly.
/// </summary>
public class LargeBatchTests
{
    private const double U = 1.0 / (1 << 24);

    public static TheoryData<KernelVariant, int> VariantsAndThreads { get; } =
        [.. from set in KernelSet.Supported from threads in (int[])[1, 2, 3] select (set.Variant, threads)];

    /// <summary>A chain of m terms has an error of at most γ_m·Σ|terms|. The sum of the segments rounds once, and γ² is nothing.</summary>
    [Theory]
    [InlineData(1_025)]
    [InlineData(100_000)]
    [InlineData(1_000_000)]
    public void The_error_is_that_of_a_segment(int samples)
    {
        float[] x = Cases.Uniform(1, samples), y = [.. Cases.Uniform(2, samples).Select(v => -v)];
        double exact = 0;
        for (int s = 0; s < samples; s++) exact += 2.0 * (0f - y[s]) * x[s];
        Trainer trainer = ZeroTrainer(new Sgd(1f), Reduction.Sum, KernelVariant.Auto);
        trainer.ComputeGradient(x, y);
        double bound = (1024 * U / (1 - 1024 * U) + 2 * U) * exact; // all terms have one sign
        Assert.InRange(trainer.Gradient[0], exact - bound, exact + bound);
    }

    [Fact]
    public void The_mean_of_a_million_equal_samples_is_one_of_them()
    {
        float[] x = new float[1_000_000], y = new float[1_000_000];
        x.AsSpan().Fill(1f);
        y.AsSpan().Fill(-0.05f);
        Trainer trainer = ZeroTrainer(new Sgd(1f), Reduction.Mean, KernelVariant.Auto);
        trainer.ComputeGradient(x, y);
        Assert.InRange(trainer.Gradient[0] / 0.1 - 1, -1e-5, 1e-5); // the very terms decide: 1,024 of them are off by 9.7e-6
    }

    [Theory]
    [MemberData(nameof(VariantsAndThreads))]
    public void Every_optimizer_and_every_way_to_step_has_the_same_bits(KernelVariant variant, int threads)
    {
        const int batch = 2500;
        float[] x = Cases.Uniform(1, batch * 5, -1f), y = Cases.Uniform(2, batch * 2);
        foreach (Optimizer optimizer in (Optimizer[])[new Sgd(0.1f), new Adam(0.1f), new Momentum(0.1f) { ClipNorm = 0.01f }])
        {
            Network expected = new([5, 7, 2], seed: 1, KernelVariant.Scalar), stepped = new([5, 7, 2], seed: 1, variant),
                applied = new([5, 7, 2], seed: 1, variant);
            Trainer reference = new(expected, optimizer), step = new(stepped, optimizer, threads: threads),
                apply = new(applied, optimizer, threads: threads);
            for (int k = 0; k < 2; k++)
            {
                float cost = reference.Step(x, y);
                Cases.AssertSameBits(cost, step.Step(x, y), $"{optimizer}, cost");
                Cases.AssertSameBits(cost, apply.ComputeGradient(x, y), $"{optimizer}, cost of the gradient");
                apply.Apply();
            }

            Cases.AssertSameBits(expected.Parameters, stepped.Parameters, $"{optimizer}, Step");
            Cases.AssertSameBits(expected.Parameters, applied.Parameters, $"{optimizer}, ComputeGradient and Apply");
        }
    }

    /// <summary>The bound that the page promises.md states. The terms are equal, which is the worst that was found.</summary>
    [Theory]
    [InlineData(1_000, 6.1e-5)]
    [InlineData(1_000_000, 0.064)]
    public void A_long_sum_of_a_layer_is_within_its_bound(int inputs, double bound)
    {
        double n = inputs + 1;
        Assert.InRange(n * U / (1 - n * U), 0.97 * bound, bound);
        foreach (int outputs in (int[])[1, 33])
        {
            var network = new Network([inputs, outputs], Activation.Identity, Activation.Identity, seed: 1);
            float[] x = new float[inputs], z = new float[outputs];
            x.AsSpan().Fill(1f);
            network.Layers[0].Weights.Fill(0.1f);
            network.Layers[0].Biases.Clear();
            network.Forward(x, z);
            double exact = (double)0.1f * inputs;
            Assert.All(z, sum => Assert.InRange(sum, exact * (1 - bound), exact * (1 + bound)));
        }
    }

    [Fact]
    public void A_small_batch_after_a_large_one_is_as_before()
    {
        float[] x = Cases.Uniform(1, 3000 * 5, -1f), y = Cases.Uniform(2, 3000 * 2);
        Trainer used = new(new Network([5, 7, 2], seed: 1), new Sgd(0.1f)), fresh = new(new Network([5, 7, 2], seed: 1), new Sgd(0.1f));
        used.ComputeGradient(x, y);
        used.ComputeGradient(x.AsSpan(0, 500), y.AsSpan(0, 200));
        fresh.ComputeGradient(x.AsSpan(0, 500), y.AsSpan(0, 200));
        Cases.AssertSameBits(fresh.Gradient, used.Gradient, "gradient");
    }

    [Fact]
    public void A_warm_step_allocates_nothing()
    {
        float[] x = Cases.Uniform(1, 3000 * 5, -1f), y = Cases.Uniform(2, 3000 * 2);
        var trainer = new Trainer(new Network([5, 7, 2], seed: 1), new Adam(0.1f));
        trainer.Step(x, y);
        long before = GC.GetAllocatedBytesForCurrentThread();
        trainer.Step(x, y);
        Assert.Equal(before, GC.GetAllocatedBytesForCurrentThread());
    }

    /// <summary>a = 0, so δ = −2y, and the gradient by the weight is Σ −2y·x.</summary>
    private static Trainer ZeroTrainer(Optimizer optimizer, Reduction reduction, KernelVariant variant)
    {
        var network = new Network([1, 1], Activation.Identity, Activation.Identity, seed: 1, kernels: variant);
        network.Parameters.Clear();
        return new Trainer(network, optimizer, reduction: reduction);
    }
}
