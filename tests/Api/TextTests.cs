using System.Globalization;
using Xunit;

namespace FastNN.Tests.Api;

/// <summary>What objects say of themselves. It is the same in every culture.</summary>
public class TextTests
{
    [Fact]
    public void Optimizers()
    {
        AssertText("Sgd(0.5)", () => new Sgd(0.5f));
        AssertText("Adam(0.001)", () => new Adam());
        AssertText("Adam(0.001, ClipNorm 1, Cosine(1000, 0.1))",
            () => new Adam { ClipNorm = 1f, Schedule = LearningRateSchedule.Cosine(1000, 0.1) });
        AssertText("Adam(0.002, Beta2 0.99, Epsilon 1E-06)", () => new Adam(0.002f, beta2: 0.99f, epsilon: 1e-6f));
        AssertText("AdamW(0.001)", () => new AdamW());
        AssertText("AdamW(0.001, WeightDecay 0)", () => new AdamW { WeightDecay = 0f });
        AssertText("RmsProp(0.01, WeightDecay 0.5)", () => new RmsProp(0.01f) { WeightDecay = 0.5f });
        AssertText("Momentum(0.01, Coefficient 0.5)", () => new Momentum(0.01f, 0.5f));
        AssertText("Nesterov(0.01, ClipValue 0.5)", () => new Nesterov(0.01f) { ClipValue = 0.5f });
    }

    [Fact]
    public void Recipes()
    {
        AssertText("Uniform(0.3)", () => Initializer.Uniform(0.3f));
        AssertText("WarmUp(10, StepDecay(5, 0.7))", () => LearningRateSchedule.WarmUp(10, LearningRateSchedule.StepDecay(5, 0.7)));
        AssertText("Clip(-0.5, 1.5)", () => Activation.Clip(-0.5f, 1.5f));
    }

    [Fact]
    public void Networks_and_layers()
    {
        AssertText("4 → 8, Relu", () => new Network([4, 8, 3], Activation.Relu, Activation.Softmax, seed: 1).Layers[0]);
        AssertText("4-8-3, Relu Softmax, Scalar",
            () => new Network([4, 8, 3], Activation.Relu, Activation.Softmax, seed: 1, kernels: KernelVariant.Scalar));
    }

    [Fact]
    public void Results()
    {
        var result = new FitResult
        {
            Reason = StopReason.Completed,
            Epochs = 2,
            Cost = 0.5f,
            Validation = new Metrics(1.5f, 0.25, -1.5),
            History = [new(1, 1234.4f, null, false, default), new(2, 0.5f, null, false, default)],
        };
        AssertText("completed 2 epochs: cost 1234 → 0.5; validation: cost 1.5, accuracy 0.25, R² -1.5", () => result);
        var diverged = new FitResult { Reason = StopReason.Diverged, Epochs = 0, Divergence = new Divergence(1, 2, 1.5f, 0.5f) };
        AssertText(
            "diverged in epoch 1 at step 2: the cost is 1.5, but parameters or the optimizer's state are not finite; the learning rate may "
            + "be too high (0.5), or samples too large; parameters may not be finite, and no earlier ones were kept (Patience keeps the "
            + "best)",
            () => diverged);
    }

    [Fact]
    public void Reports_and_metrics()
    {
        Metrics classes = new(0.125f, 0.9375, 0.5), numbers = new(1234.5f, null, -0.25);
        AssertText("cost 0.125, accuracy 0.9375, R² 0.5", () => classes);
        AssertText("cost 1234, R² -0.25", () => numbers);
        AssertText("epoch 3: cost 0.5; validation: cost 0.125, accuracy 0.9375, R² 0.5, the best",
            () => new EpochReport(3, 0.5f, classes, true, TimeSpan.FromSeconds(1)));
        AssertText("epoch 1: cost 1.5E-06", () => new EpochReport(1, 1.5e-6f, null, false, default));
        AssertText("reached after 1264 steps: cost 9.99E-05", () => new TrainingResult(1264, 9.99e-5f, true));
        AssertText("not reached after 5 steps: cost 0.5", () => new TrainingResult(5, 0.5f, false));
        AssertText(
            "diverged in epoch 3 at step 20: the cost is 0.5, but parameters or the optimizer's state are not finite; "
            + "the learning rate may be too high (1.5), or samples too large",
            () => new Divergence(3, 20, 0.5f, 1.5f));
    }

