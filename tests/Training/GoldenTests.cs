using System.Text.Json;
using FastNN.Dispatch;
using Xunit;

namespace FastNN.Tests.Training;

/// <summary>
/// PyTorch computed these networks in double precision: outputs, cost, gradient and twenty steps of gradient descent. The tolerance of each
/// figure is proven. It is the error that <see cref="Bounded"/> carries through the same computation.
/// </summary>
public class GoldenTests(ITestOutputHelper output)
{
    private const double DoublePrecision = 1e-11; // how far PyTorch and the oracle may be apart, both in double precision

    private const double Telling = 1e-4; // a bound that is smaller says something

    private static readonly JsonElement s_golden =
        JsonDocument.Parse(File.ReadAllBytes(Path.Combine(AppContext.BaseDirectory, "data", "golden.json"))).RootElement;

    public static TheoryData<string, KernelVariant> CasesAndVariants { get; } =
    [
        .. from golden in s_golden.GetProperty("cases").EnumerateArray()
           from set in KernelSet.Supported
           select (golden.GetProperty("name").GetString()!, set.Variant),
    ];

    [Fact]
    public void All_cases_are_there() => Assert.Equal(
        ["seed-single", "seed-batch-mean", "seed-batch-sum", "mid-sigmoid", "mid-tanh", "relu-softmax-ce", "sigmoid-bce", "leaky"],
        CasesAndVariants.Select(row => row.Data.Item1).Distinct());

    [Theory]
    [MemberData(nameof(CasesAndVariants))]
    public void Outputs(string name, KernelVariant variant)
    {
        var golden = new Golden(name);
        Network network = golden.Network(variant);
        Oracle oracle = golden.Oracle();
        var outputs = new float[golden.Targets.Length];
        network.Forward(golden.Inputs, outputs);
        Bounded[] exact = [.. golden.Inputs.Chunk(network.Inputs).SelectMany(x => oracle.Forward(Bounded.Exact(x)))];
        AssertWithinBound(golden.Numbers("outputs"), exact, outputs);
    }

    [Theory]
    [MemberData(nameof(CasesAndVariants))]
    public void Cost_and_gradient(string name, KernelVariant variant)
    {
        var golden = new Golden(name);
        Network network = golden.Network(variant);
        float[] before = network.Parameters.ToArray();
        float cost = new Trainer(network, new Sgd(1f), golden.Cost, golden.Reduction).Step(golden.Inputs, golden.Targets);

        // With a learning rate of 1 the parameters change by the gradient.
        Oracle oracle = golden.Oracle();
        (Bounded exactCost, Bounded[] gradient) = oracle.Batch(Bounded.Exact(golden.Inputs), Bounded.Exact(golden.Targets), golden.Scale);
        AssertWithinBound([golden.Numbers("costValue")[0]], [exactCost], [cost]);
        double[] after = [.. before.Zip(golden.InOrder("gradient"), (p, g) => p - g)];
        oracle.GradientDescent(gradient, 1);
        AssertWithinBound(after, oracle.Parameters, network.Parameters);
    }

