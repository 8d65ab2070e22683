using System.Text.Json;
using FastNN.Dispatch;
using Xunit;

namespace FastNN.Tests.Costs;

/// <summary>
/// PyTorch computed cost and gradient of these networks in double precision. The tolerance is proven: it is the error that
/// <see cref="Bounded"/> carries through the same computation.
/// </summary>
public class CostGoldenTests
{
    private const double DoublePrecision = 1e-11; // how far PyTorch and the oracle may be apart, both in double precision

    private static readonly JsonElement s_golden =
        JsonDocument.Parse(File.ReadAllBytes(Path.Combine(AppContext.BaseDirectory, "data", "golden-costs.json"))).RootElement;

    private static readonly int[] s_widths = [.. Numbers(s_golden, "widths").Select(width => (int)width)];

    public static TheoryData<int, KernelVariant> CasesAndVariants { get; } =
    [
        .. from k in Enumerable.Range(0, s_golden.GetProperty("cases").GetArrayLength())
           from set in KernelSet.Supported
           select (k, set.Variant),
    ];

    [Fact]
    public void Each_cost_that_others_have_is_there() => Assert.Equal(
        OracleCosts.Known.Except([Cost.SquaredError, Cost.CrossEntropy, Cost.BinaryCrossEntropy]).Select(cost => cost.Name).Order(),
        s_golden.GetProperty("cases").EnumerateArray().Select(c => c.GetProperty("cost").GetString()).Distinct().Order());

    [Theory]
    [MemberData(nameof(CasesAndVariants))]
    public void Cost_and_gradient(int k, KernelVariant variant)
    {
        JsonElement golden = s_golden.GetProperty("cases")[k];
        Cost cost = Cases.CostNamed(golden.GetProperty("cost").GetString()!);
        Activation[] activations =
            [Cases.Named(s_golden.GetProperty("hidden").GetString()!), Cases.Named(golden.GetProperty("last").GetString()!)];
        double[] parameters = InOrder(Numbers(golden, "parameters")), gradient = InOrder(Numbers(golden, "gradient"));
        float[] inputs = Floats(Numbers(golden, "inputs")), targets = Floats(Numbers(golden, "targets"));
        var network = new Network(s_widths, activations, seed: 0, kernels: variant);
        Floats(parameters).CopyTo(network.Parameters);
        var trainer = new Trainer(network, new Sgd(1f), cost, Reduction.Sum);
        float actual = trainer.ComputeGradient(inputs, targets);

        var oracle = new Oracle(s_widths, Array.ConvertAll(parameters, p => new Bounded(p)), activations, cost);
        (Bounded exactCost, Bounded[] exact) = oracle.Batch(Bounded.Exact(inputs), Bounded.Exact(targets), 1);
        AssertWithinBound([golden.GetProperty("costValue").GetDouble()], [exactCost], [actual]);
        AssertWithinBound(gradient, exact, trainer.Gradient);
    }

    private static void AssertWithinBound(double[] golden, Bounded[] oracle, ReadOnlySpan<float> actual)
    {
        for (int k = 0; k < golden.Length; k++)
        {
            Assert.InRange(Math.Abs(golden[k] - oracle[k].Value), 0, DoublePrecision);
            Assert.InRange(Math.Abs(golden[k] - actual[k]), 0, oracle[k].Error + DoublePrecision);
            Assert.InRange(oracle[k].Error, 0, 1e-4 * Math.Max(1, Math.Abs(golden[k]))); // a bound that says something
        }
    }

    /// <summary>From PyTorch's order, W [n_out, n_in], to the library's, W [n_in, n_out].</summary>
    private static double[] InOrder(double[] pytorch)
    {
        List<double> ordered = [];
        foreach ((int nIn, int nOut) in s_widths.Zip(s_widths.Skip(1)))
        {
            int offset = ordered.Count;
            ordered.AddRange(from j in Enumerable.Range(0, nIn) from i in Enumerable.Range(0, nOut) select pytorch[offset + i * nIn + j]);
            ordered.AddRange(pytorch[(offset + nIn * nOut)..(offset + (nIn + 1) * nOut)]);
        }

        return [.. ordered];
    }

    private static double[] Numbers(JsonElement of, string property) =>
        [.. of.GetProperty(property).EnumerateArray().Select(number => number.GetDouble())];

    private static float[] Floats(double[] numbers) => Array.ConvertAll(numbers, number => (float)number);
}
