using System.Globalization;
using CsCheck;
using Xunit;

namespace FastNN.Tests.Passes;

/// <summary>
/// Random networks on random data, also with NaN and infinities. Every variant with any number of threads has the bits of the scalar
/// reference on one thread. The test runs for two seconds, or for as many as <c>FASTNN_FUZZ_SECONDS</c> says. It reduces a difference to a
/// small network and shows it with the seed that leads there again: <c>CsCheck_Seed=… dotnet test</c>. <see cref="GuardPages"/> end the
/// process, so each thread then keeps its last network in a file beside the tests.
/// </summary>
[Trait("Category", "Fuzz")]
public class DifferentialFuzzTests
{
    private static readonly float[] s_special =
    [
        float.NaN, float.PositiveInfinity, float.NegativeInfinity, 0f, -0f, float.Epsilon, -1e-40f, 2e-38f, float.MaxValue, float.MinValue,
        1e30f, -1e20f, 1e-20f,
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
            if (GuardPages.Wanted)
                File.WriteAllText(Path.Combine(AppContext.BaseDirectory, $"fuzz-{Environment.CurrentManagedThreadId}.txt"), $"{drawn}");
            List<(string What, float[] Values)> expected = new Trial(drawn, KernelVariant.Scalar, threads: 1).Results;
            foreach (KernelVariant variant in Kernels.Supported)
            {
                List<(string What, float[] Values)> actual = new Trial(drawn, variant, drawn.Threads).Results;
                for (int k = 0; k < expected.Count; k++)
                    Cases.AssertSameBits(expected[k].Values, actual[k].Values, $"{variant}, {expected[k].What}");
            }

            Interlocked.Increment(ref cases);
        }
    }

    /// <summary>Everything that can be computed for a case in one variant.</summary>
    private sealed class Trial
    {
        private readonly Case _case;
        private readonly KernelVariant _variant;
        private readonly int _threads, _inputs, _outputs;
        private readonly Random _random;
        private readonly Network _network;

        internal Trial(Case drawn, KernelVariant variant, int threads)
        {
            (_case, _variant, _threads, _random) = (drawn, variant, threads, new Random(drawn.Seed));
            _network = new Network(drawn.Widths, drawn.Activations(), drawn.Seed, kernels: variant);
            (_inputs, _outputs) = (_network.Inputs, _network.Outputs);
            Span<float> parameters = _network.Parameters;
            if (drawn.OneIn > 0)
            {
                for (int k = _random.Next(100 * drawn.OneIn); k < parameters.Length; k += 1 + _random.Next(200 * drawn.OneIn))
                    parameters[k] = Special();
            }

            Guarded x = Draw(drawn.Batch * _inputs), y = Draw(drawn.Batch * _outputs), g = Draw(drawn.Batch * _outputs);
            Forward(x);
            FirstLayer(x);
            Together(x, y);
            Train(x, y, g);
            Guarded.AssertUntouched(x, y, g);
        }

        internal List<(string What, float[] Values)> Results { get; } = [];

        private void Forward(Guarded x)
        {
            Guarded a = Target(_case.Batch * _outputs), alone = a.Copy();
            _network.Forward(x.Lent, a.Lent, _threads);
            for (int s = 0; s < _case.Batch; s++)
                _network.Forward(x.Lent.Slice(s * _inputs, _inputs), alone.Lent.Slice(s * _outputs, _outputs));
            Add("outputs", a);
            Add("outputs of samples alone", alone);
            Cases.AssertSameBits(a.Span, alone.Span, $"{_variant}, outputs of samples alone");
        }

        /// <summary>The same by the public kernels.</summary>
        private void FirstLayer(Guarded x)
        {
            Layer layer = _network.Layers[0];
            Guarded w = new(layer.Weights, _random.Next(16)), b = new(layer.Biases, _random.Next(16)), gw = w.Copy(), gb = b.Copy();
            Guarded a = Target(layer.Outputs), slopes = a.Copy(), before = Target(_inputs), delta = Draw(layer.Outputs);
            Span<float> sample = x.Lent[.._inputs];
            Kernels.Forward(sample, w.Lent, b.Lent, a.Lent, _variant, layer.Activation);
            Add("outputs of the first layer", a);
            if (layer.Activation.IsElementwise) Kernels.ActivateWithSlope(layer.Activation, delta.Lent, a.Lent, slopes.Lent, _variant);
            Add("slopes", slopes);
            Kernels.BackwardAccumulate(sample, delta.Lent, w.Lent, gw.Lent, gb.Lent, before.Lent, _variant);
            Add("gradient of its weights", gw);
            Add("gradient of its biases", gb);
            Kernels.BackwardUpdate(sample, delta.Lent, w.Lent, b.Lent, before.Lent, 0.1f, _variant);
            Add("its weights after an update", w);
            Add("its biases after an update", b);
            Add("its input delta", before);
        }

        private void Train(Guarded x, Guarded y, Guarded g)
        {
            Reduction reduction = _random.Next(2) == 0 ? Reduction.Mean : Reduction.Sum;
            var trainer = new Trainer(_network, Recipes.Create(_case.Optimizer), _case.Cost(), reduction, _threads);
            Guarded dx = Target(_case.Batch * _inputs);
            Add("cost", trainer.Evaluate(x.Lent, y.Lent), trainer.ComputeGradient(x.Lent, y.Lent));
            Add("gradient", trainer.Gradient.ToArray());
            trainer.Backward(x.Lent, g.Lent, dx.Lent);
            Add("gradient after Backward", trainer.Gradient.ToArray());
            Add("input gradient", dx);
            for (int step = 0; step < 3; step++)
            {
                Add($"cost of step {step}", trainer.Step(x.Lent, y.Lent));
                Add($"parameters after step {step}", _network.Parameters.ToArray());
            }

            Add("cost of a sample", trainer.Step(x.Lent[.._inputs], y.Lent[.._outputs]));
            Add("parameters after a sample", _network.Parameters.ToArray());
        }

        /// <summary>Several such networks as an ensemble. The reference computes them one by one.</summary>
        private void Together(Guarded x, Guarded y)
        {
            const int mostParameters = 4000; // wider ones are networks one by one in every variant
            if (_network.Parameters.Length > mostParameters || Recipes.Create(_case.Optimizer) is SecondOrderOptimizer) return;

            int count = _random.Next(1, 36), special = _random.Next(count);
            var ensemble = new NetworkEnsemble(_case.Widths, _case.Activations(), count, _case.Seed, kernels: _variant);
            ensemble.Write(special, _network);
            Guarded a = Target(count * _case.Batch * _outputs), costs = Target(count);
            ensemble.ForwardShared(x.Lent, a.Lent, _threads);
            Add("outputs of members", a);
            var trainer = new EnsembleTrainer(ensemble, Recipes.Create(_case.Optimizer), _case.Cost(), threads: _threads);
            for (int step = 0; step < 2; step++)
            {
                trainer.StepShared(x.Lent, y.Lent, costs.Lent);
                Add($"costs of members in step {step}", costs);
            }

            trainer.StepShared(x.Lent[.._inputs], y.Lent[.._outputs], costs.Lent);
            Network member = _network.Clone();
            foreach (int i in (int[])[special, count - 1])
            {
                ensemble.Read(i, member);
                Add($"parameters of member {i}", member.Parameters.ToArray());
            }
        }

        private Guarded Draw(int count)
        {
            float[] values = new float[count];
            foreach (ref float value in values.AsSpan())
                value = _case.OneIn > 0 && _random.Next(_case.OneIn) == 0 ? Special() : 2f * _random.NextSingle() - 1f;
            return new Guarded(values, _random.Next(16));
        }

        private Guarded Target(int count) => new(new float[count], _random.Next(16));

        private float Special() => s_special[_random.Next(s_special.Length)];

        private void Add(string what, params float[] values) => Results.Add((what, values));

        private void Add(string what, Guarded buffer)
        {
            Guarded.AssertGuards(buffer);
            Add(what, buffer.Span.ToArray());
        }
    }

    /// <summary>A network, its training and its data. One in so many values is special. 0 means that none is.</summary>
    private sealed record Case(int[] Widths, int Batch, int Threads, string Optimizer, int OneIn, int Seed)
    {
        public override string ToString() =>
            $"[{string.Join(", ", Widths)}] by {string.Join(", ", (object[])Activations())}, {Cost()}, {Optimizer}, "
            + $"{Batch} samples, {Threads} threads, {(OneIn == 0 ? "no value" : $"one value in {OneIn}")} special, seed {Seed}";

        internal Activation[] Activations() =>
            Cases.Learning(Cases.RandomActivations(new Random(Seed), Widths.Length - 1), Widths[^1]);

        internal Cost Cost() => Cases.RandomCost(new Random(Seed), Activations()[^1]);
    }
}
