using Xunit;

namespace FastNN.Tests.Api;

/// <summary>
/// Bad input is refused by an exception. It names the argument, its value and what was expected. Nothing has been written by then.
/// </summary>
public partial class BadInputTests
{
    // All spans of a test lie here, so one comparison shows that nothing was written.
    private readonly float[] _memory = Cases.Uniform(1, 100, 0.1f, 0.9f);
    private readonly Network _network = new([2, 4, 3, 2], seed: 1);
    private readonly Trainer _trainer;

    public BadInputTests() => _trainer = new Trainer(_network, new Sgd(0.5f));

    [Fact]
    public void Widths()
    {
        Refuses<ArgumentException>("widths", ["at least two", "0 elements"], () => _ = new Network([], seed: 1));
        Refuses<ArgumentException>("widths", ["at least two", "1 elements"], () => _ = new Network([5], seed: 1));
        Refuses<ArgumentOutOfRangeException>("widths", ["widths[1]", "at least 1", "is 0"], () => _ = new Network([3, 0, 2], seed: 1));
        Refuses<ArgumentOutOfRangeException>("widths", ["widths[2]", "at least 1", "is -1"], () => _ = new Network([3, 2, -1], seed: 1));
        Refuses<ArgumentOutOfRangeException>("widths", ["2147483647", "more than"], () => _ = new Network([int.MaxValue, 2], seed: 1));
        Refuses<ArgumentOutOfRangeException>("widths", ["2147483647", "more than"],
            () => _ = new Network([int.MaxValue, int.MaxValue], seed: 1));
        Refuses<ArgumentOutOfRangeException>("widths", ["70000", "more than"], () => _ = new Network([70_000, 70_000], seed: 1));
        Refuses<ArgumentOutOfRangeException>("widths", ["16777216", "more than"], () => _ = new Network([1 << 24, 1], seed: 1));
        Refuses<ArgumentOutOfRangeException>("widths", ["16777216", "more than"],
            () => _ = new Network([1, 9_000_000], [Activation.Silu], seed: 1)); // the slopes need memory, too
        Refuses<ArgumentOutOfRangeException>("widths", ["40000", "more than"], () => _ = new Network([1, 40_000, 40_000, 40_000], seed: 1));
    }

    [Fact]
    public void Forward()
    {
        Refuses<ArgumentException>("inputs", ["2 values", "length of 0"], () => _network.Forward([], []));
        Refuses<ArgumentException>("inputs", ["2 values", "length of 0"], () => _network.Forward([], Part(0, 2)));
        Refuses<ArgumentException>("inputs", ["2 values", "length of 3"], () => _network.Forward(Part(0, 3), Part(10, 2)));
        Refuses<ArgumentException>("outputs", ["4 for the batch of 2", "length of 3"], () => _network.Forward(Part(0, 4), Part(10, 3)));
        Refuses<ArgumentException>("outputs", ["2 for the batch of 1", "length of 0"], () => _network.Forward(Part(0, 2), []));
        RefusesSharing("outputs", "inputs", () => _network.Forward(Part(0, 2), Part(0, 2)));
        Refuses<ArgumentOutOfRangeException>("threads", ["at least 1", "is 0"],
            () => _network.Forward(Part(0, 2), Part(10, 2), threads: 0));
        Refuses<ArgumentOutOfRangeException>("threads", ["at least 1", "is -3"],
            () => _network.Forward(Part(0, 4), Part(10, 4), threads: -3));
        RefusesSharing("outputs", "inputs", () => _network.Forward(Part(0, 4), Part(3, 4)));
        RefusesSharing("outputs", "Parameters", () => _network.Forward(Part(0, 2), _network.Parameters[^2..]));
    }

