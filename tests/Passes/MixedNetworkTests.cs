using FastNN.Dispatch;
using Xunit;

namespace FastNN.Tests.Passes;

/// <summary>
/// Networks with a random activation in each layer under a random cost that suits. Outputs and training have the same bits in every
/// variant, for every batch and number of threads. <see cref="Training.TrainingBitsTests"/> and <see cref="BatchBitsTests"/> show the same
/// for the article's networks, in more forms.
/// </summary>
public class MixedNetworkTests
{
    private const int MostThreads = 3;

    private static readonly Activation[] s_all = Cases.OfLayers;

    public static TheoryData<KernelVariant, int> VariantsAndThreads { get; } =
        [.. from set in KernelSet.Supported from threads in Enumerable.Range(1, MostThreads) select (set.Variant, threads)];

    /// <summary>
    /// The hidden layer has one activation. The last layer has each in turn. Networks no wider than four have kernels of their own.
    /// </summary>
    [Theory]
    [MemberData(nameof(Cases.VariantsAndNumbers), MemberType = typeof(Cases))]
    public void Networks_of_any_two_activations_step_to_the_same_bits_in_their_own_memory_alone(KernelVariant variant, Numbers numbers)
    {
        var supply = new Supply(numbers);
        foreach (int[] widths in (int[][])[[2, 4, 3], [3, 1, 1], [7, 19, 10]])
        {
            foreach (Activation hidden in s_all.Where(f => f.IsElementwise))
            {
                foreach (Activation last in s_all.Where(last => Cases.CanLearn(last, widths[^1])))
                {
                    Step(supply, variant, widths, [hidden, last], Cost.SquaredError, batch: 1);
                    Step(supply, variant, widths, [hidden, last], Cases.CostsOf(last)[^1], batch: 9);
                }
            }

            foreach ((Activation last, Cost cost) in Cases.Ends.Where(end => end.Cost != Cost.SquaredError))
            {
                if (!Cases.CanLearn(last, widths[^1])) continue;

                Step(supply, variant, widths, [Activation.Tanh, last], cost, batch: 1);
                Step(supply, variant, widths, [Activation.Tanh, last], cost, batch: 9);
            }
        }
    }

    [Theory]
    [MemberData(nameof(VariantsAndThreads))]
    public void A_hundred_steps_end_in_the_same_bits(KernelVariant variant, int threads)
    {
        var random = new Random(5);
        foreach (int batch in (int[])[1, 2, 4, 5, 8, 9, 15, 17, 31, 33, 65, 129, 130])
        {
            int[] widths = [.. Enumerable.Range(0, random.Next(2, 5)).Select(_ => random.Next(1, batch > 60 ? 7 : 20))];
            Activation[] activations = Cases.Learning(Cases.RandomActivations(random, widths.Length - 1), widths[^1]);
            Train(variant, threads, widths, activations, Cases.RandomCost(random, activations[^1]), batch, steps: 100);
        }

        foreach (int[] widths in (int[][])[[20, 70, 33], [67, 48, 18], [3, 4, 4, 2]])
        {
            Train(variant, threads, widths, Cases.RandomActivations(random, widths.Length - 1)[..^1].Append(Activation.Softmax),
                Cost.CrossEntropy, 37, steps: 5);
            Train(variant, threads, widths, Cases.RandomActivations(random, widths.Length - 1)[..^1].Append(Activation.Softmax),
                Cost.SquaredError, 130, steps: 3);
            Train(variant, threads, widths, Cases.RandomActivations(random, widths.Length - 1)[..^1].Append(Activation.Sigmoid),
                Cost.BinaryCrossEntropy, 70, steps: 4);
            Train(variant, threads, widths, Cases.RandomActivations(random, widths.Length - 1), Cost.SquaredError, 70, steps: 4);
        }

        // The widest variant takes these layers in rows and keeps their slopes.
        Train(variant, threads, [128, 128, 128], [Activation.Gelu, Activation.Silu], Cost.SquaredError, 130, steps: 2);
        Train(variant, threads, [129, 128, 128, 128], [Activation.Gelu, Activation.Tanh, Activation.Softmax], Cost.CrossEntropy, 130,
            steps: 2);
    }

