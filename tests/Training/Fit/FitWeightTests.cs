using Xunit;

namespace FastNN.Tests.Fit;

/// <summary>Weights of samples, of outputs and of classes in Fit.</summary>
public class FitWeightTests
{
    private const int Count = 45;
    private static readonly float[] s_x = Cases.Uniform(1, Count * 2), s_y = Cases.Uniform(2, Count * 3);
    private static readonly float[] s_weights = [.. Cases.Uniform(3, Count, 0.1f, 3f).Select((w, s) => s % 6 == 2 ? 0f : w)];
    private static readonly FitOptions s_options = new() { Epochs = 4, BatchSize = 7, Seed = 3 };

    [Theory]
    [InlineData(1, true)]
    [InlineData(1, false)]
    [InlineData(3, true)]
    [InlineData(3, false)]
    public void Weights_of_1_have_the_bits_of_none(int each, bool shuffle)
    {
        float[] ones = [.. Enumerable.Repeat(1f, each * Count)];
        foreach (Reduction reduction in Enum.GetValues<Reduction>())
        {
            FitOptions options = s_options with { Shuffle = shuffle, ValidationSplit = 0.3f, Patience = 9 };
            Trainer expected = NewTrainer(reduction), trainer = NewTrainer(reduction), classes = NewTrainer(reduction);
            FitResult result = expected.Fit(s_x, s_y, options);
            Assert.Equal($"{result}", $"{trainer.Fit(s_x, s_y, options with { SampleWeights = ones })}");
            Assert.Equal($"{result}", $"{classes.Fit(s_x, s_y, options with { ClassWeights = ones.AsMemory(..3) })}");
            Cases.AssertSameBits(expected.Network.Parameters, trainer.Network.Parameters, "parameters");
            Cases.AssertSameBits(expected.Network.Parameters, classes.Network.Parameters, "parameters of classes");
        }
    }

    /// <summary>An epoch by hand, and its cost: the weighted mean.</summary>
    [Fact]
    public void Each_step_has_the_weights_of_its_samples()
    {
        Trainer hand = NewTrainer(Reduction.Sum), trainer = NewTrainer(Reduction.Sum);
        double costs = 0, weights = 0;
        foreach (int[] batch in Enumerable.Range(0, Count).Chunk(7))
        {
            float[] w = [.. batch.Select(s => s_weights[s])];
            costs += hand.Step(Samples.Take(s_x, 2, batch), Samples.Take(s_y, 3, batch), w);
            weights += w.Sum(weight => (double)weight);
        }

        FitOptions options = s_options with { Epochs = 1, Shuffle = false, SampleWeights = s_weights };
        Assert.Equal((float)(costs / weights), trainer.Fit(s_x, s_y, options).Cost);
        Cases.AssertSameBits(hand.Network.Parameters, trainer.Network.Parameters, "parameters");
    }

    /// <summary>The gradient of a batch is Σ w·g/n, also if a single sample of the batch has a weight.</summary>
    [Theory]
    [InlineData(7)]
    [InlineData(1)]
    public void The_mean_of_a_batch_divides_by_its_samples(int weighed)
    {
        float[] weights = [.. Enumerable.Range(0, Count).Select(s => s < weighed ? 2f : 0f)];
        Trainer sum = NewTrainer(Reduction.Sum), mean = new(sum.Network.Clone(), new Sgd(1f));
        float[] before = sum.Network.Parameters.ToArray();
        sum.ComputeGradient(s_x, s_y, weights);
        float[] gradient = sum.Gradient.ToArray();
        mean.Fit(s_x, s_y, new FitOptions { Epochs = 1, BatchSize = Count, SampleWeights = weights });
        for (int k = 0; k < before.Length; k++)
            Assert.Equal(before[k] - gradient[k] / Count, mean.Network.Parameters[k], 1e-6f);
    }

