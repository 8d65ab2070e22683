using FastNN.Dispatch;
using Xunit;

namespace FastNN.Tests.Training;

/// <summary>
/// A network with standardizers computes and learns as a plain network on data that somebody standardized before, bit for bit. Everything
/// that goes in and out is in the user's units.
/// </summary>
public class StandardizedTrainingTests
{
    private static readonly int[][] s_networks = [[1, 1], [3, 2], [17, 33, 9, 5], [5, 70, 3], [130, 64, 20], [2, 700, 33]];
    private static readonly int[] s_batches = [1, 2, 3, 17, 70, 300];

    public static TheoryData<KernelVariant, bool, bool> VariantsAndEnds { get; } =
    [
        .. from set in KernelSet.Supported
           from ends in ((bool, bool)[])[(true, false), (false, true), (true, true)]
           select (set.Variant, ends.Item1, ends.Item2),
    ];

    [Theory]
    [MemberData(nameof(VariantsAndEnds))]
    public void Forward_is_that_of_a_plain_network_between_two_steps(KernelVariant variant, bool input, bool output)
    {
        foreach (int[] widths in s_networks)
        {
            var setting = new Setting(widths, KernelVariant.Scalar, input, output);
            Network network = new Setting(widths, variant, input, output).Network;
            foreach (int batch in s_batches)
            {
                float[] x = setting.Inputs(batch), own = setting.InputsInOwnUnits(x), expected = new float[batch * widths[^1]];
                setting.Plain.Forward(own, expected);
                setting.ToUserUnits(expected);
                foreach (int threads in (int[])[1, 3])
                {
                    var actual = new float[expected.Length];
                    network.Forward(x, actual, threads);
                    Cases.AssertSameBits(expected, actual, $"{string.Join('-', widths)} × {batch}, {threads} threads");
                }
            }
        }
    }

    [Fact]
    public void The_reference_is_within_the_proven_bound_of_the_oracle()
    {
        foreach (int[] widths in s_networks)
        {
            var setting = new Setting(widths, KernelVariant.Scalar, input: true, output: true);
            float[] x = setting.Inputs(1), outputs = new float[widths[^1]];
            setting.Network.Forward(x, outputs);
            Bounded.AssertAdmits(OracleNetwork.Outputs(setting.Network, x), outputs, string.Join('-', widths));
        }
    }

    [Theory]
    [MemberData(nameof(VariantsAndEnds))]
    public void Steps_are_those_of_a_plain_network_on_standardized_data(KernelVariant variant, bool input, bool output)
    {
        Func<Optimizer>[] optimizers = [() => new Sgd(0.01f), () => new Adam(0.01f), () => new Sgd(0.01f) { ClipNorm = 0.1f }];
        int next = 0;
        foreach (int[] widths in s_networks)
        {
            foreach (int batch in s_batches)
            {
                Func<Optimizer> optimizer = optimizers[next++ % optimizers.Length];
                var setting = new Setting(widths, KernelVariant.Scalar, input, output);
                var plain = new Trainer(setting.Plain, optimizer());
                Network network = new Setting(widths, variant, input, output).Network;
                var trainer = new Trainer(network, optimizer(), threads: batch % 2 + 1);
                float[] x = setting.Inputs(batch), y = setting.Targets(batch);
                for (int step = 0; step < 2; step++)
                {
                    float cost = setting.CostOf(x, y);
                    plain.Step(setting.InputsInOwnUnits(x), setting.TargetsInOwnUnits(y));
                    Cases.AssertSameBits(cost, trainer.Evaluate(x, y), "Evaluate");
                    Cases.AssertSameBits(cost, trainer.Measure(x, y).Cost, "Measure");
                    Cases.AssertSameBits(cost, trainer.Step(x, y), "Step");
                    Cases.AssertSameBits(setting.Plain.Parameters, network.Parameters, $"{string.Join('-', widths)} × {batch}");
                }

                float before = setting.CostOf(x, y);
                Cases.AssertSameBits(before, trainer.ComputeGradient(x, y), "ComputeGradient");
                plain.ComputeGradient(setting.InputsInOwnUnits(x), setting.TargetsInOwnUnits(y));
                Cases.AssertSameBits(plain.Gradient, trainer.Gradient, "gradient");
            }

            next++; // another optimizer for each size than with the last network
        }
    }

    [Theory]
    [MemberData(nameof(VariantsAndEnds))]
    public void Gradients_that_go_in_and_out_are_in_the_users_units(KernelVariant variant, bool input, bool output)
    {
        foreach (int[] widths in s_networks)
        {
            foreach (int batch in s_batches)
            {
                var setting = new Setting(widths, KernelVariant.Scalar, input, output);
                Network network = new Setting(widths, variant, input, output).Network;
                Trainer plain = new(setting.Plain, new Sgd(0.1f)), trainer = new(network, new Sgd(0.1f), threads: batch % 2 + 1);
                float[] x = setting.Inputs(batch), g = Cases.Uniform(9, batch * widths[^1], -1, 1);
                float[] expected = new float[x.Length], actual = new float[x.Length];
                plain.Backward(setting.InputsInOwnUnits(x), setting.OutputGradientInOwnUnits(g), expected);
                setting.InputGradientToUserUnits(expected);
                trainer.Backward(x, g, actual);
                Cases.AssertSameBits(plain.Gradient, trainer.Gradient, "gradient");
                Cases.AssertSameBits(expected, actual, $"{string.Join('-', widths)} × {batch}, gradient by inputs");
                trainer.Backward(x, g); // without the gradient by inputs
            }
        }
    }

