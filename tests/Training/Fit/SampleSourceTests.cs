using Xunit;

namespace FastNN.Tests.Fit;

/// <summary>Samples of a source give the bits of the same samples in memory. Faults are named, and runs go on after them.</summary>
public class SampleSourceTests
{
    private const int Count = 61;
    private static readonly float[] s_x = Cases.Uniform(1, Count * 3), s_y = Cases.Uniform(2, Count * 2);
    private static readonly FitOptions s_options = new() { Epochs = 4, BatchSize = 7, Seed = 5 };

    [Theory]
    [InlineData(true, 0f)]
    [InlineData(false, 0f)]
    [InlineData(true, 0.3f)]
    [InlineData(false, 0.3f)]
    public void A_source_gives_the_bits_of_samples_in_memory(bool shuffle, float split)
    {
        FitOptions options = s_options with { Shuffle = shuffle, ValidationSplit = split, Patience = split > 0 ? 2 : null };
        foreach (int batch in (int[])[1, 7, 1000])
        {
            Trainer expected = NewTrainer(), trainer = NewTrainer();
            FitState state = new(), other = new();
            var source = new Source(Count, s_x, s_y);
            FitResult result = expected.Fit(s_x, s_y, options with { BatchSize = batch }, state);
            Assert.Equal($"{result}", $"{trainer.Fit(source, options with { BatchSize = batch }, other)}");
            Cases.AssertSameBits(expected.Network.Parameters, trainer.Network.Parameters, "parameters");
            Assert.Equal((state.Epoch, state.BestEpoch, state.BestCost), (other.Epoch, other.BestEpoch, other.BestCost));
            Assert.Equal(state.BestParameters, other.BestParameters);
        }
    }

    [Fact]
    public void Without_shuffling_it_is_asked_from_the_first_sample_to_the_last()
    {
        var source = new Source(Count, s_x, s_y);
        NewTrainer().Fit(source, s_options with { Shuffle = false, Epochs = 2 });
        Assert.Equal(Enumerable.Range(0, Count).Concat(Enumerable.Range(0, Count)), source.Asked);
    }

    [Fact]
    public void A_source_may_validate()
    {
        float[] x = Cases.Uniform(3, 40 * 3), y = Cases.Uniform(4, 40 * 2);
        Trainer expected = NewTrainer(), trainer = NewTrainer();
        FitOptions options = s_options with { Patience = 2 };
        FitResult result = expected.Fit(s_x, s_y, options with { ValidationInputs = x, ValidationTargets = y });
        var validation = new Source(40, x, y);
        Assert.Equal($"{result}", $"{trainer.Fit(s_x, s_y, options with { ValidationSource = validation })}");
        Cases.AssertSameBits(expected.Network.Parameters, trainer.Network.Parameters, "parameters");
        Assert.Equal(Enumerable.Range(0, 40), validation.Asked.Take(40));
        int measurements = result.Epochs + 1; // after each epoch, and at the end
        Assert.Equal(40 * (1 + measurements), validation.Asked.Count); // once more for the means of the targets
    }

    [Theory]
    [InlineData(2, 3, 61)]
    [InlineData(70_000, 2, 3)] // a sample fills a part
    [InlineData(20_000, 1, 20)]
    [InlineData(1, 30_000, 9)]
    public void Measure_reads_parts_and_has_the_bits_of_one_call(int inputs, int outputs, int count)
    {
        var trainer = new Trainer(new Network([inputs, outputs], Activation.Relu, Activation.Identity, seed: 1), new Sgd(0.1f));
        float[] x = Cases.Uniform(5, count * inputs), y = Cases.Uniform(6, count * outputs);
        Assert.Equal(trainer.Measure(x, y), trainer.Measure(new Source(count, x, y)));
    }

