using Xunit;

namespace FastNN.Tests.Fit;

/// <summary>Labels in the place of targets: the same bits as with the targets written out.</summary>
public class LabelTests
{
    private const int Count = 47;
    private static readonly float[] s_x = Cases.Uniform(1, Count * 2);
    private static readonly FitOptions s_options = new() { Epochs = 3, BatchSize = 7, Seed = 4 };

    public static TheoryData<string, int, string> Networks => new()
    {
        { nameof(Activation.Softmax), 3, nameof(Cost.CrossEntropy) },
        { nameof(Activation.Sigmoid), 3, nameof(Cost.BinaryCrossEntropy) },
        { nameof(Activation.Sigmoid), 1, nameof(Cost.BinaryCrossEntropy) },
        { nameof(Activation.Identity), 1, nameof(Cost.SquaredError) },
        { nameof(Activation.Identity), 4, nameof(Cost.SquaredError) },
        { nameof(Activation.Tanh), 1, nameof(Cost.SquaredError) },
        { nameof(Activation.Tanh), 3, nameof(Cost.SquaredError) },
        { nameof(Activation.Softsign), 2, nameof(Cost.SquaredError) },
    };

    [Theory]
    [MemberData(nameof(Networks))]
    public void Labels_are_their_targets(string last, int outputs, string cost)
    {
        int[] labels = LabelsOf(outputs);
        float low = last is nameof(Activation.Tanh) or nameof(Activation.Softsign) ? -1f : 0f;
        float[] targets = [.. from label in labels
                              from i in Enumerable.Range(0, outputs)
                              select (outputs == 1 ? label == 1 : label == i) ? 1f : low];
        foreach (FitOptions options in (FitOptions[])[
            s_options, s_options with { Shuffle = false }, s_options with { ValidationSplit = 0.3f, Patience = 9 }])
        {
            Trainer expected = New(), trainer = New();
            FitResult result = expected.Fit(s_x, targets, options);
            AssertSame(result, trainer.Fit(s_x, labels, options));
            Cases.AssertSameBits(expected.Network.Parameters, trainer.Network.Parameters, "parameters");
            Assert.Equal(expected.Measure(s_x, targets), trainer.Measure(s_x, labels));
            foreach (int each in (int[])[1, outputs])
            {
                float[] weights = Cases.Uniform(2, Count * each);
                Assert.Equal(expected.Measure(s_x, targets, weights), trainer.Measure(s_x, labels, weights));
            }
            if (cost != nameof(Cost.BinaryCrossEntropy) || outputs == 1)
                Assert.Equal($"{expected.Confusion(s_x, targets)}", $"{trainer.Confusion(s_x, labels)}");
        }

        FitOptions given = s_options with { ValidationInputs = s_x, ValidationTargets = targets };
        FitOptions labelled = s_options with { ValidationInputs = s_x, ValidationLabels = labels };
        AssertSame(New().Fit(s_x, targets, given), New().Fit(s_x, labels, labelled));

        Trainer New() => new(
            new Network([2, 5, outputs], Activation.Relu, Activation.All.Single(one => one.Name == last), seed: 1), new Sgd(0.1f),
            Cases.CostNamed(cost));
    }

    /// <summary>Whole numbers in brackets are targets, as they were before there were labels.</summary>
    [Fact]
    public void The_type_of_the_numbers_says_what_they_are()
    {
        var trainer = new Trainer(new Network([1, 2], seed: 1), new Sgd(0.1f));
        float[] x = [1f, 2f], targets = [1f, 0f, 0f, 1f];
        int[] labels = [0, 1];
        trainer.Fit(x, labels, s_options);
        trainer.Fit(x.AsSpan(), labels.AsSpan(), s_options);
        trainer.Fit([1f, 2f], (int[])[0, 1], s_options);
        trainer.Fit(x, targets, s_options);
        trainer.Fit([1, 2], [1, 0, 0, 1], s_options);
        Metrics expected = trainer.Measure(x, targets);
        Assert.Equal(expected, trainer.Measure(x, labels));
        Assert.Equal(expected, trainer.Measure([1, 2], [1, 0, 0, 1]));
        Assert.Equal(expected, trainer.Measure([1, 2], [1, 0, 0, 1], [1, 1]));
        Assert.Equal("inputs", Assert.Throws<ArgumentException>(() => trainer.Fit([], [], s_options)).ParamName);
    }