    /// <summary>∂(Σ g·a)/∂x in double precision, by differences of the oracle, in the user's units.</summary>
    [Fact]
    public void The_gradient_by_inputs_is_that_of_the_users_function()
    {
        var setting = new Setting([4, 6, 3], KernelVariant.Auto, input: true, output: true);
        float[] x = setting.Inputs(1), g = [0.5f, -2f, 1f], gradient = new float[4];
        new Trainer(setting.Network, new Sgd(0.1f)).Backward(x, g, gradient);
        for (int j = 0; j < 4; j++)
        {
            const float h = 1f / 64; // exact; the error of the outputs, 2e-6, is divided by 2h, and the curvature adds h²
            float[] above = [.. x], below = [.. x];
            above[j] += h;
            below[j] -= h;
            Assert.Equal((Function(above) - Function(below)) / (2 * h), gradient[j], 2e-3);
        }

        double Function(float[] at)
        {
            var outputs = new float[3];
            setting.Network.Forward(at, outputs);
            return outputs.Zip(g, (a, gi) => (double)a * gi).Sum();
        }
    }

    [Fact]
    public void A_fit_is_that_of_a_plain_network_on_standardized_data()
    {
        var setting = new Setting([3, 8, 2], KernelVariant.Auto, input: true, output: true);
        float[] x = setting.Inputs(100), y = setting.Targets(100);
        var options = new FitOptions { Epochs = 3, BatchSize = 16 };
        Trainer plain = new(setting.Plain, new Adam(0.01f)), trainer = new(setting.Network, new Adam(0.01f), threads: 2);
        plain.Fit(setting.InputsInOwnUnits(x), setting.TargetsInOwnUnits(y), options);
        trainer.Fit(x, y, options);
        Cases.AssertSameBits(setting.Plain.Parameters, setting.Network.Parameters, "parameters");

        float[] outputs = new float[y.Length];
        setting.Network.Forward(x, outputs);
        double residual = 0, total = 0;
        for (int i = 0; i < 2; i++)
        {
            double mean = y.Where((_, k) => k % 2 == i).Average();
            residual = y.Select((value, k) => k % 2 == i ? Math.Pow(value - outputs[k], 2) : 0).Sum();
            total += (1 - residual / y.Where((_, k) => k % 2 == i).Sum(value => Math.Pow(value - mean, 2))) / 2;
        }

        Assert.Equal(total, trainer.Measure(x, y).R2, 1e-4);
    }

    [Fact]
    public void A_trainer_follows_standardizers_that_are_set_or_updated_later()
    {
        var setting = new Setting([3, 8, 2], KernelVariant.Auto, input: true, output: true);
        Network late = setting.Plain.Clone();
        var trainer = new Trainer(late, new Sgd(0.01f));
        float[] x = setting.Inputs(5), y = setting.Targets(5), g = Cases.Uniform(9, 10);
        trainer.Step(x.AsSpan(0, 3), y.AsSpan(0, 2));
        trainer.Backward(x, g);
        setting.Plain.Parameters.CopyTo(late.Parameters);
        trainer.Gradient.Clear();
        late.InputStandardizer = Standardizer.Fit(x, 3);
        late.OutputStandardizer = Standardizer.Fit(y, 2);
        late.InputStandardizer.Update(Cases.Uniform(3, 30));

        Network early = late.Clone();
        var expected = new Trainer(early, new Sgd(0.01f));
        trainer.Backward(x, g);
        expected.Backward(x, g);
        Cases.AssertSameBits(expected.Gradient, trainer.Gradient, "gradient");
        Cases.AssertSameBits(expected.Step(x, y), trainer.Step(x, y), "cost");
        Cases.AssertSameBits(early.Parameters, late.Parameters, "parameters");
        late.InputStandardizer = null;
        late.OutputStandardizer = null;
        var plain = new Network([3, 8, 2], Activation.Tanh, Activation.Identity, seed: 1);
        late.Parameters.CopyTo(plain.Parameters);
        Cases.AssertSameBits(new Trainer(plain, new Sgd(0.01f)).Step(x, y), trainer.Step(x, y), "cost without standardizers");
    }

