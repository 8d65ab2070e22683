using Xunit;

namespace FastNN.Tests.Costs;

/// <summary>Costs with parameters: their names, when two of them are equal, and which parameters are refused.</summary>
public class CostParameterTests
{
    [Fact]
    public void They_are_equal_if_their_parameters_are()
    {
        Cost huber = Cost.Huber(0.5f), same = Cost.Huber(0.5f), other = Cost.Huber(0.25f);
        Assert.True(huber == same && huber.Equals(same) && huber.Equals((object)same) && huber.GetHashCode() == same.GetHashCode());
        Assert.True(huber != other && !huber.Equals(other) && !huber.Equals((object?)null) && huber != null);
        Assert.NotEqual(Cost.Huber(0.5f), Cost.Pinball(0.5f));
        Assert.NotEqual(Cost.CrossEntropyWithSmoothing(0.5f), Cost.BinaryCrossEntropyWithSmoothing(0.5f));
    }

    [Fact]
    public void Without_smoothing_they_are_the_plain_ones()
    {
        Assert.Same(Cost.CrossEntropy, Cost.CrossEntropyWithSmoothing(0f));
        Assert.Same(Cost.CrossEntropy, Cost.CrossEntropyWithSmoothing(-0f));
        Assert.Same(Cost.BinaryCrossEntropy, Cost.BinaryCrossEntropyWithSmoothing(0f));
    }

    [Fact]
    public void Names_are_calls_and_arguments_come_back()
    {
        Assert.Equal(("Huber(0.1)", "Pinball(0.9)"), (Cost.Huber(0.1f).Name, $"{Cost.Pinball(0.9f)}"));
        Assert.Equal("CrossEntropyWithSmoothing(0.1)", Cost.CrossEntropyWithSmoothing(0.1f).Name);
        Assert.Equal("BinaryCrossEntropyWithSmoothing(1E-20)", Cost.BinaryCrossEntropyWithSmoothing(1e-20f).Name);
        Assert.Equal([0.1f], Cost.Huber(0.1f).Arguments);
        Assert.Empty(Cost.Poisson.Arguments);
        Assert.DoesNotContain(Cost.All, cost => cost.Arguments.Count > 0);
    }

    [Fact]
    public void What_they_allow()
    {
        foreach (Cost cost in (Cost[])[Cost.Huber(1f), Cost.Pinball(0.5f), Cost.AbsoluteError])
        {
            Assert.All(Activation.All, last => Assert.True(cost.Suits(last)));
            Assert.Equal((float.MinValue, float.MaxValue, false, false), Of(cost));
        }

        Assert.Equal([Activation.Exponential], Activation.All.Where(Cost.Poisson.Suits));
        Assert.Equal((0f, float.MaxValue, false, false), Of(Cost.Poisson));
        Assert.Equal([Activation.Softmax], Activation.All.Where(Cost.CrossEntropyWithSmoothing(0.1f).Suits));
        Assert.Equal((0f, 1f, true, false), Of(Cost.CrossEntropyWithSmoothing(0.1f)));
        Assert.Equal([Activation.Sigmoid], Activation.All.Where(Cost.BinaryCrossEntropyWithSmoothing(0.1f).Suits));
        Assert.Equal((0f, 1f, false, true), Of(Cost.BinaryCrossEntropyWithSmoothing(0.1f)));

        static (float, float, bool, bool) Of(Cost cost) =>
            (cost.LeastTarget, cost.MostTarget, cost.TargetsSumToOne, cost.OutputsAreLabels);
    }

    [Fact]
    public void Other_parameters_are_refused()
    {
        foreach (float delta in (float[])[0f, -0f, -1f, float.NaN, float.PositiveInfinity])
            Refuses("delta", $"must be finite and greater than 0, but is {delta}", () => Cost.Huber(delta));
        foreach (float tau in (float[])[0f, 1f, -0.1f, 1.1f, float.NaN])
            Refuses("tau", $"must be greater than 0 and less than 1, but is {tau}", () => Cost.Pinball(tau));
        foreach (float smoothing in (float[])[1f, -0.1f, float.NaN, float.PositiveInfinity])
        {
            string reason = $"must be at least 0 and less than 1, but is {smoothing}";
            Refuses("smoothing", reason, () => Cost.CrossEntropyWithSmoothing(smoothing));
            Refuses("smoothing", reason, () => Cost.BinaryCrossEntropyWithSmoothing(smoothing));
        }
    }

    [Fact]
    public void A_trainer_needs_a_last_layer_that_suits()
    {
        var network = new Network([2, 3], [Activation.Identity], seed: 1);
        ArgumentException exception = Assert.Throws<ArgumentException>("cost", () => new Trainer(network, new Sgd(1f), Cost.Poisson));
        Assert.StartsWith("cost Poisson needs Exponential as the last layer's activation, but that is Identity.", exception.Message);
    }

    [Fact]
    public void Fit_refuses_counts_below_zero()
    {
        var trainer = new Trainer(new Network([1, 1], [Activation.Exponential], seed: 1), new Sgd(1f), Cost.Poisson);
        var options = new FitOptions { Epochs = 1 };
        ArgumentException exception = Assert.Throws<ArgumentException>("targets", () => trainer.Fit([1f, 1f], [0f, -1f], options));
        Assert.StartsWith("targets[1] must be at least 0 and finite under Poisson, but is -1.", exception.Message);
        trainer.Fit([1f, 1f], [0f, 1000f], options);
    }

    /// <summary>A checkpoint holds the parameters, and goes into a trainer with an equal cost.</summary>
    [Fact]
    public void Checkpoints_know_the_parameters()
    {
        using var file = new MemoryStream();
        NewTrainer(Cost.Huber(0.1f)).Save(file);
        Assert.Null(NewTrainer(Cost.Huber(0.1f)).Load(new MemoryStream(file.ToArray())));
        ModelFormatException exception = Assert.Throws<ModelFormatException>(
            () => NewTrainer(Cost.Huber(0.2f)).Load(new MemoryStream(file.ToArray())));
        Assert.Contains("is Huber(0.1) in the file, but Huber(0.2) in the trainer", exception.Message);

        static Trainer NewTrainer(Cost cost) => new(new Network([2, 3], [Activation.Identity], seed: 1), new Sgd(1f), cost);
    }

    private static void Refuses(string parameter, string reason, Func<Cost> create)
    {
        ArgumentOutOfRangeException exception = Assert.Throws<ArgumentOutOfRangeException>(parameter, create);
        Assert.StartsWith($"{parameter} {reason}", exception.Message);
    }
}
