using Xunit;

namespace FastNN.Tests.Fit;

/// <summary>Runs at their limits: sources that throw, callers at the same time, sizes and weights that overflow.</summary>
public class FitLimitTests
{
    private const int Count = 30;
    private static readonly float[] s_x = Cases.Uniform(1, Count * 3), s_y = Cases.Uniform(2, Count * 2);
    private static readonly FitOptions s_options = new() { Epochs = 9, BatchSize = 7, Seed = 5, Patience = 3 };

    [Theory]
    [InlineData(2)] // the first epoch: once for the means of the targets, once for the scores
    [InlineData(3)]
    [InlineData(5)]
    public void A_run_whose_validation_threw_goes_on_with_the_same_bits(int bad)
    {
        float[] x = Cases.Uniform(3, 12 * 3), y = Cases.Uniform(4, 12 * 2);
        Trainer expected = NewTrainer(0.3f), trainer = NewTrainer(0.3f);
        List<int> epochs = [];
        FitOptions options = s_options with { EpochDone = report => { epochs.Add(report.Epoch); return true; } };
        FitResult result = expected.Fit(s_x, s_y, s_options with { ValidationSource = new Source(12, x, y) });
        var source = new Source(12, x, y) { ThrowsAt = bad };
        var state = new FitState();
        Assert.Throws<IOException>(() => trainer.Fit(s_x, s_y, options with { ValidationSource = source }, state));
        FitResult continued = trainer.Fit(s_x, s_y, options with { ValidationSource = source }, state);
        Cases.AssertSameBits(expected.Network.Parameters, trainer.Network.Parameters, "parameters");
        Assert.Equal((result.Epochs, result.BestEpoch, result.Validation), (continued.Epochs, continued.BestEpoch, continued.Validation));
        Assert.Equal(Enumerable.Range(1, result.Epochs), epochs);
    }

    [Fact]
    public void A_second_caller_of_Measure_gets_an_exception()
    {
        Trainer trainer = NewTrainer();
        Metrics expected = trainer.Measure(s_x, s_y);
        Exception? second = null;
        float[] weights = Cases.Uniform(5, Count);
        var source = new Source(Count, s_x, s_y)
        {
            Reads = () => second ??= Task.Run(() => Record.Exception(() => trainer.Measure(s_x, s_y))).Result,
        };
        Assert.Equal(expected, trainer.Measure(source));
        Assert.Contains("at work on another thread", Assert.IsType<InvalidOperationException>(second).Message);
        second = null;
        source.Reads = () => second ??= Task.Run(() => Record.Exception(() => trainer.Measure(s_x, s_y, weights))).Result;
        Assert.Equal(expected, trainer.Measure(source));
        Assert.IsType<InvalidOperationException>(second);
    }

    [Fact]
    public void A_batch_that_no_array_can_hold_is_refused()
    {
        Trainer wide = new(new Network([256, 256], seed: 1), new Sgd(0.1f)), many = new(new Network([1, 65_537], seed: 1), new Sgd(0.1f));
        var options = new FitOptions { Epochs = 1, BatchSize = int.MaxValue, Shuffle = false };
        string message = Refuses("options", () => wide.Fit(new Source((1 << 24) + 1, [], []), options));
        Assert.StartsWith("options.BatchSize must be at most 838860", message);
        float[] x = new float[40_000];
        int[] labels = new int[40_000];
        Assert.Contains("but is 2147483647, and there are 40000 samples", Refuses("options", () => many.Fit(x, labels, options)));
        Assert.Contains("but there are 40000", Refuses("weights", () => many.Measure(x, labels, new float[40_000])));
    }