    [Theory]
    [MemberData(nameof(Cases.VariantsAndActivations), MemberType = typeof(Cases))]
    public void Outputs_of_every_batch_are_those_of_its_samples_alone(KernelVariant variant, string last)
    {
        const int Most = 150;
        var random = new Random(6);
        foreach (int[] widths in (int[][])[[2, 4, 3, 2], [17, 33, 9, 5], [70, 45], [67, 48, 9], [50, 48, 20]])
        {
            Activation[] activations = [.. Cases.RandomActivations(random, widths.Length - 1)[..^1], Cases.Named(last)];
            Network reference = new(widths, activations, seed: 1, Initializer.PyTorch, KernelVariant.Scalar),
                network = Like(reference, activations, variant);
            float[] x = Cases.Uniform(1, Most * widths[0], -1f), expected = new float[Most * widths[^1]],
                actual = new float[Most * widths[^1]];
            for (int s = 0; s < Most; s++)
                reference.Forward(x.AsSpan(s * widths[0], widths[0]), expected.AsSpan(s * widths[^1], widths[^1]));
            foreach (int batch in (int[])[1, 2, 3, 4, 5, 8, 9, 16, 17, 31, 32, 33, 64, 65, 129, Most])
            {
                network.Forward(x.AsSpan(0, batch * widths[0]), actual.AsSpan(0, batch * widths[^1]), threads: 1 + batch % MostThreads);
                Cases.AssertSameBits(expected.AsSpan(0, batch * widths[^1]), actual.AsSpan(0, batch * widths[^1]),
                    $"{What(widths, activations)}, {batch} samples");
            }
        }
    }

    private static void Step(Supply supply, KernelVariant variant, int[] widths, Activation[] activations, Cost cost, int batch)
    {
        Network reference = new(widths, activations, seed: 1, Initializer.PyTorch, KernelVariant.Scalar),
            network = Like(reference, activations, variant);
        Trainer expected = new(reference, new Sgd(0.25f), cost), actual = new(network, new Sgd(0.25f), cost);
        Guarded x = supply.Next(batch * widths[0]), y = supply.Next(batch * widths[^1]);
        Guarded outputs = supply.Target(batch * widths[^1]), outputs2 = outputs.Copy();
        string what = $"{What(widths, activations)}, {cost}, {batch} samples";
        for (int step = 0; step < 2; step++)
        {
            reference.Forward(x.Span, outputs.Span);
            network.Forward(x.Span, outputs2.Span);
            Cases.AssertSameBits(outputs.Span, outputs2.Span, $"{what}, outputs");
            Cases.AssertSameBits(expected.Evaluate(x.Span, y.Span), actual.Evaluate(x.Span, y.Span), $"{what}, evaluated cost");
            Cases.AssertSameBits(expected.Step(x.Span, y.Span), actual.Step(x.Span, y.Span), $"{what}, cost");
            Cases.AssertSameBits(reference.Parameters, network.Parameters, $"{what}, parameters");
        }

        Guarded.AssertUntouched(x, y);
        Guarded.AssertGuards(outputs2);
    }

    private static void Train(
        KernelVariant variant, int threads, int[] widths, IEnumerable<Activation> functions, Cost cost, int batch, int steps)
    {
        Activation[] activations = [.. functions];
        Network reference = new(widths, activations, seed: 7, kernels: KernelVariant.Scalar),
            network = Like(reference, activations, variant);
        Trainer expected = new(reference, new Sgd(0.02f), cost), actual = new(network, new Sgd(0.02f), cost, threads: threads);
        float[] x = Cases.Uniform(batch, batch * widths[0], -1f), y = Cases.Uniform(-batch, batch * widths[^1]),
            start = reference.Parameters.ToArray();
        string what = $"{What(widths, activations)}, {cost}, {batch} samples";
        for (int step = 0; step < steps; step++)
            Cases.AssertSameBits(expected.Step(x, y), actual.Step(x, y), $"{what}, cost of step {step}");
        Cases.AssertSameBits(reference.Parameters, network.Parameters, $"{what}, parameters");
        Assert.All(reference.Parameters.ToArray(), p => Assert.True(float.IsFinite(p), what));
        Assert.NotEqual(start, reference.Parameters.ToArray());
    }

    private static Network Like(Network reference, Activation[] activations, KernelVariant variant)
    {
        var network =
            new Network([reference.Inputs, .. reference.Layers.Select(layer => layer.Outputs)], activations, seed: 2, kernels: variant);
        reference.Parameters.CopyTo(network.Parameters);
        return network;
    }

    private static string What(int[] widths, Activation[] activations) =>
        $"[{string.Join(", ", widths)}] by {string.Join(", ", (object[])activations)}";
}
