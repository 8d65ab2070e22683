using FastNN.Plumbing;
using Xunit;

namespace FastNN.Tests.Api;

/// <summary>
/// The first parameters stay within the limits of their formula and have the moments of a uniform distribution. A seed gives the same
/// parameters for ever.
/// </summary>
public class InitializerTests
{
    /// <summary>
    /// The name, and the limits of the weights and of the biases for 24 inputs and 12 outputs. The limits follow the papers' formulas.
    /// </summary>
    public static TheoryData<string, double, double> Limits { get; } = new()
    {
        { "Glorot", Math.Sqrt(6.0 / 36), 0 },
        { "He", Math.Sqrt(6.0 / 24), 0 },
        { "LeCun", Math.Sqrt(3.0 / 24), 0 },
        { "PyTorch", Math.Sqrt(1.0 / 24), Math.Sqrt(1.0 / 24) },
        { "Uniform(3)", 3, 3 },
        { "Uniform(0.125)", 0.125, 0.125 },
    };

    private static Initializer[] All =>
        [Initializer.Glorot, Initializer.He, Initializer.LeCun, Initializer.PyTorch, Initializer.Article, Initializer.Uniform(0.125f)];

    /// <summary>
    /// 300 networks have 24·12 weights each. The mean of all weights is normal, with a standard deviation of limit/√3/√86,400 =
    /// 0.002·limit. The mean of their squares is limit²/3, with a standard deviation of limit²·√(4/45)/√86,400 = 0.00102·limit². Five
    /// deviations are allowed each way.
    /// </summary>
    [Theory]
    [MemberData(nameof(Limits))]
    public void Parameters_are_uniform_within_the_limit_of_the_formula(string name, double weightLimit, double biasLimit)
    {
        Layer[] layers = [.. Enumerable.Range(1, 300).Select(seed => Create(name, seed).Layers[0])];
        Check([.. layers.SelectMany(layer => layer.Weights.ToArray())], weightLimit, 1);
        float[] biases = [.. layers.SelectMany(layer => layer.Biases.ToArray())];
        if (biasLimit > 0) Check(biases, biasLimit, Math.Sqrt(24));
        else Assert.All(biases, b => Cases.AssertSameBits(0f, b, "bias"));

        static void Check(float[] values, double limit, double fewer)
        {
            Assert.All(values, v => Assert.InRange(v, (float)-limit, (float)limit));
            Assert.InRange(values.Average(v => (double)v), -0.01 * fewer * limit, 0.01 * fewer * limit);
            Assert.InRange(values.Average(v => (double)v * v) / (limit * limit) - 1.0 / 3, -0.0051 * fewer, 0.0051 * fewer);
            Assert.InRange(values.Min(), -limit, -0.99 * limit);
            Assert.InRange(values.Max(), 0.99 * limit, limit);
        }
    }

    /// <summary>The widths of each layer decide its limits.</summary>
    [Fact]
    public void Limits_are_those_of_the_layer()
    {
        var network = new Network([3, 300, 20, 100], Activation.Relu, Activation.Softmax, seed: 1, Initializer.He);
        foreach (Layer layer in network.Layers)
            Assert.InRange(layer.Weights.ToArray().Max(Math.Abs), 0.98 * Math.Sqrt(6.0 / layer.Inputs), Math.Sqrt(6.0 / layer.Inputs));
        network = new Network([3, 300, 20, 100], Activation.Tanh, Activation.Softmax, seed: 1, Initializer.Glorot);
        foreach (Layer layer in network.Layers)
            Assert.InRange(layer.Weights.ToArray().Max(Math.Abs) / Math.Sqrt(6.0 / (layer.Inputs + layer.Outputs)), 0.98, 1);
    }