    /// <summary>The cost of parts has the bits of a whole, although its sum is not exact in double precision.</summary>
    [Fact]
    public void Costs_of_all_sizes_are_added_one_after_the_other()
    {
        const int outputs = 20_000, count = 40; // three samples in a part
        var trainer = new Trainer(new Network([1, outputs], Activation.Relu, Activation.Identity, seed: 1), new Sgd(0.1f));
        float[] x = Cases.Uniform(5, count), y = new float[count * outputs];
        for (int s = 0; s < count; s++) y[s * outputs] = MathF.ScaleB(1 + s / 37f, s * 5 % 64);
        double sum = 0;
        for (int s = 0; s < count; s++) sum += trainer.Evaluate(x.AsSpan(s, 1), y.AsSpan(s * outputs, outputs));
        Assert.Equal((float)(sum / count), trainer.Measure(x, y).Cost);
        Assert.Equal((float)(sum / count), trainer.Measure(new Source(count, x, y)).Cost);
    }

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public void After_a_fault_of_the_source_the_run_goes_on(bool shuffle)
    {
        FitOptions options = s_options with { Shuffle = shuffle, ValidationSplit = 0.2f };
        Trainer expected = NewTrainer(), trainer = NewTrainer();
        expected.Fit(s_x, s_y, options);
        var state = new FitState();
        var source = new Source(Count, s_x, s_y) { Fails = 20 };
        Assert.Throws<EndOfStreamException>(() => trainer.Fit(source, options, state));
        Assert.Equal((2, 3), (state.Epoch, state.Step)); // 7 calls in an epoch, 2 to validate the first, 1 for the second
        source.Fails = int.MaxValue;
        trainer.Fit(source, options, state);
        Cases.AssertSameBits(expected.Network.Parameters, trainer.Network.Parameters, "parameters");
    }

    [Fact]
    public void A_wrong_sample_is_named_and_the_state_says_where_the_run_is()
    {
        float[] bad = [.. s_x];
        bad[3 * 20 + 1] = float.PositiveInfinity;
        var state = new FitState();
        Trainer trainer = NewTrainer();
        Refuses(
            "source", $"inputs[1] of sample 20 of source must be finite, but is {float.PositiveInfinity}.",
            () => trainer.Fit(new Source(Count, bad, s_y), s_options with { Shuffle = false }, state));
        Assert.Equal((0, 2, Count), (state.Epoch, state.Step, state.Samples));

        bad = [.. s_y];
        bad[2 * 60] = float.NaN;
        Refuses(
            "source", "targets[0] of sample 60 of source must be finite, but is NaN.",
            () => trainer.Fit(new Source(Count, s_x, bad), s_options));
        var validation = new Source(Count, s_x, bad);
        Refuses(
            "options.ValidationSource", "targets[0] of sample 60 of options.ValidationSource must be finite, but is NaN.",
            () => trainer.Fit(s_x, s_y, s_options with { ValidationSource = validation }));
    }

    [Fact]
    public void A_place_that_was_not_read_is_refused()
    {
        var source = new Source(Count, s_x, s_y) { LeavesOut = true };
        Refuses(
            "source", "inputs[2] of sample 0 of source must be finite, but is NaN.",
            () => NewTrainer().Fit(source, s_options with { Shuffle = false }));
    }

    [Fact]
    public void Targets_of_a_source_are_probabilities_if_the_cost_needs_them()
    {
        var trainer = new Trainer(
            new Network([3, 2], Activation.Relu, Activation.Softmax, seed: 1), new Sgd(0.1f), Cost.CrossEntropy);
        float[] y = [.. Enumerable.Repeat<float[]>([0.25f, 0.75f], Count).SelectMany(row => row)];
        trainer.Fit(new Source(Count, s_x, y), s_options);
        y[2 * 9] = 0.5f;
        Refuses(
            "source", "the targets of sample 9 of source must add up to 1, within 0.001, under CrossEntropy, but add up to 1.25.",
            () => trainer.Fit(new Source(Count, s_x, y), s_options));
        y[2 * 9 + 1] = 1.5f;
        Refuses(
            "source", "targets[1] of sample 9 of source must be at least 0 and at most 1 under CrossEntropy, but is 1.5.",
            () => trainer.Fit(new Source(Count, s_x, y), s_options));
    }

    [Fact]
    public void Targets_of_a_source_are_in_the_range_of_the_last_layer()
    {
        var trainer = new Trainer(new Network([3, 2], [Activation.Sigmoid], seed: 1), new Sgd(0.1f));
        float[] y = [.. s_y.Select(value => value)];
        trainer.Fit(new Source(Count, s_x, y), s_options);
        y[2 * 30 + 1] = 1.5f;
        Refuses(
            "source", "targets[1] of sample 30 of source must be at least 0 and at most 1, the range of Sigmoid in the last layer",
            () => trainer.Fit(new Source(Count, s_x, y), s_options));
        float[] weights = [.. Enumerable.Range(0, Count).Select(s => s == 30 ? 0f : 1f)];
        trainer.Fit(new Source(Count, s_x, y), s_options with { SampleWeights = weights });
    }