    [Fact]
    public void What_is_no_class_is_refused()
    {
        Trainer several = new(new Network([2, 3], seed: 1), new Sgd(0.1f)), one = new(new Network([2, 1], seed: 1), new Sgd(0.1f));
        int[] labels = LabelsOf(3);
        labels[5] = 3;
        Refuses("labels", "labels[5] must be at least 0 and less than 3, the number of outputs, but is 3.", several, labels);
        labels[5] = -1;
        Refuses("labels", "labels[5] must be at least 0 and less than 3, the number of outputs, but is -1.", several, labels);
        labels = LabelsOf(1);
        labels[46] = 2;
        Refuses("labels", "labels[46] must be at least 0 and less than 2, the number of classes of one output, but is 2.", one, labels);
        Refuses("labels", "a label for each of the 47 samples in inputs, but has a length of 46.", one, labels[..46]);
        Refuses("labels", "a length of 141. Targets are of the type float.", several, new int[3 * Count]);
        Assert.Equal("labels", Assert.Throws<ArgumentException>(() => one.Measure(s_x, labels)).ParamName);

        float[] weights = Cases.Uniform(2, Count);
        Assert.Equal("labels", Assert.Throws<ArgumentException>(() => one.Measure(s_x, labels, weights)).ParamName);
        Assert.Equal("weights", Assert.Throws<ArgumentException>(() => one.Measure(s_x, LabelsOf(1), [])).ParamName);
        Assert.Equal("weights", Assert.Throws<ArgumentException>(() => one.Measure(s_x, LabelsOf(1), weights.AsSpan(1..))).ParamName);
        weights[46] = 0f; // the sample whose label is no class
        Metrics left = one.Measure(s_x.AsSpan(..^2), labels.AsSpan(..^1), weights.AsSpan(..^1));
        Assert.Equal(left, one.Measure(s_x, labels, weights));

        float[] bad = [.. s_x];
        bad[9] = float.NaN;
        Assert.Contains(
            "inputs[9] must be finite", Assert.Throws<ArgumentException>(() => several.Fit(bad, LabelsOf(3), s_options)).Message);
    }

    [Fact]
    public void Labels_for_validation_are_checked_too()
    {
        var trainer = new Trainer(new Network([2, 3], seed: 1), new Sgd(0.1f));
        int[] labels = LabelsOf(3);
        FitOptions options = s_options with { ValidationInputs = s_x, ValidationLabels = new[] { 1, 2 } };
        Refuses("options.ValidationLabels", "each of the 47 samples in options.ValidationInputs, but has a length of 2", options);
        Refuses("options.ValidationInputs", "at least one, but has a length of 0", options with { ValidationInputs = default });
        Refuses("options", "either ValidationTargets or ValidationLabels", options with { ValidationTargets = s_x });
        Refuses("options", "either a ValidationSplit or", options with { ValidationSplit = 0.5f });
        int[] bad = [.. labels];
        bad[3] = 7;
        Refuses(
            "options.ValidationLabels", "options.ValidationLabels[3] must be at least 0 and less than 3",
            options with { ValidationLabels = bad });

        void Refuses(string argument, string mention, FitOptions options)
        {
            ArgumentException refusal = Assert.Throws<ArgumentException>(() => trainer.Fit(s_x, labels, options));
            Assert.Equal(argument, refusal.ParamName);
            Assert.Contains(mention, refusal.Message);
        }
    }

    [Fact]
    public void Labels_take_no_memory_for_all_targets()
    {
        const int outputs = 400, samples = 2_000;
        var trainer = new Trainer(new Network([1, outputs], seed: 1), new Sgd(0.1f));
        int[] labels = [.. Enumerable.Range(0, samples).Select(s => s % outputs)];
        float[] x = new float[samples];
        trainer.Fit(x, labels, s_options); // workspaces
        trainer.Measure(x, labels);
        long before = GC.GetAllocatedBytesForCurrentThread();
        trainer.Fit(x, labels, s_options);
        trainer.Measure(x, labels);
        Assert.InRange(GC.GetAllocatedBytesForCurrentThread() - before, 0, samples * outputs / 8); // 1/32 of the targets
    }

    private static int[] LabelsOf(int outputs) => [.. Enumerable.Range(0, Count).Select(s => s * s % 7 % Math.Max(2, outputs))];

    private static void AssertSame(FitResult expected, FitResult actual) => Assert.Equal($"{expected}", $"{actual}");

    private static void Refuses(string argument, string mention, Trainer trainer, int[] labels)
    {
        float[] before = trainer.Network.Parameters.ToArray();
        ArgumentException refusal = Assert.Throws<ArgumentException>(() => trainer.Fit(s_x, labels, s_options));
        Assert.Equal(argument, refusal.ParamName);
        Assert.Contains(mention, refusal.Message);
        Cases.AssertSameBits(before, trainer.Network.Parameters, "parameters");
    }
}
