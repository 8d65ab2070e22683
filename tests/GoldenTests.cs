using System.Text.Json;
using Xunit;

namespace FastNN.Tests;

/// <summary>
/// Networks computed by PyTorch in double precision: outputs, cost, gradient and twenty steps of gradient descent. The tolerance of each figure
/// is not chosen but proven: the error that <see cref="Bounded"/> carries through the same computation.
/// </summary>
public class GoldenTests(ITestOutputHelper output)
{
    private const double DoublePrecision = 1e-11; // how far PyTorch and the oracle may be apart, both in double precision

    private static readonly JsonElement s_golden =
        JsonDocument.Parse(File.ReadAllBytes(Path.Combine(AppContext.BaseDirectory, "data", "golden.json"))).RootElement;

    public static TheoryData<string, KernelVariant> CasesAndVariants { get; } =
    [
        .. from golden in s_golden.GetProperty("cases").EnumerateArray()
           where golden.GetProperty("cost").GetString() == "sse"
           where golden.GetProperty("activations").EnumerateArray().All(f => f.GetString() == "sigmoid")
           from set in KernelSet.Supported
           select (golden.GetProperty("name").GetString()!, set.Variant),
    ];

    [Fact]
    public void All_sigmoid_cases_are_there() =>
        Assert.Equal(["seed-single", "seed-batch-mean", "seed-batch-sum", "mid-sigmoid"], CasesAndVariants.Select(row => row.Data.Item1).Distinct());

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
        float cost = new Trainer(network, new Sgd(1f), reduction: golden.Reduction).Step(golden.Inputs, golden.Targets);

        // With a learning rate of 1 the parameters change by the gradient.
        Oracle oracle = golden.Oracle();
        (Bounded exactCost, Bounded[] gradient) = oracle.Batch(Bounded.Exact(golden.Inputs), Bounded.Exact(golden.Targets), golden.Scale);
        AssertWithinBound([golden.Numbers("costValue")[0]], [exactCost], [cost]);
        double[] after = [.. before.Zip(golden.InOrder("gradient"), (p, g) => p - g)];
        oracle.Descend(gradient, 1);
        AssertWithinBound(after, oracle.Parameters, network.Parameters);
    }

    [Theory]
    [MemberData(nameof(CasesAndVariants))]
    public void Twenty_steps_of_descent(string name, KernelVariant variant)
    {
        var golden = new Golden(name);
        JsonElement sgd = golden.Case.GetProperty("sgd");
        double rate = sgd.GetProperty("learningRate").GetDouble();
        Network network = golden.Network(variant);
        var trainer = new Trainer(network, new Sgd((float)rate), reduction: golden.Reduction);
        Oracle oracle = golden.Oracle();
        Bounded[] inputs = Bounded.Exact(golden.Inputs), targets = Bounded.Exact(golden.Targets);

        double[] costs = Golden.Doubles(sgd.GetProperty("costs"));
        Assert.Equal(20, costs.Length);
        foreach (double expected in costs)
        {
            (Bounded cost, Bounded[] gradient) = oracle.Batch(inputs, targets, golden.Scale);
            oracle.Descend(gradient, Bounded.Rounded(rate));
            AssertWithinBound([expected], [cost], [trainer.Step(golden.Inputs, golden.Targets)]);
        }

        AssertWithinBound(golden.InOrder(Golden.Doubles(sgd.GetProperty("finalParameters"))), oracle.Parameters, network.Parameters);
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

        Assert.InRange(bound, 0, 1e-4); // a bound that says something
        output.WriteLine($"off by {most:E1} at most, {bound:E1} allowed");
    }

    /// <summary>A case of golden.json, its parameters turned from PyTorch's order, W [n_out, n_in], to the library's, W [n_in, n_out].</summary>
    private sealed class Golden(string name)
    {
        internal JsonElement Case { get; } = s_golden.GetProperty("cases").EnumerateArray().Single(c => c.GetProperty("name").GetString() == name);

        internal float[] Inputs => Array.ConvertAll(Numbers("inputs"), x => (float)x);

        internal float[] Targets => Array.ConvertAll(Numbers("targets"), y => (float)y);

        internal Reduction Reduction => Enum.Parse<Reduction>(Case.GetProperty("reduction").GetString()!, ignoreCase: true);

        internal Bounded Scale => Reduction == Reduction.Mean ? Bounded.Rounded(1.0 / Case.GetProperty("batch").GetInt32()) : 1;

        private int[] Widths => Array.ConvertAll(Numbers("widths"), w => (int)w);

        internal Network Network(KernelVariant variant)
        {
            var network = new Network(Widths, seed: 0, variant);
            Array.ConvertAll(InOrder("parameters"), p => (float)p).CopyTo(network.Parameters);
            return network;
        }

        internal Oracle Oracle() => new(Widths, Array.ConvertAll(InOrder("parameters"), p => new Bounded(p)));

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
