using Xunit;

namespace FastNN.Tests.Api;

/// <summary>Bad input of activations, costs, initializers and given gradients.</summary>
public partial class BadInputTests
{
    [Fact]
    public void Activations_of_a_network()
    {
        Activation relu = Activation.Relu, softmax = Activation.Softmax;
        Refuses<ArgumentException>(
            "activations", ["each of the 2 layers", "length of 1"], () => _ = new Network([2, 3, 1], [relu], seed: 1));
        Refuses<ArgumentException>(
            "activations", ["each of the 2 layers", "length of 3"], () => _ = new Network([2, 3, 1], [relu, relu, relu], seed: 1));
        Refuses<ArgumentException>("activations", ["each of the 1 layers", "length of 0"], () => _ = new Network([2, 3], [], seed: 1));
        Refuses<ArgumentException>(
            "activations", ["activations[0]", "Softmax", "last, 1"], () => _ = new Network([2, 3, 1], [softmax, relu], seed: 1));
        Refuses<ArgumentException>("activations", ["activations[1]", "Softmax", "last, 2"],
            () => _ = new Network([2, 3, 3, 1], [relu, softmax, softmax], seed: 1));
        Refuses<ArgumentException>(
            "hidden", ["each neuron by itself", "is Softmax"], () => _ = new Network([2, 3, 1], softmax, relu, seed: 1));
        Refuses<ArgumentNullException>("activations", ["activations[1]", "null"], () => _ = new Network([2, 3, 1], [relu, null!], seed: 1));
        Refuses<ArgumentNullException>("hidden", [], () => _ = new Network([2, 3, 1], null!, relu, seed: 1));
        Refuses<ArgumentNullException>("output", [], () => _ = new Network([2, 3, 1], relu, null!, seed: 1));
        Refuses<ArgumentException>("widths", ["at least two", "1 elements"], () => _ = new Network([5], relu, relu, seed: 1));
        Refuses<ArgumentException>("widths", ["at least two", "0 elements"], () => _ = new Network([], [], seed: 1));
        Refuses<ArgumentOutOfRangeException>("widths", ["widths[1]", "is 0"], () => _ = new Network([3, 0, 2], relu, softmax, seed: 1));
        Refuses<ArgumentOutOfRangeException>("kernels", ["99"], () => _ = new Network([3, 2], [relu], seed: 1, kernels: (KernelVariant)99));
        _ = new Network([2, 1], softmax, softmax, seed: 1); // this network has no hidden layer
    }

    [Fact]
    public void Limits_of_an_initializer()
    {
        foreach (float limit in (float[])[0f, -0f, -1f, float.NaN, float.PositiveInfinity])
            Refuses<ArgumentOutOfRangeException>("limit", ["finite and greater than 0", $"is {limit}"], () => Initializer.Uniform(limit));
    }

    /// <summary>The message names the cost and the activation, and the activation that the cost needs.</summary>
    [Fact]
    public void Costs_that_do_not_suit_the_last_layer()
    {
        foreach (Activation last in Activation.All)
        {
            foreach (Cost cost in Cost.All.Except(Cases.CostsOf(last)))
            {
                foreach (int[] widths in (int[][])[[2, 4, 3], [2, 30, 3]])
                {
                    var network = new Network(widths, Activation.Relu, last, seed: 1);
                    string needed = string.Join(" or ", Activation.All.Where(cost.Suits));
                    string message = $"cost {cost} needs {needed} as the last layer's activation, but that is {last}.";
                    Refuses<ArgumentException>("cost", [message], () => _ = new Trainer(network, new Sgd(0.5f), cost));
                }
            }
        }
    }

    [Fact]
    public void Backward_of_a_trainer()
    {
        _trainer.Backward(Part(0, 2), Part(10, 2), Part(20, 2)); // creates the gradient and leaves something in it
        float[] gradient = _trainer.Gradient.ToArray();
        Refuses<ArgumentException>("inputs", ["2 values", "length of 0"], () => _trainer.Backward([], []));
        Refuses<ArgumentException>("inputs", ["2 values", "length of 3"], () => _trainer.Backward(Part(0, 3), Part(10, 2)));
        Refuses<ArgumentException>(
            "outputGradient", ["4 for the batch of 2", "length of 2"], () => _trainer.Backward(Part(0, 4), Part(10, 2)));
        Refuses<ArgumentException>("outputGradient", ["2 for the batch of 1", "length of 0"], () => _trainer.Backward(Part(0, 2), []));
        Refuses<ArgumentException>(
            "inputGradient", ["length of 2", "has 3"], () => _trainer.Backward(Part(0, 2), Part(10, 2), Part(20, 3)));
        Refuses<ArgumentException>(
            "inputGradient", ["length of 4", "has 2"], () => _trainer.Backward(Part(0, 4), Part(10, 4), Part(20, 2)));
        foreach (int samples in (int[])[1, 3])
        {
            int n = 2 * samples;
            RefusesSharing("inputGradient", "inputs", () => _trainer.Backward(Part(0, n), Part(10, n), Part(0, n)));
            RefusesSharing("inputGradient", "inputs", () => _trainer.Backward(Part(0, n), Part(10, n), Part(n - 1, n)));
            RefusesSharing("inputGradient", "outputGradient", () => _trainer.Backward(Part(0, n), Part(20, n), Part(21 - n, n)));
            RefusesSharing("inputs", "Parameters", () => _trainer.Backward(_network.Parameters[..n], Part(10, n)));
            RefusesSharing("outputGradient", "Parameters", () => _trainer.Backward(Part(0, n), _network.Parameters[^n..]));
            RefusesSharing("inputGradient", "Parameters", () => _trainer.Backward(Part(0, n), Part(10, n), _network.Parameters[..n]));
            RefusesSharing("inputs", "Gradient", () => _trainer.Backward(_trainer.Gradient[..n], Part(10, n)));
            RefusesSharing("outputGradient", "Gradient", () => _trainer.Backward(Part(0, n), _trainer.Gradient[..n]));
            RefusesSharing("inputGradient", "Gradient", () => _trainer.Backward(Part(0, n), Part(10, n), _trainer.Gradient[..n]));
        }

        Cases.AssertSameBits(gradient, _trainer.Gradient, "gradient");
        _trainer.Backward(Part(0, 2), Part(1, 2)); // what is only read may overlap
    }

