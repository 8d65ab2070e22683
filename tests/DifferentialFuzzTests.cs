using System.Globalization;
using CsCheck;
using Xunit;

namespace FastNN.Tests;

/// <summary>
/// Random networks on random data, NaN and infinities among it: every variant, with any number of threads, has the bits of the scalar reference on one. For two
/// seconds, or as many as <c>FASTNN_FUZZ_SECONDS</c> says. A difference is reduced to a small network and shown with the seed that leads there again:
/// <c>CsCheck_Seed=… dotnet test</c>. Between <see cref="GuardPages"/>, which end the process, each thread's last network stands in a file beside the tests.
/// </summary>
[Trait("Category", "Fuzz")]
public class DifferentialFuzzTests
{
    private static readonly float[] s_special =
    [
        float.NaN, float.PositiveInfinity, float.NegativeInfinity, 0f, -0f, float.Epsilon, -1e-40f, 2e-38f, float.MaxValue, float.MinValue, 1e30f, -1e20f, 1e-20f,
    ];

    private static readonly Gen<int> s_width = Gen.Frequency(
        (20, Gen.Int[1, 9]), (20, Gen.Int[1, 70]), (4, Gen.OneOf(63, 64, 65, 127, 128, 129, 255, 256, 257)), (2, Gen.Int[71, 300]),
        (1, Gen.OneOf(511, 512, 513, 768, 1000, 1023, 1024, 1025)));

    private static readonly Gen<Case> s_case = Gen.Select(
        s_width.Array[2, 6], Gen.Frequency((1, Gen.Const(1)), (4, Gen.Int[1, 40]), (1, Gen.Int[1, 200])), Gen.Int[1, 3],
        Gen.OneOf(Recipes.Names.Select(row => row.Data).ToArray()), Gen.OneOf(0, 1000, 20, 2), Gen.Int,
        (widths, batch, threads, optimizer, oneIn, seed) => new Case(widths, batch, threads, optimizer, oneIn, seed));

    [Fact]
    public void Every_variant_has_the_bits_of_the_reference()
    {
        int seconds = int.Parse(Environment.GetEnvironmentVariable("FASTNN_FUZZ_SECONDS") ?? "2", CultureInfo.InvariantCulture), cases = 0;
        s_case.Sample(Compare, time: seconds);
        TestContext.Current.TestOutputHelper!.WriteLine($"{cases} networks in {Kernels.Supported.Count} variants");
        Assert.True(cases > 0);

        void Compare(Case drawn)
        {
            if (GuardPages.Wanted) File.WriteAllText(Path.Combine(AppContext.BaseDirectory, $"fuzz-{Environment.CurrentManagedThreadId}.txt"), $"{drawn}");
            List<(string What, float[] Values)> expected = Run(drawn, KernelVariant.Scalar, threads: 1);
            foreach (KernelVariant variant in Kernels.Supported)
            {
                List<(string What, float[] Values)> actual = Run(drawn, variant, drawn.Threads);
                for (int k = 0; k < expected.Count; k++) Cases.AssertSameBits(expected[k].Values, actual[k].Values, $"{variant}, {expected[k].What}");
            }

            Interlocked.Increment(ref cases);
        }
    }

    /// <summary>All that can be computed of a case, in one variant.</summary>
    private static List<(string What, float[] Values)> Run(Case drawn, KernelVariant variant, int threads)
    {
        var random = new Random(drawn.Seed);
        int inputs = drawn.Widths[0], outputs = drawn.Widths[^1];
        var network = new Network(drawn.Widths, drawn.Activations(), drawn.Seed, kernels: variant);
        Span<float> parameters = network.Parameters;
        if (drawn.OneIn > 0)
            for (int k = random.Next(100 * drawn.OneIn); k < parameters.Length; k += 1 + random.Next(200 * drawn.OneIn)) parameters[k] = Special(random);

        Guarded x = Draw(drawn.Batch * inputs), y = Draw(drawn.Batch * outputs), g = Draw(drawn.Batch * outputs), a = Target(outputs), dx = Target(inputs);
        List<(string What, float[] Values)> results = [];
        network.Forward(x.Lent, a.Lent, threads);
        results.Add(("outputs", a.Span.ToArray()));
        Guarded alone = Target(outputs);
        for (int s = 0; s < drawn.Batch; s++) network.Forward(x.Lent.Slice(s * inputs, inputs), alone.Lent.Slice(s * outputs, outputs));
        Cases.AssertSameBits(a.Span, alone.Span, $"{variant}, outputs of samples alone");

        var trainer = new Trainer(network, Recipes.Create(drawn.Optimizer), drawn.Cost(), random.Next(2) == 0 ? Reduction.Mean : Reduction.Sum, threads);
        results.Add(("cost", [trainer.Evaluate(x.Lent, y.Lent), trainer.ComputeGradient(x.Lent, y.Lent)]));
        results.Add(("gradient", trainer.Gradient.ToArray()));
        trainer.Backward(x.Lent, g.Lent, dx.Lent);
        results.Add(("gradient after Backward", trainer.Gradient.ToArray()));
        results.Add(("input gradient", dx.Span.ToArray()));
        for (int step = 0; step < 3; step++)
        {
            results.Add(($"cost of step {step}", [trainer.Step(x.Lent, y.Lent)]));
            results.Add(($"parameters after step {step}", network.Parameters.ToArray()));
        }

        results.Add(("cost of a sample", [trainer.Step(x.Lent[..inputs], y.Lent[..outputs])]));
        results.Add(("parameters after a sample", network.Parameters.ToArray()));
        Guarded.AssertUntouched(x, y, g);
        Guarded.AssertGuards(a, alone, dx);
        return results;

        Guarded Draw(int count)
        {
            float[] values = new float[count];
            foreach (ref float value in values.AsSpan()) value = drawn.OneIn > 0 && random.Next(drawn.OneIn) == 0 ? Special(random) : 2f * random.NextSingle() - 1f;
            return new Guarded(values, random.Next(16));
        }

        Guarded Target(int columns) => new(new float[drawn.Batch * columns], random.Next(16));
    }

    private static float Special(Random random) => s_special[random.Next(s_special.Length)];

    /// <summary>A network, its training and its data, of which one in so many values is special, none for 0.</summary>
    private sealed record Case(int[] Widths, int Batch, int Threads, string Optimizer, int OneIn, int Seed)
    {
        public override string ToString() =>
            $"[{string.Join(", ", Widths)}] by {string.Join(", ", (object[])Activations())}, {Cost()}, {Optimizer}, {Batch} samples, {Threads} threads, "
            + $"{(OneIn == 0 ? "no value" : $"one value in {OneIn}")} special, seed {Seed}";

        internal Activation[] Activations() => Cases.RandomActivations(new Random(Seed), Widths.Length - 1);

        internal Cost Cost() => Cases.RandomCost(new Random(Seed), Activations()[^1]);
    }
}