    /// <summary>
    /// One oracle starts from PyTorch's parameters and follows all steps. Its bound is for the worst case and grows with each step, so the
    /// cost is compared as long as the bound says something. In most cases that is all the way. A second oracle starts each step where the
    /// network stands. The steps before do not make its bound larger.
    /// </summary>
    [Theory]
    [MemberData(nameof(CasesAndVariants))]
    public void Twenty_steps_of_descent(string name, KernelVariant variant)
    {
        var golden = new Golden(name);
        JsonElement sgd = golden.Case.GetProperty("sgd");
        Network network = golden.Network(variant);
        var trainer = new Trainer(network, new Sgd((float)golden.Rate), golden.Cost, golden.Reduction);
        Oracle oracle = golden.Oracle();

        double[] costs = Golden.Doubles(sgd.GetProperty("costs"));
        Assert.Equal(20, costs.Length);
        int followed = 0;
        foreach (double expected in costs)
        {
            Oracle here = golden.Oracle(network.Parameters);
            Bounded cost = golden.Step(oracle), costHere = golden.Step(here);
            float actual = trainer.Step(golden.Inputs, golden.Targets);
            Assert.InRange(Math.Abs(expected - cost.Value), 0, DoublePrecision);
            Bounded.AssertAdmits([costHere], [actual], "cost");
            Bounded.AssertAdmits(here.Parameters, network.Parameters, "parameters");
            Assert.InRange(here.Parameters.Max(p => p.Error), 0, Telling);
            if (!(cost.Error < Telling * Math.Max(1, expected))) continue;

            Assert.InRange(Math.Abs(expected - actual), 0, cost.Error + DoublePrecision);
            followed++;
        }

        output.WriteLine($"{followed} steps in a bound that says something");
        double[] final = golden.InOrder(Golden.Doubles(sgd.GetProperty("finalParameters")));
        if (name is "mid-tanh" or "leaky" or "relu-softmax-ce")
        {
            Assert.InRange(followed, 2, 20); // The steps are long here: the one of leaky makes its cost five times as large.
        }
        else
        {
            Assert.Equal(20, followed);
            AssertWithinBound(final, oracle.Parameters, network.Parameters);
        }

        for (int k = 0; k < final.Length; k++) Assert.InRange(Math.Abs(final[k] - oracle.Parameters[k].Value), 0, DoublePrecision);
    }

    /// <summary>Backward takes ∂C/∂a of PyTorch's outputs, rounded to floats, and computes PyTorch's gradients.</summary>
    [Theory]
    [MemberData(nameof(CasesAndVariants))]
    public void Gradients_from_that_of_the_outputs(string name, KernelVariant variant)
    {
        var golden = new Golden(name);
        Network network = golden.Network(variant);
        Oracle oracle = golden.Oracle();
        var trainer = new Trainer(network, new Sgd(1f));
        double[] given = golden.OutputGradient();
        var inputGradient = new float[golden.Inputs.Length];
        trainer.Backward(golden.Inputs, Array.ConvertAll(given, g => (float)g), inputGradient);

        var sums = new Bounded[network.Parameters.Length];
        List<Bounded> exact = [];
        Bounded[][] x = [.. Bounded.Exact(golden.Inputs).Chunk(network.Inputs)];
        Bounded[][] g = [.. given.Select(g => Bounded.Rounded(g)).Chunk(network.Outputs)];
        Bounded[] ones = Array.ConvertAll(x, _ => new Bounded(1));
        var gradients = new Bounded[x.Length][];
        for (int s = 0; s < x.Length; s++)
        {
            (gradients[s], Bounded[] toInputs) = oracle.Backward(x[s], g[s]);
            exact.AddRange(toInputs);
        }

        for (int k = 0; k < sums.Length; k++) sums[k] = Bounded.Dot(0, Array.ConvertAll(gradients, gradient => gradient[k]), ones);
        AssertWithinBound(golden.InOrder("gradient"), sums, trainer.Gradient);
        AssertWithinBound(golden.Numbers("inputGradient"), [.. exact], inputGradient);
    }

    private void AssertWithinBound(ReadOnlySpan<double> golden, ReadOnlySpan<Bounded> oracle, ReadOnlySpan<float> actual)
    {
        Assert.Equal(golden.Length, actual.Length);
        double most = 0, bound = 0;
        for (int k = 0; k < golden.Length; k++)
        {
            Assert.InRange(Math.Abs(golden[k] - oracle[k].Value), 0, DoublePrecision);
            Assert.InRange(Math.Abs(golden[k] - actual[k]), 0, oracle[k].Error + DoublePrecision);
            most = Math.Max(most, Math.Abs(golden[k] - actual[k]));
            bound = Math.Max(bound, oracle[k].Error);
        }

        Assert.InRange(bound, 0, Telling); // a bound that says something
        output.WriteLine($"off by {most:E1} at most, {bound:E1} allowed");
    }

