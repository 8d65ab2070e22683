using Xunit;

namespace FastNN.Tests.Activations;

/// <summary>Activations with parameters: their names, when two of them are equal, and which parameters are refused.</summary>
public class ActivationParameterTests
{
    [Fact]
    public void They_are_equal_if_their_parameters_are()
    {
        Activation clip = Activation.Clip(0f, 6f), same = Activation.Clip(0f, 6f), other = Activation.Clip(0f, 5f);
        Assert.True(clip == same && clip.Equals(same) && clip.Equals((object)same) && clip.GetHashCode() == same.GetHashCode());
        Assert.True(clip != other && !clip.Equals(other) && !clip.Equals((object?)null) && clip != null);
        Assert.NotEqual(Activation.EluWithAlpha(0.5f), Activation.LeakyReluWithSlope(0.5f));
    }

    [Fact]
    public void They_are_those_without_parameters_if_their_parameters_are()
    {
        Assert.Same(Activation.Elu, Activation.EluWithAlpha(1f));
        Assert.Same(Activation.LeakyRelu, Activation.LeakyReluWithSlope(0.01f));
        Assert.Same(Activation.HardSigmoid, Activation.HardSigmoidWith(1f / 6, 0.5f));
    }

    [Fact]
    public void Names_are_calls_and_arguments_come_back()
    {
        Activation clip = Activation.Clip(-0.1f, float.PositiveInfinity);
        Assert.Equal("Clip(-0.1, Infinity)", clip.Name);
        Assert.Equal([-0.1f, float.PositiveInfinity], clip.Arguments);
        Assert.Equal("LeakyReluWithSlope(0.2)", $"{Activation.LeakyReluWithSlope(0.2f)}");
        Assert.Empty(Activation.Elu.Arguments);
    }

    [Fact]
    public void Names_come_back_from_files_as_the_same_floats()
    {
        Activation[] activations =
        [
            Activation.Clip(float.NegativeInfinity, 0.1f), Activation.EluWithAlpha(1f / 3), Activation.LeakyReluWithSlope(float.Epsilon),
            Activation.HardSigmoidWith(float.MaxValue, -1e-7f), Activation.Clip(-0f, 16777216f), Activation.Elu,
        ];
        var network = new Network([1, 1, 1, 1, 1, 1, 1], activations, seed: 1);
        using var stream = new MemoryStream();
        network.Save(stream);
        Assert.Equal(activations, Network.Load(stream.ToArray()).Layers.Select(layer => layer.Activation));
    }

    [Fact]
    public void Other_parameters_are_refused()
    {
        Refuses("alpha", "must be finite, but is NaN", () => Activation.EluWithAlpha(float.NaN));
        Refuses("slope", "must be finite, but is Infinity", () => Activation.LeakyReluWithSlope(float.PositiveInfinity));
        Refuses("max", "must be greater than min, 2, but is 2", () => Activation.Clip(2f, 2f));
        Refuses("max", "must be greater than min, 0, but is NaN", () => Activation.Clip(0f, float.NaN));
        Refuses("factor", "must be greater than 0, but is 0", () => Activation.HardSigmoidWith(0f, 0f));
        Refuses("factor", "must be finite, but is Infinity", () => Activation.HardSigmoidWith(float.PositiveInfinity, 0f));
        Refuses("offset", "must be finite, but is -Infinity", () => Activation.HardSigmoidWith(1f, float.NegativeInfinity));
    }

    private static void Refuses(string parameter, string reason, Func<Activation> create)
    {
        ArgumentOutOfRangeException exception = Assert.Throws<ArgumentOutOfRangeException>(parameter, create);
        Assert.StartsWith($"{parameter} {reason}", exception.Message);
    }
}