    /// <summary>The n-th number of a layer is the n-th of SplitMix64. If the biases of a layer are zero, they take no number.</summary>
    [Fact]
    public void Numbers_come_from_the_seed_in_the_order_of_the_parameters()
    {
        foreach (Initializer initializer in All)
        {
            var network = new Network([5, 7, 2], Activation.Relu, Activation.Identity, seed: -42, initializer);
            var random = new SplitMix64(-42);
            foreach (Layer layer in network.Layers)
            {
                double limit = initializer.Name switch
                {
                    "Glorot" => Math.Sqrt(6.0 / (layer.Inputs + layer.Outputs)),
                    "He" => Math.Sqrt(6.0 / layer.Inputs),
                    "LeCun" => Math.Sqrt(3.0 / layer.Inputs),
                    "PyTorch" => 1 / Math.Sqrt(layer.Inputs),
                    "Uniform(3)" => 3,
                    _ => 0.125,
                };
                foreach (float w in layer.Weights)
                    Cases.AssertSameBits((float)(2 * limit * ((random.Next() >> 40) / 16777216.0) - limit), w, initializer.Name);
                if (initializer.Name is "Glorot" or "He" or "LeCun") continue;
                foreach (float b in layer.Biases)
                    Cases.AssertSameBits((float)(2 * limit * ((random.Next() >> 40) / 16777216.0) - limit), b, initializer.Name);
            }
        }
    }

    [Fact]
    public void Numbers_of_a_seed_are_the_same_for_ever()
    {
        float[][] pinned =
        [
            [0.34162432f, -0.480959356f, 0.194495574f, -0.195921913f],
            [0.529242098f, -0.745099008f, 0.301311225f, -0.222154558f],
            [0.374230683f, -0.526864588f, 0.213059217f, -0.157086998f],
            [0.216062188f, -0.30418539f, 0.123009801f, -0.171547204f],
            [1.44938922f, -2.04053783f, 0.825174809f, -1.36161375f],
            [0.0603912175f, -0.0850224048f, 0.0343822837f, -0.0567339063f],
        ];
        foreach ((Initializer initializer, float[] expected) in All.Zip(pinned))
        {
            Span<float> parameters = new Network([5, 7, 2], Activation.Relu, Activation.Identity, seed: 42, initializer).Parameters;
            Cases.AssertSameBits(expected, (float[])[parameters[0], parameters[1], parameters[34], parameters[42]], initializer.Name);
        }
    }

    [Fact]
    public void The_articles_are_those_of_the_plain_constructor_and_PyTorchs_of_none()
    {
        Network plain = new([2, 4, 3, 2], seed: 9),
            article = new([2, 4, 3, 2], Activation.Sigmoid, Activation.Sigmoid, seed: 9, Initializer.Article);
        Cases.AssertSameBits(plain.Parameters, article.Parameters, "article");
        var mixed = new Network([2, 4, 3, 2], [Activation.Relu, Activation.Gelu, Activation.Tanh], seed: 9, Initializer.Uniform(3f));
        Cases.AssertSameBits(plain.Parameters, mixed.Parameters, "any activations");
        Network none = new([2, 4, 3, 2], Activation.Relu, Activation.Identity, seed: 9),
            pytorch = new([2, 4, 3, 2], Activation.Relu, Activation.Identity, 9, Initializer.PyTorch),
            listed = new([2, 4, 3, 2], [Activation.Tanh, Activation.Relu, Activation.Identity], seed: 9);
        Cases.AssertSameBits(pytorch.Parameters, none.Parameters, "hidden and output");
        Cases.AssertSameBits(pytorch.Parameters, listed.Parameters, "an activation for each layer");
        Assert.NotEqual(pytorch.Parameters.ToArray(), article.Parameters.ToArray());
    }

    [Fact]
    public void Names_say_what_they_are() =>
        Assert.Equal(
            ["Glorot", "He", "LeCun", "PyTorch", "Uniform(3)", "Uniform(0.125)"], All.Select(initializer => initializer.ToString()));

    private static Network Create(string name, int seed) =>
        new([24, 12], [Activation.Relu], seed, All.Single(initializer => initializer.Name == name));
}