    [Fact]
    public void Derivatives_by_the_inputs()
    {
        Refuses<ArgumentException>("inputs", ["2 values", "length of 0"], () => _network.InputGradient([], [], []));
        Refuses<ArgumentException>(
            "inputs", ["2 values", "length of 3"], () => _network.InputGradient(Part(0, 3), Part(10, 2), Part(20, 3)));
        Refuses<ArgumentException>(
            "outputGradient", ["4 for the batch of 2", "length of 2"], () => _network.InputGradient(Part(0, 4), Part(10, 2), Part(20, 4)));
        Refuses<ArgumentException>(
            "inputGradient", ["length of 4", "has 2"], () => _network.InputGradient(Part(0, 4), Part(10, 4), Part(20, 2)));
        Refuses<ArgumentException>(
            "outputGradient", ["2 for the batch of 1", "length of 3"], () => _network.InputGradient(Part(0, 2), Part(10, 3), Part(20, 2)));
        Refuses<ArgumentException>("inputGradient", ["length of 2", "has 0"], () => _network.InputGradient(Part(0, 2), Part(10, 2), []));
        Refuses<ArgumentException>("inputs", ["2 values", "length of 0"], () => _network.Jacobian([], []));
        Refuses<ArgumentException>("inputs", ["2 values", "length of 1"], () => _network.Jacobian(Part(0, 1), Part(10, 2)));
        Refuses<ArgumentException>(
            "jacobian", ["length of 8", "2 rows of 2 for the batch of 2", "has 4"], () => _network.Jacobian(Part(0, 4), Part(10, 4)));
        Refuses<ArgumentException>("jacobian", ["length of 8", "has 9"], () => _network.Jacobian(Part(0, 4), Part(10, 9)));
        foreach (int n in (int[])[2, 6])
        {
            Refuses<ArgumentOutOfRangeException>("threads", ["at least 1", "is 0"],
                () => _network.InputGradient(Part(0, n), Part(10, n), Part(20, n), threads: 0));
            Refuses<ArgumentOutOfRangeException>("threads", ["at least 1", "is -1"],
                () => _network.Jacobian(Part(0, n), Part(20, 2 * n), threads: -1));
            RefusesSharing("inputGradient", "inputs", () => _network.InputGradient(Part(0, n), Part(10, n), Part(n - 1, n)));
            RefusesSharing("inputGradient", "outputGradient", () => _network.InputGradient(Part(0, n), Part(20, n), Part(21 - n, n)));
            RefusesSharing("inputGradient", "Parameters", () => _network.InputGradient(Part(0, n), Part(10, n), _network.Parameters[..n]));
            RefusesSharing("jacobian", "inputs", () => _network.Jacobian(Part(0, n), Part(n - 1, 2 * n)));
            RefusesSharing("jacobian", "Parameters", () => _network.Jacobian(Part(0, n), _network.Parameters[..(2 * n)]));
        }
    }

    [Fact]
    public void Samples_of_a_trainer()
    {
        Uses[] methods =
        [
            (x, y) => _trainer.Step(x, y),
            (x, y) => _trainer.Evaluate(x, y),
            (x, y) => _trainer.TrainUntil(x, y, cost: 0f, maxSteps: 10),
            (x, y) => _trainer.ComputeGradient(x, y),
        ];
        foreach (Uses method in methods)
        {
            Refuses<ArgumentException>("inputs", ["2 values", "length of 0"], () => method([], []));
            Refuses<ArgumentException>("inputs", ["2 values", "length of 3"], () => method(Part(0, 3), Part(10, 2)));
            Refuses<ArgumentException>("targets", ["4 for the batch of 2", "length of 2"], () => method(Part(0, 4), Part(10, 2)));
            Refuses<ArgumentException>("targets", ["2 for the batch of 1", "length of 0"], () => method(Part(0, 2), []));
        }

        foreach (Uses method in (Uses[])[methods[0], methods[2], methods[3]])
        {
            RefusesSharing("inputs", "Parameters", () => method(_network.Parameters[..2], Part(0, 2)));
            RefusesSharing("targets", "Parameters", () => method(Part(0, 2), _network.Layers[2].Biases));
        }
    }

    [Fact]
    public void Trainers()
    {
        Refuses<ArgumentNullException>("network", [], () => _ = new Trainer(null!, new Sgd(0.5f)));
        Refuses<ArgumentNullException>("optimizer", [], () => _ = new Trainer(_network, null!));
        Refuses<ArgumentOutOfRangeException>("reduction", ["Mean or Sum", "9"],
            () => _ = new Trainer(_network, new Sgd(0.5f), reduction: (Reduction)9));
        Refuses<ArgumentOutOfRangeException>("threads", ["at least 1", "is 0"], () => _ = new Trainer(_network, new Sgd(0.5f), threads: 0));
        RefusesSharing("inputs", "Gradient", () => _trainer.ComputeGradient(_trainer.Gradient[..4], Part(10, 4)));
        RefusesSharing("inputs", "Gradient", () => _trainer.Step(_trainer.Gradient[..4], Part(10, 4)));
        Refuses<ArgumentOutOfRangeException>("cost", ["at least 0", "-0.25"],
            () => _trainer.TrainUntil(Part(0, 2), Part(2, 2), -0.25f, 10));
        Refuses<ArgumentOutOfRangeException>("cost", ["at least 0", "NaN"],
            () => _trainer.TrainUntil(Part(0, 2), Part(2, 2), float.NaN, 10));
        Refuses<ArgumentOutOfRangeException>("maxSteps", ["non-negative", "-1"],
            () => _trainer.TrainUntil(Part(0, 2), Part(2, 2), 0.1f, -1));
    }