    [Fact]
    public void Copies_keep_the_standardizers()
    {
        var setting = new Setting([3, 8, 2], KernelVariant.Auto, input: true, output: true);
        Network network = setting.Network, clone = network.Clone();
        var served = new ServedNetwork(network);
        float[] x = setting.Inputs(2), expected = new float[4], actual = new float[4];
        network.Forward(x, expected);
        network.InputStandardizer = Standardizer.Fit(Cases.Uniform(5, 30), 3); // the copies keep the old one
        clone.Forward(x, actual);
        Cases.AssertSameBits(expected, actual, "clone");
        served.Forward(x, actual);
        Cases.AssertSameBits(expected, actual, "served network");
        network.Forward(x, expected);
        for (int publication = 1; publication <= 2; publication++)
        {
            served.Publish(network);
            served.Forward(x, actual);
            Cases.AssertSameBits(expected, actual, "published");
        }

        network.OutputStandardizer = null;
        ArgumentException exception = Assert.Throws<ArgumentException>("network", () => served.Publish(network));
        Assert.StartsWith(
            "network.OutputStandardizer must be set, as in the network that is served, but is null.", exception.Message);
    }

    [Fact]
    public void A_standardizer_must_fit_its_end_of_the_network()
    {
        var network = new Network([3, 2], Activation.Tanh, Activation.Tanh, seed: 1);
        Standardizer two = new(2), three = new(3);
        Assert.StartsWith(
            "The standardizer must have the network's Inputs, 3, as its width, but has 2.",
            Assert.Throws<ArgumentException>(() => network.InputStandardizer = two).Message);
        Assert.StartsWith(
            "The standardizer must have the network's Outputs, 2, as its width, but has 3.",
            Assert.Throws<ArgumentException>(() => network.OutputStandardizer = three).Message);
        Assert.StartsWith(
            "OutputStandardizer needs Identity as the last layer's activation, but that is Tanh.",
            Assert.Throws<ArgumentException>(() => network.OutputStandardizer = two).Message);
        Assert.Null(network.OutputStandardizer);
        network.InputStandardizer = three;
        Assert.Same(three, network.InputStandardizer);
    }

    /// <summary>A plain network, the same one with standardizers, and plain loops from one kind of units to the other.</summary>
    private sealed class Setting
    {
        private readonly Standardizer? _input, _output;

        internal Setting(int[] widths, KernelVariant kernels, bool input, bool output)
        {
            Plain = new Network(widths, Activation.Tanh, Activation.Identity, seed: 3, kernels: kernels);
            _input = input ? Random(widths[0]) : null;
            _output = output ? Random(widths[^1]) : null;
            Network = Plain.Clone();
            Network.InputStandardizer = _input;
            Network.OutputStandardizer = _output;
        }

        internal Network Plain { get; }

        internal Network Network { get; }

        internal float[] Inputs(int batch) => Cases.Uniform(1, batch * Plain.Inputs, -5, 5);

        internal float[] Targets(int batch) => Cases.Uniform(2, batch * Plain.Outputs, -5, 5);

        internal float[] InputsInOwnUnits(float[] x) => ToOwnUnits(x, _input);

        internal float[] TargetsInOwnUnits(float[] y) => ToOwnUnits(y, _output);

        internal void ToUserUnits(float[] y)
        {
            if (_output == null) return;
            for (int k = 0; k < y.Length; k++) y[k] = y[k] / _output.Factor[k % _output.Width] + _output.Mean[k % _output.Width];
        }

        internal float[] OutputGradientInOwnUnits(float[] g) =>
            [.. g.Select((gk, k) => _output == null ? gk : gk / _output.Factor[k % _output.Width])];

        internal void InputGradientToUserUnits(float[] g)
        {
            if (_input == null) return;
            for (int k = 0; k < g.Length; k++) g[k] *= _input.Factor[k % _input.Width];
        }

        /// <summary>The mean over the samples of Σ(a − y)² in the user's units, in the order of the contract.</summary>
        internal float CostOf(float[] x, float[] y)
        {
            int m = Plain.Outputs, batch = y.Length / m;
            var a = new float[y.Length];
            Plain.Forward(InputsInOwnUnits(x), a);
            ToUserUnits(a);
            double sum = 0;
            for (int s = 0; s < batch; s++)
            {
                float[] lanes = new float[16];
                for (int i = 0; i < m; i++)
                {
                    float e = a[s * m + i] - y[s * m + i];
                    lanes[i % 16] = MathF.FusedMultiplyAdd(e, e, lanes[i % 16]);
                }

                for (int half = 8; half > 0; half /= 2)
                {
                    for (int k = 0; k < half; k++) lanes[k] += lanes[k + half];
                }

                sum += lanes[0];
            }

            return (float)(sum / batch);
        }

        private static float[] ToOwnUnits(float[] values, Standardizer? s) =>
            [.. values.Select((value, k) => s == null ? value : (value - s.Mean[k % s.Width]) * s.Factor[k % s.Width])];

        private static Standardizer Random(int width) => new(Cases.Uniform(4, width, -3, 3), Cases.Uniform(5, width, 0.1f, 3));
    }
}