    [Fact]
    public void Weights_follow_their_samples_when_these_are_shuffled()
    {
        float[] ofOutputs = Cases.Uniform(4, 3 * Count, 0.5f, 2f);
        foreach (float[] weights in (float[][])[s_weights, ofOutputs])
        {
            int each = weights.Length / Count;
            Trainer hand = NewTrainer(Reduction.Sum), trainer = NewTrainer(Reduction.Sum);
            int[] order = new int[Count];
            FastNN.Fit.EpochOrder.Shuffle(order, 3, epoch: 0);
            foreach (int[] batch in order.Chunk(7))
                hand.Step(Samples.Take(s_x, 2, batch), Samples.Take(s_y, 3, batch), Samples.Take(weights, each, batch));
            trainer.Fit(s_x, s_y, s_options with { Epochs = 1, SampleWeights = weights });
            Cases.AssertSameBits(hand.Network.Parameters, trainer.Network.Parameters, $"{each} weights a sample");
        }
    }

    [Fact]
    public void Class_weights_multiply_the_weights_of_samples()
    {
        int[] labels = [.. Enumerable.Range(0, Count).Select(s => s * s % 7 % 3)];
        float[] classes = [0.5f, 3f, 1.7f], product = [.. labels.Select((label, s) => s_weights[s] * classes[label])];
        FitOptions both = s_options with { ClassWeights = classes, SampleWeights = s_weights };
        Trainer expected = NewTrainer(), ofLabels = NewTrainer(), ofTargets = NewTrainer();
        expected.Fit(s_x, labels, s_options with { SampleWeights = product });
        ofLabels.Fit(s_x, labels, both);
        ofTargets.Fit(s_x, Samples.OneHot(labels, 3), both);
        Cases.AssertSameBits(expected.Network.Parameters, ofLabels.Network.Parameters, "labels");
        Cases.AssertSameBits(expected.Network.Parameters, ofTargets.Network.Parameters, "targets");
    }

    [Theory]
    [InlineData(nameof(Activation.Sigmoid))]
    [InlineData(nameof(Activation.Tanh))]
    public void One_output_has_two_classes(string last)
    {
        int[] labels = [.. Enumerable.Range(0, Count).Select(s => s % 4 == 1 ? 1 : 0)];
        Trainer expected = New(), trainer = New();
        expected.Fit(s_x, labels, s_options with { SampleWeights = labels.Select(label => label == 1 ? 5f : 0.5f).ToArray() });
        trainer.Fit(s_x, labels, s_options with { ClassWeights = (float[])[0.5f, 5f] });
        Cases.AssertSameBits(expected.Network.Parameters, trainer.Network.Parameters, "parameters");

        Trainer New() => new(
            new Network([2, 4, 1], Activation.Relu, Activation.All.Single(one => one.Name == last), seed: 1), new Sgd(0.1f));
    }

    /// <summary>One batch without shuffling: the samples of weight 0 are as if they were not there.</summary>
    [Fact]
    public void What_has_the_weight_0_may_be_anything()
    {
        int[] left = [.. Enumerable.Range(0, Count).Where(s => s_weights[s] > 0)];
        FitOptions options = s_options with { BatchSize = 1_000, Shuffle = false };
        Trainer expected = NewTrainer(Reduction.Sum), trainer = NewTrainer(Reduction.Sum);
        FitResult result = expected.Fit(
            Samples.Take(s_x, 2, left), Samples.Take(s_y, 3, left), options with { SampleWeights = Samples.Take(s_weights, 1, left) });
        float[] x = [.. s_x.Select((value, k) => s_weights[k / 2] == 0 ? float.PositiveInfinity : value)];
        float[] y = [.. s_y.Select((value, k) => s_weights[k / 3] == 0 ? float.NaN : value)];
        Assert.Equal($"{result}", $"{trainer.Fit(x, y, options with { SampleWeights = s_weights })}");
        Cases.AssertSameBits(expected.Network.Parameters, trainer.Network.Parameters, "parameters");

        // A mask of outputs, and labels that are no classes.
        float[] mask = [.. s_y.Select((_, k) => k % 5 == 1 ? 0f : 1f)];
        float[] masked = [.. s_y.Select((value, k) => mask[k] == 0 ? float.NaN : value)];
        NewTrainer().Fit(s_x, masked, s_options with { SampleWeights = mask });
        int[] labels = [.. s_weights.Select((w, s) => w == 0 ? -1 : s % 3)];
        NewTrainer().Fit(s_x, labels, s_options with { SampleWeights = s_weights });
        Assert.Contains(
            "labels[2] must be at least 0", Assert.Throws<ArgumentException>(() => NewTrainer().Fit(s_x, labels, s_options)).Message);
    }