    [Fact]
    public void Bad_arguments()
    {
        Trainer trainer = NewTrainer();
        Source source = new(Count, s_x, s_y), empty = new(0, [], []);
        Assert.Equal("source", Assert.Throws<ArgumentNullException>(() => trainer.Fit(null!, s_options)).ParamName);
        Assert.Equal("options", Assert.Throws<ArgumentNullException>(() => trainer.Fit(source, null!)).ParamName);
        Assert.Equal("source", Assert.Throws<ArgumentNullException>(() => trainer.Measure(null!)).ParamName);
        Refuses("source", "source.Count must be at least 1, but is 0.", () => trainer.Fit(empty, s_options));
        Refuses("source", "source.Count must be at least 1, but is 0.", () => trainer.Measure(empty));
        FitOptions validated = s_options with { ValidationSource = source };
        Refuses(
            "options.ValidationSource", "options.ValidationSource.Count must be at least 1",
            () => trainer.Fit(source, s_options with { ValidationSource = empty }));
        const string other = "options with a ValidationSource must have no other validation data";
        Refuses("options", other, () => trainer.Fit(source, validated with { ValidationSplit = 0.2f }));
        Refuses("options", other, () => trainer.Fit(source, validated with { ValidationInputs = s_x, ValidationTargets = s_y }));
        Refuses("options", other, () => trainer.Fit(source, validated with { ValidationLabels = new int[3] }));
        Refuses("options", "rounded down, is none", () => trainer.Fit(source, s_options with { ValidationSplit = 0.01f }));
        Refuses("state", "state.Epoch must be at least 0", () => trainer.Fit(source, s_options, new FitState { Epoch = -1 }));
        Assert.Empty(source.Asked);
    }

    /// <summary>The history takes less than 100 bytes an epoch, as documented.</summary>
    [Fact]
    public void Epochs_of_a_source_allocate_no_more_than_the_history()
    {
        Trainer trainer = NewTrainer();
        var source = new Source(Count, s_x, s_y, remembers: false);
        FitOptions options = s_options with { ValidationSplit = 0.3f };
        long fewest = Enumerable.Range(0, 50).Min(_ => Allocated(20) - Allocated(2));
        Assert.True(fewest < 18 * 100, $"18 epochs allocated {fewest} bytes.");

        long Allocated(int epochs)
        {
            long before = GC.GetAllocatedBytesForCurrentThread();
            trainer.Fit(source, options with { Epochs = epochs });
            return GC.GetAllocatedBytesForCurrentThread() - before;
        }
    }

    private static Trainer NewTrainer() => new(new Network([3, 4, 2], seed: 1), new Momentum(0.05f));

    private static void Refuses(string argument, string mention, Action act)
    {
        ArgumentException refusal = Assert.Throws<ArgumentException>(act);
        Assert.Equal(argument, refusal.ParamName);
        Assert.Contains(mention, refusal.Message);
    }

    /// <summary>Samples of arrays, as a source. It keeps the numbers that it was asked for.</summary>
    private sealed class Source(int count, float[] x, float[] y, bool remembers = true) : ISampleSource
    {
        private int _calls;

        public int Count => count;

        internal List<int> Asked { get; } = [];

        /// <summary>The call that throws, counted from 0.</summary>
        internal int Fails { get; set; } = int.MaxValue;

        internal bool LeavesOut { get; init; }

        public void Read(ReadOnlySpan<int> samples, Span<float> inputs, Span<float> targets)
        {
            if (_calls++ == Fails) throw new EndOfStreamException();
            if (remembers) Asked.AddRange(samples);
            int n = x.Length / count, m = y.Length / count;
            for (int k = 0; k < samples.Length; k++)
            {
                x.AsSpan(samples[k] * n, LeavesOut ? n - 1 : n).CopyTo(inputs[(k * n)..]);
                y.AsSpan(samples[k] * m, m).CopyTo(targets[(k * m)..]);
            }
        }
    }
}
