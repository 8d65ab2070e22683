using Xunit;

namespace FastNN.Tests.Api;

/// <summary>Every member of an ensemble learns as a network by itself, to the bit.</summary>
public class EnsembleTrainerTests
{
    private static readonly int[] s_counts = [1, 2, 15, 16, 17, 33, 40], s_batches = [1, 1, 1, 2, 3, 5, 8, 16, 19];

    [Theory]
    [MemberData(nameof(Cases.Variants), MemberType = typeof(Cases))]
    public void Members_learn_with_the_bits_of_their_networks(KernelVariant variant)
    {
        var random = new Random(1);
        foreach (int[] widths in Shapes(random))
        {
            Activation[] activations = Cases.Learning(Cases.RandomActivations(random, widths.Length - 1), widths[^1]);
            Learn(random, variant, widths, activations, s_batches[random.Next(s_batches.Length)], steps: 3);
        }
    }

    [Theory]
    [MemberData(nameof(Cases.Variants), MemberType = typeof(Cases))]
    public void Members_learn_from_batches_of_several_segments(KernelVariant variant)
    {
        var random = new Random(2);
        foreach (int batch in (int[])[1024, 1025, 2049, 3100])
            Learn(random, variant, [2, 3, 1], [Activation.Tanh, Activation.Identity], batch, steps: 2, count: 3);
    }

    [Theory]
    [InlineData(7)]
    [InlineData(900)] // too wide for the lanes
    public void New_learning_rates_count_from_the_next_step(int hidden)
    {
        const int count = 18;
        int[] widths = [3, hidden, 2];
        Activation[] activations = [Activation.Tanh, Activation.Identity];
        var ensemble = new NetworkEnsemble(widths, activations, count, seed: 1);
        var optimizer = new Momentum(0.01f); // nothing but the learning rates changes from step to step
        var trainer = new EnsembleTrainer(ensemble, optimizer);
        Trainer[] alone =
            [.. Enumerable.Range(0, count).Select(i => new Trainer(new Network(widths, activations, 1 + i), new Momentum(0.01f)))];
        float[] x = Cases.Uniform(1, count * 3, -1f), y = Cases.Uniform(2, count * 2, -1f), costs = new float[count];
        float[] first = Rates(0.001f), second = Rates(0.003f);
        second[0] = first[0]; // only others change
        foreach (float[] rates in (float[][])[[], first, second, [], [0.05f]])
        {
            if (rates.Length == 1) optimizer.LearningRate = rates[0];
            else trainer.SetLearningRates(rates);
            trainer.Step(x, y, costs);
            Trainer member = new(new Network(widths, activations, 0), new Momentum(1f));
            for (int i = 0; i < count; i++)
            {
                alone[i].Optimizer.LearningRate = rates.Length == count ? rates[i] : optimizer.LearningRate;
                float cost = alone[i].Step(x.AsSpan(i * 3, 3), y.AsSpan(i * 2, 2));
                trainer.Read(i, member);
                AssertSame(alone[i], member, cost, costs[i], $"member {i} of {ensemble}, {rates.Length} rates");
            }
        }

        static float[] Rates(float least) => [.. Enumerable.Range(0, count).Select(i => least * (1 + i))];
    }

    [Fact]
    public void Wrong_arguments_are_named_and_nothing_changes()
    {
        var ensemble = new NetworkEnsemble([3, 4, 2], 5, seed: 1);
        var trainer = new EnsembleTrainer(ensemble, new Adam());
        float[] x = new float[5 * 2 * 3], y = new float[5 * 2 * 2], costs = [7f, 7f, 7f, 7f, 7f], five = [1f, 1f, 1f, 1f, 0f];
        AssertRefused<ArgumentException>("inputs", () => trainer.Step(x.AsSpan(1), y, costs));
        AssertRefused<ArgumentException>("targets", () => trainer.Step(x, y.AsSpan(1), costs));
        AssertRefused<ArgumentException>("targets", () => trainer.StepShared(x.AsSpan(0, 3), y, costs));
        AssertRefused<ArgumentException>("costs", () => trainer.Step(x, y, costs.AsSpan(1)));
        AssertRefused<ArgumentException>("costs", () => trainer.Step(x, y, x.AsSpan(0, 5)));
        AssertRefused<ArgumentException>("costs", () => trainer.Evaluate(x, y, y.AsSpan(3, 5)));
        AssertRefused<ArgumentException>("learningRates", () => trainer.SetLearningRates([1f]));
        AssertRefused<ArgumentOutOfRangeException>("learningRates[4]", () => trainer.SetLearningRates(five));
        Assert.All(costs, cost => Assert.Equal(7f, cost));
        Assert.Equal(0, trainer.Steps);

        AssertRefused<ArgumentOutOfRangeException>(
            "learningRates[4]", () => _ = new EnsembleTrainer(ensemble, new Sgd(1f), learningRates: five));
        AssertRefused<ArgumentOutOfRangeException>(
            "weightDecays[1]", () => _ = new EnsembleTrainer(ensemble, new Sgd(1f), weightDecays: [0f, -1f, 0f, 0f, 0f]));
        AssertRefused<ArgumentException>("weightDecays", () => _ = new EnsembleTrainer(ensemble, new Sgd(1f), weightDecays: [0f]));
        AssertRefused<ArgumentException>("optimizer", () => _ = new EnsembleTrainer(ensemble, new Lbfgs()));
        AssertRefused<ArgumentException>("cost", () => _ = new EnsembleTrainer(ensemble, new Sgd(1f), Cost.CrossEntropy));
        AssertRefused<ArgumentOutOfRangeException>("threads", () => _ = new EnsembleTrainer(ensemble, new Sgd(1f), threads: 0));
        AssertRefused<ArgumentNullException>("ensemble", () => _ = new EnsembleTrainer(null!, new Sgd(1f)));

        static void AssertRefused<TException>(string argument, Action call)
            where TException : ArgumentException => Assert.Equal(argument, Assert.Throws<TException>(call).ParamName);
    }

