using Xunit;

namespace FastNN.Tests.Fit;

/// <summary>Fit refuses targets that the last layer cannot give, and a trainer refuses a softmax of one output.</summary>
public class FitRangeTests
{
    private static readonly float[] s_x = Cases.Uniform(1, 20);

    [Theory]
    [InlineData("Sigmoid", 1.0011f, "at least 0 and at most 1, the range of Sigmoid")]
    [InlineData("Sigmoid", -0.0011f, "at least 0 and at most 1, the range of Sigmoid")]
    [InlineData("Sigmoid", 81f, "at least 0 and at most 1, the range of Sigmoid")]
    [InlineData("Softmax", 1.1f, "at least 0 and at most 1, the range of Softmax")]
    [InlineData("Tanh", -1.0011f, "at least -1 and at most 1, the range of Tanh")]
    [InlineData("Softsign", 1.5f, "at least -1 and at most 1, the range of Softsign")]
    [InlineData("HardSigmoid", 1.5f, "at least 0 and at most 1, the range of HardSigmoid")]
    [InlineData("Relu", -0.0011f, "at least 0, the range of Relu")]
    [InlineData("Softplus", -81f, "at least 0, the range of Softplus")]
    [InlineData("Elu", -1.0011f, "at least -1, the range of Elu")]
    [InlineData("Silu", -0.28f, "at least -0.27846456, the range of Silu")]
    [InlineData("Clip(-Infinity, 2000)", 2002.1f, "at most 2000, the range of Clip(-Infinity, 2000)")]
    [InlineData("Clip(-50, 2000)", -50.06f, "at least -50 and at most 2000, the range of Clip(-50, 2000)")]
    public void A_target_that_the_last_layer_cannot_give_is_refused(string last, float target, string range)
    {
        Network network = NetworkWith(last);
        float[] y = TargetsWith(network, target), before = network.Parameters.ToArray();
        ArgumentException refusal = Assert.Throws<ArgumentException>(
            "targets", () => new Trainer(network, new Sgd(0.1f)).Fit(s_x, y, new FitOptions { Epochs = 1 }));
        Assert.StartsWith(
            FormattableString.Invariant(
                $"targets[7] must be {range} in the last layer, but is {target}. Use another last activation, for example Identity, ")
            + "or scale the targets into this range.",
            refusal.Message);
        Cases.AssertSameBits(before, network.Parameters, "parameters");
    }

    [Theory]
    [InlineData("Sigmoid", 1.0009f)]
    [InlineData("Sigmoid", -0.0009f)]
    [InlineData("Tanh", -1.0009f)]
    [InlineData("Relu", 1e6f)]
    [InlineData("Softplus", -0.0009f)]
    [InlineData("Elu", 77f)]
    [InlineData("Identity", -1e9f)]
    [InlineData("LeakyRelu", -1e9f)]
    [InlineData("LeakyReluWithSlope(0.2)", -1e9f)]
    [InlineData("Clip(-Infinity, 2000)", 2001.9f)]
    [InlineData("Clip(-50, 2000)", -50.04f)]
    public void A_target_in_the_range_or_rounded_is_none(string last, float target)
    {
        Network network = NetworkWith(last);
        Assert.Equal(1, new Trainer(network, new Sgd(1e-9f)).Fit(s_x, TargetsWith(network, target), new FitOptions { Epochs = 1 }).Epochs);
    }

    [Fact]
    public void Targets_for_validation_may_be_beyond_it()
    {
        Network network = NetworkWith("Tanh");
        float[] y = TargetsWith(network, 0.5f);
        y[^1] = 3f;
        var options = new FitOptions { Epochs = 1 };
        Assert.NotNull(new Trainer(network, new Sgd(0.1f)).Fit(s_x, y, options with { ValidationSplit = 0.2f }).Validation);
        options = options with { ValidationInputs = s_x.AsMemory(16), ValidationTargets = y.AsMemory(16) };
        Assert.NotNull(new Trainer(network, new Sgd(0.1f)).Fit(s_x.AsSpan(0, 16), y.AsSpan(0, 16), options).Validation);
    }

    [Fact]
    public void A_trainer_refuses_a_softmax_of_one_output()
    {
        var network = new Network([2, 3, 1], Activation.Tanh, Activation.Softmax, seed: 1);
        foreach (Cost cost in Cost.All.Where(cost => cost.Suits(Activation.Softmax)))
        {
            ArgumentException refusal = Assert.Throws<ArgumentException>("network", () => new Trainer(network, new Adam(), cost));
            Assert.StartsWith("network must have at least two outputs behind Softmax, but has 1: ", refusal.Message);
        }

        _ = new Trainer(new Network([2, 3, 2], Activation.Tanh, Activation.Softmax, seed: 1), new Adam());
        _ = new Trainer(new Network([2, 3, 1], Activation.Tanh, Activation.Sigmoid, seed: 1), new Adam());
    }

    private static float[] TargetsWith(Network network, float target)
    {
        float[] y = new float[20 * network.Outputs];
        y.AsSpan().Fill(Math.Max(network.Layers[^1].Activation.LeastOutput, 0f));
        y[7] = target;
        return y;
    }

    private static Network NetworkWith(string last)
    {
        Activation[] ends =
        [
            .. Activation.All, Activation.Clip(float.NegativeInfinity, 2000f), Activation.Clip(-50f, 2000f),
            Activation.LeakyReluWithSlope(0.2f),
        ];
        Activation end = ends.Single(end => end.Name == last);
        return new Network([1, 3, end == Activation.Softmax ? 2 : 1], Activation.Tanh, end, seed: 1);
    }
}