    [Fact]
    public void Validation_takes_its_weights()
    {
        Trainer ofSplit = NewTrainer(), given = NewTrainer();
        FitOptions options = s_options with { SampleWeights = s_weights, ValidationSplit = 0.2f };
        FitResult split = ofSplit.Fit(s_x, s_y, options);
        FitOptions other = s_options with
        {
            SampleWeights = s_weights.AsMemory(..36),
            ValidationInputs = s_x.AsMemory(72..),
            ValidationTargets = s_y.AsMemory(108..),
            ValidationWeights = s_weights.AsMemory(36..),
        };
        Assert.Equal($"{split}", $"{given.Fit(s_x.AsSpan(..72), s_y.AsSpan(..108), other)}");
        Assert.Equal(ofSplit.Measure(s_x.AsSpan(72..), s_y.AsSpan(108..), s_weights.AsSpan(36..)), split.Validation);
    }

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public void A_run_with_weights_goes_on_from_a_file(bool ofClasses)
    {
        FitOptions options = s_options with
        {
            SampleWeights = s_weights,
            ClassWeights = ofClasses ? new[] { 1f, 2f, 3f } : default(ReadOnlyMemory<float>),
        };
        Trainer whole = NewTrainer(), parts = NewTrainer(), loaded = NewTrainer();
        FitResult expected = whole.Fit(s_x, s_y, options);
        var state = new FitState();
        using var cancellation = new CancellationTokenSource();
        var source = new Source { Stop = cancellation, After = 10 };
        Assert.Throws<OperationCanceledException>(() => parts.Fit(source, options, state, cancellationToken: cancellation.Token));
        Assert.True(state.Step > 0 && state.WeightSum > 0);
        using var file = new MemoryStream();
        parts.Save(file, state);
        file.Position = 0;
        Assert.Equal(expected.Cost, loaded.Fit(s_x, s_y, options, loaded.Load(file)).Cost);
        Cases.AssertSameBits(whole.Network.Parameters, loaded.Network.Parameters, "parameters");
    }

    [Fact]
    public void Bad_weights_are_refused()
    {
        const string lengths = "must have a length of 45, one weight for each sample, or of 135, one weight for each output of each sample";
        ReadOnlyMemory<float> few = s_x.AsMemory(..44);
        Refuses("options.SampleWeights", $"options.SampleWeights {lengths}, but has 44.", s_options with { SampleWeights = few });
        FitOptions given = s_options with { ValidationInputs = s_x, ValidationTargets = s_y };
        Refuses(
            "options.ValidationWeights", $"options.ValidationWeights {lengths}, but has 44.", given with { ValidationWeights = few });
        Refuses("options", "options with ValidationWeights must have ValidationInputs", s_options with { ValidationWeights = s_weights });
        Refuses(
            "options.ClassWeights", "options.ClassWeights must hold a weight for each of the 3 classes, but has a length of 2.",
            s_options with { ClassWeights = s_weights.AsMemory(..2) });
        foreach (float weight in (float[])[-1f, float.NaN, float.PositiveInfinity])
        {
            float[] bad = [.. s_weights];
            bad[1] = weight;
            string rule = $"[1] must be finite and at least 0, but is {weight}.";
            Refuses("options.SampleWeights", $"options.SampleWeights{rule}", s_options with { SampleWeights = bad });
            Refuses("options.ValidationWeights", $"options.ValidationWeights{rule}", given with { ValidationWeights = bad });
            Refuses("options.ClassWeights", $"options.ClassWeights{rule}", s_options with { ClassWeights = bad.AsMemory(..3) });
        }
    }