    /// <summary>Some steps of an ensemble, and of a trainer of each member alone on the reference.</summary>
    private static void Learn(
        Random random, KernelVariant variant, int[] widths, Activation[] activations, int batch, int steps, int count = 0)
    {
        if (count == 0) count = s_counts[random.Next(s_counts.Length)];
        int threads = random.Next(1, 4), seed = random.Next();
        Cost cost = Cases.RandomCost(random, activations[^1]);
        Reduction reduction = random.Next(2) == 0 ? Reduction.Mean : Reduction.Sum;
        Optimizer optimizer = RandomOptimizer(random);
        float[] rates = random.Next(2) == 0 ? [] : [.. Enumerable.Range(0, count).Select(i => 0.01f + 0.001f * i)];
        float[] decays = random.Next(2) == 0 ? [] : [.. Enumerable.Range(0, count).Select(i => i % 3 * 0.1f)];
        var ensemble = new NetworkEnsemble(widths, activations, count, seed, Initializer.Glorot, variant);
        var trainer = new EnsembleTrainer(ensemble, optimizer, cost, reduction, threads, rates, decays);
        string what = $"{ensemble}, {cost}, {optimizer}, {reduction}, {batch} samples, {threads} threads";
        Trainer[] alone = [.. Enumerable.Range(0, count).Select(i => new Trainer(
            new Network(widths, activations, unchecked(seed + i), Initializer.Glorot, KernelVariant.Scalar),
            optimizer.With(rates.Length == 0 ? optimizer.LearningRate : rates[i], decays.Length == 0 ? optimizer.WeightDecay : decays[i]),
            cost, reduction))];
        float[] costs = new float[count];
        var member = new Trainer(new Network(widths, activations, 0, kernels: variant), optimizer, cost);
        for (int step = 0; step < steps; step++)
        {
            bool shared = random.Next(3) == 0;
            int givers = shared ? 1 : count, ins = batch * widths[0], outs = batch * widths[^1];
            float[] x = Cases.Uniform(step, givers * ins, -2f);
            float[] y = Cases.TargetsOf(cost, widths[^1], Cases.Uniform(step + 1, givers * outs, 0f));
            if (shared) trainer.StepShared(x, y, costs);
            else trainer.Step(x, y, costs);
            for (int i = 0; i < count; i++)
            {
                int giver = shared ? 0 : i;
                float expected = alone[i].Step(x.AsSpan(giver * ins, ins), y.AsSpan(giver * outs, outs));
                trainer.Read(i, member);
                AssertSame(alone[i], member, expected, costs[i], $"{what}, step {step}, member {i}");
            }
        }
    }

    private static void AssertSame(Trainer expected, Trainer actual, float expectedCost, float cost, string what)
    {
        Cases.AssertSameBits([expectedCost], [cost], $"{what}, cost");
        Cases.AssertSameBits(expected.Network.Parameters, actual.Network.Parameters, what);
        foreach (string name in expected.OptimizerState.Names)
            Cases.AssertSameBits(expected.OptimizerState[name], actual.OptimizerState[name], $"{what}, {name}");
        Assert.Equal(expected.OptimizerState.Steps, actual.OptimizerState.Steps);
    }

    private static Optimizer RandomOptimizer(Random random)
    {
        float decay = random.Next(3) == 0 ? 0.1f : 0f, clip = random.Next(4) == 0 ? 0.3f : float.PositiveInfinity;
        float norm = random.Next(3) == 0 ? 0.2f : float.PositiveInfinity;
        LearningRateSchedule schedule = random.Next(3) switch
        {
            0 => LearningRateSchedule.Cosine(2, 0f), // the third step has a rate of 0
            1 => LearningRateSchedule.StepDecay(1, 0.5),
            _ => LearningRateSchedule.Constant,
        };
        return random.Next(7) switch
        {
            0 => new Sgd(0.1f) { Schedule = schedule },
            1 => new Sgd(0.1f) { WeightDecay = decay, ClipValue = clip, ClipNorm = norm, Schedule = schedule },
            2 => new Momentum(0.1f) { WeightDecay = decay, ClipValue = clip, ClipNorm = norm, Schedule = schedule },
            3 => new Nesterov(0.1f) { WeightDecay = decay, ClipValue = clip, ClipNorm = norm, Schedule = schedule },
            4 => new RmsProp(0.1f) { WeightDecay = decay, ClipValue = clip, ClipNorm = norm, Schedule = schedule },
            5 => new Adam(0.1f) { WeightDecay = decay, ClipValue = clip, ClipNorm = norm, Schedule = schedule },
            _ => new AdamW(0.1f) { WeightDecay = decay, ClipValue = clip, ClipNorm = norm, Schedule = schedule },
        };
    }

    private static IEnumerable<int[]> Shapes(Random random)
    {
        IEnumerable<int[]> drawn =
            from _ in Enumerable.Range(0, 150)
            select (int[])[.. Enumerable.Range(0, random.Next(2, 5)).Select(_ => random.Next(1, 40))];
        return drawn.Concat([[2, 4, 3, 2], [8, 16, 16, 1], [17, 33, 9, 5], [32, 64, 64, 64, 16], [1, 1], [300, 40, 3], [300, 200, 3]]);
    }
}