    [Fact]
    public void Weights_that_overflow_are_refused_before_the_first_step()
    {
        Trainer trainer = NewTrainer();
        float[] before = trainer.Network.Parameters.ToArray(), huge = [.. Enumerable.Repeat(3e38f, Count)];
        float[] one = [.. Enumerable.Repeat(1f, Count)], factors = [1e30f, 1e30f];
        one[17] = 1e30f;
        FitOptions validated = s_options with { ValidationInputs = s_x, ValidationTargets = s_y, ValidationWeights = huge };
        string message = Refuses("options.ValidationWeights", () => trainer.Fit(s_x, s_y, validated));
        Assert.StartsWith("options.ValidationWeights must add up to a number from", message);
        FitOptions split = s_options with { ValidationSplit = 0.5f, SampleWeights = huge };
        Assert.Contains("must add up to", Refuses("options.SampleWeights", () => trainer.Fit(s_x, s_y, split)));
        FitOptions product = s_options with { Patience = null, SampleWeights = one, ClassWeights = factors };
        Assert.Contains("options.SampleWeights times options.ClassWeights", Refuses("options", () => trainer.Fit(s_x, s_y, product)));
        Cases.AssertSameBits(before, trainer.Network.Parameters, "parameters");
    }

    [Fact]
    public void Under_a_mask_the_targets_need_not_add_up_to_1()
    {
        var trainer = new Trainer(new Network([1, 3], [Activation.Softmax], seed: 1), new Sgd(0.1f), Cost.CrossEntropy);
        float[] mask = [1f, 1f, 0f];
        var options = new FitOptions { Epochs = 1, SampleWeights = mask };
        foreach (float left in (float[])[0.25f, 55f, float.NaN]) trainer.Fit([1f], [0.5f, 0.25f, left], options);
        mask[2] = 0.5f;
        Assert.Contains("must add up to 1", Refuses("targets", () => trainer.Fit([1f], [0.5f, 0.25f, 0.125f], options)));
    }

    [Fact]
    public void Warnings_look_at_what_counts()
    {
        float[] weights = [.. Enumerable.Repeat(1f, Count)], y = [.. s_y];
        weights[0] = 0f;
        y[0] = float.NaN;
        var linear = new Trainer(new Network([3, 2], [Activation.Identity], seed: 1), new Sgd(2f));
        FitResult rise = linear.Fit(s_x, y, new FitOptions { Epochs = 10, SampleWeights = weights });
        Assert.Contains(rise.Warnings, warning => warning.StartsWith("the cost rose", StringComparison.Ordinal));

        int[] labels = new int[Count];
        foreach (float[] classes in (float[][])[[0f, 0f], [0f, 1f]])
        {
            FitResult result = NewTrainer().Fit(s_x, labels, new FitOptions { Epochs = 2, ClassWeights = classes });
            Assert.Contains("all weights of the training samples are 0", result.Warnings);
        }
    }

    [Fact]
    public void A_matrix_of_too_many_classes_is_refused()
    {
        var trainer = new Trainer(new Network([1, 10_001], seed: 1), new Sgd(0.1f));
        string message = Assert.Throws<InvalidOperationException>(() => trainer.Confusion([1f], (int[])[3])).Message;
        Assert.Equal("A confusion matrix has at most 10000 classes, but the network has 10001 outputs.", message);
    }

    private static Trainer NewTrainer(float rate = 0.1f) =>
        new(new Network([3, 5, 2], Activation.Tanh, Activation.Identity, seed: 1), new Sgd(rate));

    private static string Refuses(string argument, Action call)
    {
        ArgumentException refusal = Assert.Throws<ArgumentException>(call);
        Assert.Equal(argument, refusal.ParamName);
        return refusal.Message;
    }

    /// <summary>Samples in memory. One read may throw.</summary>
    private sealed class Source(int count, float[] x, float[] y) : ISampleSource
    {
        private int _reads;

        public int Count => count;

        internal int ThrowsAt { get; init; }

        internal Action? Reads { get; set; }

        public void Read(ReadOnlySpan<int> samples, Span<float> inputs, Span<float> targets)
        {
            Reads?.Invoke();
            if (++_reads == ThrowsAt) throw new IOException("once");

            Samples.Take(x, inputs.Length / samples.Length, samples, inputs);
            Samples.Take(y, targets.Length / samples.Length, samples, targets);
        }
    }
}