    [Fact]
    public void Refusals()
    {
        var network = new Network([1, 1], Activation.Tanh, Activation.Tanh, seed: 1);
        var trainer = new Trainer(network, new Sgd(0.5f));
        var options = new FitOptions { Epochs = 1 };
        AssertStarts("targets[0] must be at least -1 and at most 1, the range of Tanh in the last layer, but is 1.5.",
            () => trainer.Fit([0.5f], [1.5f], options));
        AssertStarts("targets must be labels under SquaredError, all 0 or 1, or all -1 or 1, but targets[0] is 0.5.",
            () => trainer.Confusion([0.5f], [0.5f]));
        AssertStarts("ValidationSplit must be at least 0 and less than 1, but is 1.5.", () => options with { ValidationSplit = 1.5f });
        AssertStarts("beta1 must be at least 0 and less than 1, but is 1.5.", () => new Adam(beta1: 1.5f));
        AssertStarts("epsilon must be finite and greater than 0, but is -0.5.", () => new Adam(epsilon: -0.5f));
        AssertStarts("WeightDecay must be finite and at least 0, but is -0.5.", () => new Adam { WeightDecay = -0.5f });
        AssertStarts("ClipNorm must be greater than 0 (+∞ for no limit), but is -0.5.", () => new Adam { ClipNorm = -0.5f });
        AssertStarts("max must be greater than min, 1.5, but is 0.5.", () => Activation.Clip(1.5f, 0.5f));
        AssertStarts("limit must be finite and greater than 0, but is -0.5.", () => Initializer.Uniform(-0.5f));
        AssertStarts("t must be at least 0 and at most 1, but is 1.5.", () =>
        {
            network.Blend(network, 1.5f);
            return network;
        });
        AssertStarts("heldOut must be greater than 0 and less than 1, but is 1.5.", () => Samples.Split(5, 1.5f));
        AssertStarts("tau must be greater than 0 and less than 1, but is 1.5.", () => Cost.Pinball(1.5f));
        AssertStarts("inputs[0] must be finite, but is -Infinity.", () => trainer.Fit([-1f / 0f], [1f], options));
        AssertStarts("factor must be finite and at least 0, but is -0.5.", () => LearningRateSchedule.StepDecay(1, -0.5));
    }

    [Theory]
    [InlineData("Scalar")]
    [InlineData("Auto")]
    public void A_summary_is_a_table(string variant)
    {
        var network = new Network(
            [784, 128, 10], Activation.Relu, Activation.Softmax, seed: 1, kernels: Enum.Parse<KernelVariant>(variant));
        network.InputStandardizer = new Standardizer(784);
        string text = InGerman(network.Summary);
        string[] lines = text.Split('\n');
        Assert.Equal(4, lines.Length);
        Assert.StartsWith("layer  widths     activation  parameters  one sample  ", lines[0]);
        Assert.StartsWith("    1  784 → 128  Relu           100,480  ", lines[1]);
        Assert.StartsWith("    2  128 → 10   Softmax          1,290  ", lines[2]);
        Assert.Equal($"101,770 parameters, 407,080 bytes; {network.KernelVariant}; standardized inputs", lines[3]);
        Assert.All(lines, line => Assert.Equal(line.TrimEnd(), line));
        if (network.KernelVariant == KernelVariant.Scalar) Assert.EndsWith("  loops       loops", lines[1]);
    }

    [Fact]
    public void A_summary_tells_routes_of_all_kinds()
    {
        if (Kernels.Default == KernelVariant.Scalar) return;

        Assert.Contains("four lanes  tiles, four lanes", new Network([2, 4, 3, 2], seed: 1).Summary(), StringComparison.Ordinal);
        string[] lines = new Network([300, 2000, 3], Activation.Relu, Activation.Identity, seed: 1).Summary().Split('\n');
        Assert.Contains("  stream ", lines[1], StringComparison.Ordinal);
        Assert.Contains("four chains", new Network([40, 3], seed: 1).Summary(), StringComparison.Ordinal);
    }

    private static void AssertText(string expected, Func<object> create) => Assert.Equal(expected, InGerman(() => $"{create()}"));

    private static void AssertStarts(string expected, Func<object> act) =>
        Assert.StartsWith(expected, InGerman(() => Assert.ThrowsAny<ArgumentException>(act).Message));

    /// <summary>In a culture with commas in numbers.</summary>
    private static string InGerman(Func<string> text)
    {
        CultureInfo before = CultureInfo.CurrentCulture;
        CultureInfo.CurrentCulture =
            new CultureInfo("") { NumberFormat = { NumberDecimalSeparator = ",", NumberGroupSeparator = ".", NegativeSign = "−" } };
        try
        {
            return text();
        }
        finally
        {
            CultureInfo.CurrentCulture = before;
        }
    }
}