    [Fact]
    public void Learning_rates()
    {
        var optimizer = new Sgd(0.5f);
        foreach (float rate in (float[])[0f, -0f, -0.25f, float.NaN, float.PositiveInfinity, float.NegativeInfinity])
        {
            string[] mentions = ["finite and greater than 0", "w ← w − learningRate·∂C/∂w", $"but it is {rate}."];
            Refuses<ArgumentOutOfRangeException>("learningRate", mentions, () => _ = new Sgd(rate));
            Refuses<ArgumentOutOfRangeException>("learningRate", mentions, () => optimizer.LearningRate = rate);
            Refuses<ArgumentOutOfRangeException>("learningRate", mentions,
                () => Kernels.GradientDescent(Part(0, 9), Part(10, 9), 1f, rate));
            Refuses<ArgumentOutOfRangeException>("learningRate", mentions,
                () => Kernels.BackwardUpdate(Part(20, 2), Part(30, 3), Part(0, 6), Part(10, 3), Part(40, 2), rate));
        }

        // −0.25 is the article's r. The message says what to write for it.
        const string hint = "w ← w + r·∂C/∂w with r < 0, learningRate is −r, here 0.25";
        Refuses<ArgumentOutOfRangeException>("learningRate", [hint], () => _ = new Sgd(-0.25f));
        Assert.Equal(0.5f, optimizer.LearningRate);
    }

    [Fact]
    public void Kernels_Sigmoid()
    {
        Refuses<ArgumentException>("y", ["length of 5", "has 4"], () => Kernels.Sigmoid(Part(0, 5), Part(10, 4)));
        RefusesSharing("y", "x", () => Kernels.Sigmoid(Part(0, 5), Part(1, 5)));
        Refuses<ArgumentOutOfRangeException>("kernels", ["99"], () => Kernels.Sigmoid(Part(0, 5), Part(10, 5), (KernelVariant)99));
    }

    [Fact]
    public void Kernels_Forward()
    {
        Refuses<ArgumentException>("inputs", ["between 1 and", "length of 0"],
            () => Kernels.Forward([], Part(10, 6), Part(20, 3), Part(30, 3)));
        Refuses<ArgumentException>("biases", ["between 1 and", "length of 0"],
            () => Kernels.Forward(Part(0, 2), Part(10, 6), [], Part(30, 3)));
        Refuses<ArgumentException>("weights", ["length of 6", "has 5"],
            () => Kernels.Forward(Part(0, 2), Part(10, 5), Part(20, 3), Part(30, 3)));
        Refuses<ArgumentException>("outputs", ["length of 3", "has 4"],
            () => Kernels.Forward(Part(0, 2), Part(10, 6), Part(20, 3), Part(30, 4)));
        RefusesSharing("outputs", "inputs", () => Kernels.Forward(Part(0, 2), Part(10, 6), Part(20, 3), Part(1, 3)));
        RefusesSharing("outputs", "weights", () => Kernels.Forward(Part(0, 2), Part(10, 6), Part(20, 3), Part(15, 3)));
        RefusesSharing("outputs", "biases", () => Kernels.Forward(Part(0, 2), Part(10, 6), Part(20, 3), Part(18, 3)));
        Refuses<ArgumentOutOfRangeException>("kernels", ["99"],
            () => Kernels.Forward(Part(0, 2), Part(10, 6), Part(20, 3), Part(30, 3), (KernelVariant)99));
    }

    [Fact]
    public void Kernels_OutputDelta()
    {
        Refuses<ArgumentException>("outputs", ["between 1 and", "length of 0"], () => Kernels.OutputDelta([], [], []));
        Refuses<ArgumentException>("targets", ["length of 3", "has 2"], () => Kernels.OutputDelta(Part(0, 3), Part(10, 2), Part(20, 3)));
        Refuses<ArgumentException>("delta", ["length of 3", "has 4"], () => Kernels.OutputDelta(Part(0, 3), Part(10, 3), Part(20, 4)));
        RefusesSharing("delta", "outputs", () => Kernels.OutputDelta(Part(0, 3), Part(10, 3), Part(2, 3)));
        RefusesSharing("delta", "targets", () => Kernels.OutputDelta(Part(0, 3), Part(10, 3), Part(10, 3)));
    }

    [Fact]
    public void Kernels_BackwardUpdate()
    {
        Backward method = (w, b, x, d, p) => Kernels.BackwardUpdate(x, d, w, b, p, 0.5f);
        RefusesBackward("weights", "biases", method);
        RefusesSharing("inputDelta", "weights", () => method(Part(0, 6), Part(10, 3), Part(20, 2), Part(30, 3), Part(5, 2)));
    }