    [Fact]
    public void Kernels_Activate()
    {
        Refuses<ArgumentNullException>("activation", [], () => Kernels.Activate(null!, Part(0, 5), Part(10, 5)));
        Refuses<ArgumentNullException>("activation", [], () => Kernels.ActivateWithSlope(null!, Part(0, 5), Part(10, 5), Part(20, 5)));
        foreach (Activation f in Activation.All)
        {
            Refuses<ArgumentException>("y", ["length of 5", "has 4"], () => Kernels.Activate(f, Part(0, 5), Part(10, 4)));
            RefusesSharing("y", "x", () => Kernels.Activate(f, Part(0, 5), Part(1, 5)));
            Refuses<ArgumentOutOfRangeException>("kernels", ["99"], () => Kernels.Activate(f, Part(0, 5), Part(10, 5), (KernelVariant)99));
            Kernels.Activate(f, [], []);
        }
    }

    [Fact]
    public void Kernels_ActivateWithSlope()
    {
        Refuses<ArgumentException>(
            "activation", ["Softmax"], () => Kernels.ActivateWithSlope(Activation.Softmax, Part(0, 5), Part(10, 5), Part(20, 5)));
        foreach (Activation f in Activation.All.Where(f => f.IsElementwise))
        {
            Refuses<ArgumentException>(
                "y", ["length of 5", "has 4"], () => Kernels.ActivateWithSlope(f, Part(0, 5), Part(10, 4), Part(20, 5)));
            Refuses<ArgumentException>(
                "slopes", ["length of 5", "has 6"], () => Kernels.ActivateWithSlope(f, Part(0, 5), Part(10, 5), Part(20, 6)));
            RefusesSharing("y", "x", () => Kernels.ActivateWithSlope(f, Part(0, 5), Part(0, 5), Part(20, 5)));
            RefusesSharing("slopes", "x", () => Kernels.ActivateWithSlope(f, Part(0, 5), Part(10, 5), Part(4, 5)));
            RefusesSharing("slopes", "y", () => Kernels.ActivateWithSlope(f, Part(0, 5), Part(10, 5), Part(10, 5)));
        }
    }

    /// <summary>Some kernels compute f′ from a. They refuse an activation whose slope does not follow from a, and say what to do.</summary>
    [Fact]
    public void Kernels_of_activations_whose_slope_is_needed()
    {
        Activation[] with = [Activation.Identity, Activation.LeakyRelu, Activation.Relu, Activation.Sigmoid, Activation.Tanh];
        Activation[] without = [.. OracleActivations.All.Except(with)];
        foreach (Activation f in without)
        {
            string[] mentions = [$"{f}", "Identity", "ActivateWithSlope"];
            Refuses<ArgumentException>(
                "activation", mentions, () => Kernels.OutputDelta(Part(0, 3), Part(10, 3), Part(20, 3), activation: f));
            Refuses<ArgumentException>(
                "inputActivation", mentions,
                () => Kernels.BackwardUpdate(Part(20, 2), Part(30, 3), Part(0, 6), Part(10, 3), Part(40, 2), 0.5f, inputActivation: f));
            Refuses<ArgumentException>(
                "inputActivation", mentions,
                () => Kernels.BackwardAccumulate(
                    Part(20, 2), Part(30, 3), Part(80, 6), Part(0, 6), Part(10, 3), Part(40, 2), inputActivation: f));
        }

        foreach (Activation f in Activation.All)
        {
            Refuses<ArgumentException>("outputs", ["length of 3", "has 4"],
                () => Kernels.Forward(Part(0, 2), Part(10, 6), Part(20, 3), Part(30, 4), activation: f));
            RefusesSharing("outputs", "inputs", () => Kernels.Forward(Part(0, 2), Part(10, 6), Part(20, 3), Part(1, 3), activation: f));
            if (!without.Contains(f)) Kernels.OutputDelta(Part(0, 3), Part(10, 3), Part(20, 3), activation: f);
        }
    }
}
