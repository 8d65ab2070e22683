using Xunit;

namespace FastNN.Tests.Costs;

/// <summary>
/// Backpropagation through every activation, hidden and last, under every cost that suits. Finite differences in double precision prove the
/// oracle. The library's cost and gradients are the oracle's within the proven bound. <see cref="Training.GradientCheckTests"/> takes the
/// article's networks further.
/// </summary>
public class CostGradientTests
{
    private const int Batch = 5;
    private const double Step = 1e-5;

    private static readonly int[] s_widths = [4, 7, 5, 3];

    public static TheoryData<string, string, string> Networks { get; } =
    [
        .. from hidden in Cases.OfLayers
           where hidden.IsElementwise
           from end in Cases.Ends
           where end.Cost == Cost.SquaredError || hidden == Activation.Tanh
           select (hidden.Name, end.Last.Name, end.Cost.Name),
    ];

    /// <summary>
    /// A kink has no derivative to compare with. |x|, |a| and |w| are a few units, so a step of a parameter moves a sum by some steps at
    /// most. If all sums of a sample are a hundred steps away from a kink of their layer, no kink lies between the two points. Only such
    /// samples are used. Here all of them are such.
    /// </summary>
    [Theory]
    [MemberData(nameof(Networks))]
    public void Backpropagation_is_the_derivative_of_the_summed_cost(string hidden, string last, string costName)
    {
        Cost cost = Cases.CostNamed(costName);
        (Network network, float[] inputs, float[] targets) = Example(hidden, last, cost, KernelVariant.Scalar);
        Bounded[] x = Bounded.Exact(inputs), y = Bounded.Exact(targets), p = Bounded.Exact(network.Parameters);
        Oracle oracle = OracleOf(network, cost, p);
        foreach ((Bounded[] xs, Bounded[] ys) in x.Chunk(network.Inputs).Zip(y.Chunk(network.Outputs)))
        {
            Assert.InRange(oracle.ClosestToKink(xs), 100 * Step, double.PositiveInfinity);
            Assert.InRange(oracle.ClosestToKink(xs, ys), 100 * Step, double.PositiveInfinity);
        }

        Bounded[] gradient = oracle.Batch(x, y, 1).Gradient;
        double largest = gradient.Max(g => Math.Abs(g.Value));
        Assert.InRange(largest, 1e-3, 1e3);
        for (int k = 0; k < p.Length; k++) AssertIsDerivative(ref p[k], () => oracle.BatchCost(x, y), gradient[k].Value, largest);

        for (int s = 0; s < Batch; s++)
        {
            Bounded[] xs = x[(s * network.Inputs)..((s + 1) * network.Inputs)], ys = y[(s * network.Outputs)..((s + 1) * network.Outputs)];
            Bounded[] toInputs = oracle.WithInputGradient(xs, ys).InputGradient;
            for (int j = 0; j < xs.Length; j++) AssertIsDerivative(ref xs[j], () => oracle.BatchCost(xs, ys), toInputs[j].Value, largest);
        }
    }

    [Theory]
    [MemberData(nameof(Networks))]
    public void The_librarys_gradients_are_the_oracles_within_the_proven_bound(string hidden, string last, string costName)
    {
        Cost cost = Cases.CostNamed(costName);
        foreach (KernelVariant variant in Kernels.Supported)
        {
            (Network network, float[] inputs, float[] targets) = Example(hidden, last, cost, variant);
            Oracle oracle = OracleOf(network, cost, Bounded.Exact(network.Parameters));
            foreach (int batch in (int[])[1, Batch])
            {
                float[] x = inputs[..(batch * network.Inputs)], y = targets[..(batch * network.Outputs)];
                (Bounded exactCost, Bounded[] exact) = oracle.Batch(Bounded.Exact(x), Bounded.Exact(y), 1);
                var trainer = new Trainer(network, new Sgd(1f), cost, Reduction.Sum);
                float actual = trainer.ComputeGradient(x, y);
                Bounded.AssertAdmits([exactCost], [actual], $"{variant}, {batch} samples, cost");
                Bounded.AssertAdmits(exact, trainer.Gradient, $"{variant}, {batch} samples, gradient");
                double largest = exact.Max(g => Math.Abs(g.Value));
                Assert.InRange(exact.Max(g => g.Error), 0, 1e-4 * Math.Max(largest, 1)); // a bound that says something
                Backward(trainer, oracle, x, batch);
            }
        }
    }

