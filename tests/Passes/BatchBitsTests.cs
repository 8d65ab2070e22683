using System.Collections.Concurrent;
using FastNN.Dispatch;
using Xunit;

namespace FastNN.Tests.Passes;

/// <summary>
/// A batch has the bits of its samples one by one on the scalar reference. This holds for any size and variant, for one to four threads,
/// for outputs and for training.
/// </summary>
public class BatchBitsTests
{
    private const int LargestBatch = 200, MostThreads = 4;

    /// <summary>What the reference learns, by network and size of the batch. Every variant is compared with it.</summary>
    private static readonly ConcurrentDictionary<string, Trained> s_expected = new();

    public static TheoryData<KernelVariant, Numbers> VariantsAndNumbers => Cases.VariantsAndNumbers;

    public static TheoryData<KernelVariant, int[], int> VariantsNetworksAndThreads { get; } =
    [
        .. from set in KernelSet.Supported
           from widths in (int[][])[[17, 33, 9, 5], [4, 4, 1], [40, 70, 3], [67, 48, 9], [9, 135, 34], [1, 1]]
           from threads in Enumerable.Range(1, MostThreads)
           select (set.Variant, widths, threads),
    ];

    public static TheoryData<KernelVariant, int> VariantsAndThreads { get; } =
        [.. from set in KernelSet.Supported from threads in Enumerable.Range(1, MostThreads) select (set.Variant, threads)];

    [Theory]
    [MemberData(nameof(VariantsAndNumbers))]
    public void Outputs_of_every_batch_size_are_those_of_its_samples_alone(KernelVariant variant, Numbers numbers)
    {
        var supply = new Supply(numbers);
        foreach (int[] widths in (int[][])[[2, 4, 3, 2], [17, 33, 9, 5], [9, 40, 3], [70, 45], [67, 48, 9], [50, 48]])
        {
            Network reference = new(widths, seed: 1, KernelVariant.Scalar), network = new(widths, seed: 1, variant);
            Guarded samples = supply.Next(LargestBatch * network.Inputs);
            var expected = new float[LargestBatch * network.Outputs];
            ForwardAlone(reference, samples.Span, expected);
            for (int batch = 1; batch <= LargestBatch; batch += numbers == Numbers.Ordinary ? 1 : 7)
            {
                Guarded x = new(samples.Span[..(batch * network.Inputs)], batch % 16), y = supply.Target(batch * network.Outputs);
                network.Forward(x.Span, y.Span, threads: 1 + batch % MostThreads);
                string what = $"[{string.Join(", ", widths)}], {batch} samples";
                Cases.AssertSameBits(expected.AsSpan(0, batch * network.Outputs), y.Span, what);
                Guarded.AssertUntouched(x);
                Guarded.AssertGuards(y);
            }
        }
    }

    /// <summary>The network is small, because the reference takes long.</summary>
    [Theory]
    [MemberData(nameof(VariantsAndThreads))]
    public void A_hundred_steps_on_every_batch_size_end_in_the_same_bits(KernelVariant variant, int threads)
    {
        int[] widths = [3, 5, 2];
        float[] inputs = Cases.Uniform(1, LargestBatch * 3, -1f), targets = Cases.Uniform(2, LargestBatch * 2);
        for (int batch = 1; batch <= LargestBatch; batch++)
            AssertSameTraining(widths, variant, threads, inputs.AsSpan(0, 3 * batch), targets.AsSpan(0, 2 * batch), Cases.StressOf(100));
    }

    [Theory]
    [MemberData(nameof(VariantsNetworksAndThreads))]
    public void Steps_around_tiles_and_chunks_end_in_the_same_bits(KernelVariant variant, int[] widths, int threads)
    {
        foreach (int batch in (int[])[2, 5, 8, 9, 15, 17, 31, 33, 40, 64, 97, 127, 128, 129, 161, 255, 257, 384, 520, 1030])
        {
            float[] inputs = Cases.Uniform(batch, batch * widths[0], -1f), targets = Cases.Uniform(-batch, batch * widths[^1]);
            AssertSameTraining(widths, variant, threads, inputs, targets, steps: 2);
        }
    }

    /// <summary>
    /// Networks no wider than four take more tiles together than others. They turn few inputs into tiles, and few outputs back.
    /// </summary>
    [Theory]
    [MemberData(nameof(VariantsAndNumbers))]
    public void Outputs_of_tiny_networks_of_every_shape_are_those_of_their_samples_alone(KernelVariant variant, Numbers numbers)
    {
        var supply = new Supply(numbers);
        foreach (int[] widths in Cases.TinyNetworks)
        {
            Network reference = new(widths, seed: 1, KernelVariant.Scalar), network = new(widths, seed: 1, variant);
            Assert.True(variant == KernelVariant.Scalar || network.Plan.Forward.TilesTogether > FastNN.Tuning.Routes.TilesTogether(4));
            foreach (int batch in (int[])[3, 7, 127, 255, 256, 257, 301, 523])
            {
                Guarded x = supply.Next(batch * network.Inputs), y = supply.Target(batch * network.Outputs);
                var expected = new float[batch * network.Outputs];
                ForwardAlone(reference, x.Span, expected);
                network.Forward(x.Span, y.Span, threads: 1 + batch % 2);
                Cases.AssertSameBits(expected, y.Span, $"[{string.Join(", ", widths)}], {batch} samples");
                Guarded.AssertUntouched(x);
                Guarded.AssertGuards(y);
            }
        }
    }

    private static void AssertSameTraining(
        int[] widths, KernelVariant variant, int threads, ReadOnlySpan<float> inputs, ReadOnlySpan<float> targets, int steps)
    {
        string what = $"[{string.Join(", ", widths)}], {inputs.Length / widths[0]} samples";
        Trained expected = s_expected.TryGetValue(what, out Trained? known)
            ? known : s_expected.GetOrAdd(what, Train(widths, KernelVariant.Scalar, 1, inputs, targets, steps));
        Trained actual = Train(widths, variant, threads, inputs, targets, steps);
        Cases.AssertSameBits(expected.Costs, actual.Costs, $"{what}, costs of the steps, and after them");
        Cases.AssertSameBits(expected.Parameters, actual.Parameters, $"{what}, parameters");
    }

    private static Trained Train(
        int[] widths, KernelVariant variant, int threads, ReadOnlySpan<float> inputs, ReadOnlySpan<float> targets, int steps)
    {
        var network = new Network(widths, seed: 7, variant);
        var trainer = new Trainer(network, new Sgd(0.5f), threads: threads);
        var costs = new float[steps + 1];
        for (int step = 0; step < steps; step++) costs[step] = trainer.Step(inputs, targets);
        costs[steps] = trainer.Evaluate(inputs, targets);
        return new Trained(costs, network.Parameters.ToArray());
    }

    /// <summary>One sample at a time.</summary>
    private static void ForwardAlone(Network network, Span<float> x, Span<float> y)
    {
        for (int s = 0; s * network.Inputs < x.Length; s++) network.Forward(Row(x, s, network.Inputs), Row(y, s, network.Outputs));
    }

    private static Span<float> Row(Span<float> rows, int row, int width) => rows.Slice(row * width, width);

    private sealed record Trained(float[] Costs, float[] Parameters);
}