    [Fact]
    public void Kernels_BackwardAccumulate()
    {
        Backward method = (gw, gb, x, d, p) => Kernels.BackwardAccumulate(x, d, Part(80, 6), gw, gb, p);
        RefusesBackward("weightGradient", "biasGradient", method);
        Refuses<ArgumentException>("weights", ["length of 6", "has 5"],
            () => Kernels.BackwardAccumulate(Part(20, 2), Part(30, 3), Part(80, 5), Part(0, 6), Part(10, 3), []));
        RefusesSharing("weightGradient", "weights", () => method(Part(75, 6), Part(10, 3), Part(20, 2), Part(30, 3), []));
        RefusesSharing("biasGradient", "weights", () => method(Part(0, 6), Part(85, 3), Part(20, 2), Part(30, 3), []));
        RefusesSharing("inputDelta", "weights", () => method(Part(0, 6), Part(10, 3), Part(20, 2), Part(30, 3), Part(79, 2)));
    }

    [Fact]
    public void Kernels_GradientDescent()
    {
        Refuses<ArgumentException>("gradient", ["length of 3", "has 4"], () => Kernels.GradientDescent(Part(0, 3), Part(10, 4), 1f, 0.5f));
        RefusesSharing("parameters", "gradient", () => Kernels.GradientDescent(Part(0, 3), Part(2, 3), 1f, 0.5f));
    }

    /// <summary>
    /// The refusals that both backward kernels share, for a layer of 2 × 3. The method takes W or its gradient, b or its gradient, the
    /// inputs, the delta and the input delta.
    /// </summary>
    private void RefusesBackward(string weights, string biases, Backward method)
    {
        Refuses<ArgumentException>("inputs", ["between 1 and", "length of 0"], () => method(Part(0, 6), Part(10, 3), [], Part(30, 3), []));
        Refuses<ArgumentException>("delta", ["between 1 and", "length of 0"], () => method(Part(0, 6), Part(10, 3), Part(20, 2), [], []));
        Refuses<ArgumentException>(weights, ["length of 6", "has 7"], () => method(Part(0, 7), Part(10, 3), Part(20, 2), Part(30, 3), []));
        Refuses<ArgumentException>(biases, ["length of 3", "has 2"], () => method(Part(0, 6), Part(10, 2), Part(20, 2), Part(30, 3), []));
        Refuses<ArgumentException>("inputDelta", ["length of 2", "has 3"],
            () => method(Part(0, 6), Part(10, 3), Part(20, 2), Part(30, 3), Part(40, 3)));
        RefusesSharing(weights, biases, () => method(Part(5, 6), Part(10, 3), Part(20, 2), Part(30, 3), []));
        RefusesSharing(weights, "inputs", () => method(Part(15, 6), Part(10, 3), Part(20, 2), Part(30, 3), []));
        RefusesSharing(weights, "delta", () => method(Part(32, 6), Part(10, 3), Part(20, 2), Part(30, 3), []));
        RefusesSharing(biases, "inputs", () => method(Part(0, 6), Part(21, 3), Part(20, 2), Part(30, 3), []));
        RefusesSharing(biases, "delta", () => method(Part(0, 6), Part(30, 3), Part(20, 2), Part(30, 3), []));
        RefusesSharing("inputDelta", biases, () => method(Part(0, 6), Part(10, 3), Part(20, 2), Part(30, 3), Part(12, 2)));
        RefusesSharing("inputDelta", weights, () => method(Part(0, 6), Part(10, 3), Part(20, 2), Part(30, 3), Part(4, 2)));
        RefusesSharing("inputDelta", "inputs", () => method(Part(0, 6), Part(10, 3), Part(20, 2), Part(30, 3), Part(20, 2)));
        RefusesSharing("inputDelta", "delta", () => method(Part(0, 6), Part(10, 3), Part(20, 2), Part(30, 3), Part(29, 2)));
    }

    /// <summary>An argument must not lie in the memory of another one.</summary>
    private void RefusesSharing(string argument, string other, Action act) =>
        Refuses<ArgumentException>(argument, [other, "share memory"], act);

    private void Refuses<T>(string argument, string[] mentions, Action act)
        where T : ArgumentException
    {
        float[] memory = [.. _memory], parameters = _network.Parameters.ToArray();
        T refusal = Assert.Throws<T>(act);
        Assert.Equal(argument, refusal.ParamName);
        Assert.All(mentions, mention => Assert.Contains(mention, refusal.Message));
        Cases.AssertSameBits(memory, _memory, "memory");
        Cases.AssertSameBits(parameters, _network.Parameters, "parameters");
    }

    private Span<float> Part(int start, int length) => _memory.AsSpan(start, length);

    private delegate void Uses(ReadOnlySpan<float> inputs, ReadOnlySpan<float> targets);

    private delegate void Backward(
        Span<float> weights, Span<float> biases, ReadOnlySpan<float> inputs, ReadOnlySpan<float> delta, Span<float> inputDelta);
}