    /// <summary>
    /// A case of golden.json. It turns the parameters from PyTorch's order, W [n_out, n_in], to the library's, W [n_in, n_out].
    /// </summary>
    private sealed class Golden(string name)
    {
        /// <summary>The costs by their names in the file, with ∂C/∂a.</summary>
        private static readonly Dictionary<string, (Cost Cost, Func<double, double, double> Gradient)> s_costs = new()
        {
            ["sse"] = (Cost.SquaredError, (a, y) => 2 * (a - y)),
            ["bce"] = (Cost.BinaryCrossEntropy, (a, y) => (a - y) / (a * (1 - a))),
            ["ce"] = (Cost.CrossEntropy, (a, y) => -y / a),
        };

        internal JsonElement Case { get; } =
            s_golden.GetProperty("cases").EnumerateArray().Single(c => c.GetProperty("name").GetString() == name);

        internal float[] Inputs => Array.ConvertAll(Numbers("inputs"), x => (float)x);

        internal float[] Targets => Array.ConvertAll(Numbers("targets"), y => (float)y);

        internal Reduction Reduction => Enum.Parse<Reduction>(Case.GetProperty("reduction").GetString()!, ignoreCase: true);

        internal Bounded Scale => Reduction == Reduction.Mean ? Bounded.Rounded(1.0 / Case.GetProperty("batch").GetInt32()) : 1;

        internal double Rate => Case.GetProperty("sgd").GetProperty("learningRate").GetDouble();

        internal Cost Cost => s_costs[CostName].Cost;

        private string CostName => Case.GetProperty("cost").GetString()!;

        private Activation[] Activations =>
        [
            .. from name in Case.GetProperty("activations").EnumerateArray()
               select Activation.All.Single(f => f.Name.Equals(name.GetString(), StringComparison.OrdinalIgnoreCase)),
        ];

        private int[] Widths => Array.ConvertAll(Numbers("widths"), w => (int)w);

        internal Network Network(KernelVariant variant)
        {
            var network = new Network(Widths, Activations, seed: 0, kernels: variant);
            Array.ConvertAll(InOrder("parameters"), p => (float)p).CopyTo(network.Parameters);
            return network;
        }

        internal Oracle Oracle(ReadOnlySpan<float> parameters) => new(Widths, Bounded.Exact(parameters), Activations, Cost);

        internal Oracle Oracle() => new(Widths, Array.ConvertAll(InOrder("parameters"), p => new Bounded(p)), Activations, Cost);

        /// <summary>A step of an oracle on the whole batch, and the cost before it.</summary>
        internal Bounded Step(Oracle oracle)
        {
            (Bounded cost, Bounded[] gradient) = oracle.Batch(Bounded.Exact(Inputs), Bounded.Exact(Targets), Scale);
            oracle.GradientDescent(gradient, Bounded.Rounded(Rate));
            return cost;
        }

        /// <summary>∂C/∂a in double precision.</summary>
        internal double[] OutputGradient() =>
        [
            .. Numbers("outputs").Zip(Numbers("targets"), (a, y) => Scale.Value * s_costs[CostName].Gradient(a, y)),
        ];

        internal double[] Numbers(string property)
        {
            JsonElement value = Case.GetProperty(property);
            return value.ValueKind == JsonValueKind.Array ? Doubles(value) : [value.GetDouble()];
        }

        internal double[] InOrder(string property) => InOrder(Numbers(property));

        internal double[] InOrder(double[] pytorch)
        {
            var ordered = new double[pytorch.Length];
            int offset = 0;
            foreach ((int nIn, int nOut) in Widths.Zip(Widths.Skip(1)))
            {
                for (int i = 0; i < nOut; i++)
                {
                    for (int j = 0; j < nIn; j++) ordered[offset + j * nOut + i] = pytorch[offset + i * nIn + j];
                }

                offset += nIn * nOut;
                Array.Copy(pytorch, offset, ordered, offset, nOut);
                offset += nOut;
            }

            return ordered;
        }

        internal static double[] Doubles(JsonElement array) => [.. array.EnumerateArray().Select(number => number.GetDouble())];
    }
}