    /// <summary>The same for a cost of which only ∂C/∂a is known, and for derivatives without a trainer.</summary>
    private static void Backward(Trainer trainer, Oracle oracle, float[] x, int batch)
    {
        Network network = trainer.Network;
        float[] outputGradient = Cases.Uniform(9, batch * network.Outputs, -1f), inputGradient = new float[x.Length];
        trainer.Gradient.Clear();
        trainer.Backward(x, outputGradient, inputGradient);
        Bounded[] xs = Bounded.Exact(x), g = Bounded.Exact(outputGradient), ones = [.. Enumerable.Repeat(new Bounded(1), batch)];
        (Bounded[] Gradient, Bounded[] InputGradient)[] exact =
        [
            .. Enumerable.Range(0, batch).Select(s => oracle.Backward(
                xs.AsSpan(s * network.Inputs, network.Inputs), g.AsSpan(s * network.Outputs, network.Outputs))),
        ];
        Bounded[] sums =
            [.. Enumerable.Range(0, trainer.Gradient.Length).Select(k => Bounded.Dot(0, [.. exact.Select(e => e.Gradient[k])], ones))];
        Bounded.AssertAdmits(sums, trainer.Gradient, $"{network.KernelVariant}, {batch} samples, gradient by Backward");
        Bounded[] toInputs = [.. exact.SelectMany(e => e.InputGradient)];
        Bounded.AssertAdmits(toInputs, inputGradient, $"{network.KernelVariant}, {batch} samples, input gradient");
        inputGradient.AsSpan().Fill(7f);
        network.InputGradient(x, outputGradient, inputGradient);
        Bounded.AssertAdmits(toInputs, inputGradient, $"{network.KernelVariant}, {batch} samples, without a trainer");
        Jacobian(network, oracle, x, batch);
    }

    /// <summary>Row i is the gradient if ∂C/∂a is 1 for output i, and 0 for the others.</summary>
    private static void Jacobian(Network network, Oracle oracle, float[] x, int batch)
    {
        int n = network.Inputs, m = network.Outputs;
        float[] jacobian = new float[batch * m * n];
        network.Jacobian(x, jacobian);
        for (int s = 0; s < batch; s++)
        {
            for (int i = 0; i < m; i++)
            {
                Bounded[] unit = new Bounded[m];
                unit[i] = 1;
                Bounded[] exact = oracle.Backward(Bounded.Exact(x.AsSpan(s * n, n)), unit).InputGradient;
                Bounded.AssertAdmits(exact, jacobian.AsSpan((s * m + i) * n, n), $"{network.KernelVariant}, row {i} of sample {s}");
            }
        }
    }

    /// <summary>
    /// Central differences. The truncation error is about h² = 1e-10 and the rounding error about 2⁻⁵²/h = 2e-11. Both are multiplied by a
    /// cost of some units.
    /// </summary>
    private static void AssertIsDerivative(ref Bounded variable, Func<double> cost, double derivative, double largest)
    {
        double centre = variable.Value;
        variable = centre + Step;
        double above = cost();
        variable = centre - Step;
        double below = cost();
        variable = centre;
        Assert.InRange(derivative - (above - below) / (2 * Step), -1e-7 * Math.Max(largest, 1), 1e-7 * Math.Max(largest, 1));
    }

    private static Oracle OracleOf(Network network, Cost cost, Bounded[] parameters) =>
        new(s_widths, parameters, [.. network.Layers.Select(layer => layer.Activation)], cost);

    private static (Network Network, float[] Inputs, float[] Targets) Example(string hidden, string last, Cost cost, KernelVariant variant)
    {
        var network = new Network(s_widths, Cases.Named(hidden), Cases.Named(last), seed: 3, Initializer.PyTorch, variant);
        float[] targets = Cases.TargetsOf(cost, s_widths[^1], Cases.Uniform(5, Batch * s_widths[^1]));
        return (network, Cases.Uniform(4, Batch * s_widths[0], -1f), targets);
    }
}