    [Fact]
    public void Balanced_weights_are_scikit_learns()
    {
        // compute_class_weight("balanced", classes=[0, 1, 2], y=[0, 0, 0, 0, 1, 2, 2]): 7/(3·4), 7/(3·1), 7/(3·2)
        Assert.Equal([7f / 12, 7f / 3, 7f / 6], Samples.BalancedWeights([0, 0, 0, 0, 1, 2, 2], 3));
        Assert.Equal([4f / 6, 1f, 4f / 2], Samples.BalancedWeights([0, 2, 0, 0], 3));
        ArgumentException refusal = Assert.Throws<ArgumentException>(() => Samples.BalancedWeights([0, 3], 3));
        Assert.Contains("labels[1] must be at least 0 and less than 3, the number of classes, but is 3.", refusal.Message);
        Assert.Equal("labels", Assert.Throws<ArgumentException>(() => Samples.BalancedWeights([], 3)).ParamName);
        Assert.Equal("classes", Assert.Throws<ArgumentOutOfRangeException>(() => Samples.BalancedWeights([0], 0)).ParamName);
    }

    /// <summary>One of twenty samples is of the class 1. With balanced weights its recall is about that of the common class.</summary>
    [Fact]
    public void A_rare_class_is_found_with_balanced_weights()
    {
        const int n = 2000;
        var random = new Random(1);
        int[] labels = [.. Enumerable.Range(0, n).Select(s => s % 20 == 0 ? 1 : 0)];
        float[] x = [.. labels.SelectMany(label => (float[])[Normal() + 1.2f * label, Normal()])];
        (double common, double rare) = Recalls(ReadOnlyMemory<float>.Empty);
        Assert.True(rare < 0.1 && common > 0.99);
        (common, rare) = Recalls(Samples.BalancedWeights(labels, 2));
        Assert.InRange(rare, 0.65, 0.85); // the best rule, x > 0.6, finds 73 % of both
        Assert.InRange(common, rare - 0.1, rare + 0.1);

        (double Common, double Rare) Recalls(ReadOnlyMemory<float> weights)
        {
            var network = new Network([2, 8, 1], Activation.Tanh, Activation.Sigmoid, 1, Initializer.Glorot);
            var trainer = new Trainer(network, new Adam(0.01f), Cost.BinaryCrossEntropy);
            trainer.Fit(x, labels, new FitOptions { Epochs = 30, ClassWeights = weights });
            float[] outputs = new float[n];
            network.Forward(x, outputs);
            return (Recall(0), Recall(1));

            double Recall(int label) =>
                Enumerable.Range(0, n).Where(s => labels[s] == label).Average(s => outputs[s] >= 0.5f == (label == 1) ? 1.0 : 0.0);
        }

        float Normal() => MathF.Sqrt(-2 * MathF.Log(1 - random.NextSingle())) * MathF.Cos(2 * MathF.PI * random.NextSingle());
    }

    private static Trainer NewTrainer(Reduction reduction = Reduction.Mean) =>
        new(
            new Network([2, 4, 3], Activation.Relu, Activation.Identity, seed: 1),
            new Momentum(reduction == Reduction.Mean ? 0.01f : 0.001f), reduction: reduction);

    private static void Refuses(string argument, string mention, FitOptions options)
    {
        ArgumentException refusal = Assert.Throws<ArgumentException>(() => NewTrainer().Fit(s_x, s_y, options));
        Assert.Equal(argument, refusal.ParamName);
        Assert.Contains(mention, refusal.Message);
    }

    /// <summary>The samples as a source, which cancels after some calls.</summary>
    private sealed class Source : ISampleSource
    {
        private int _calls;

        public int Count => FitWeightTests.Count;

        internal required CancellationTokenSource Stop { get; init; }

        internal required int After { get; init; }

        public void Read(ReadOnlySpan<int> samples, Span<float> inputs, Span<float> targets)
        {
            if (_calls++ == After) Stop.Cancel();
            Samples.Take(s_x, 2, samples).CopyTo(inputs);
            Samples.Take(s_y, 3, samples).CopyTo(targets);
        }
    }
}
