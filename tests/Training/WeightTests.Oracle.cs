using Xunit;

namespace FastNN.Tests.Training;

/// <content>Weighted costs, gradients and measures beside those of the oracle and of repeated samples.</content>
public partial class WeightTests
{
    /// <summary>The weighted gradient and that of repeated samples are both within the proven bound of the same exact numbers.</summary>
    [Theory]
    [MemberData(nameof(VariantsAndOutputs))]
    public void A_weight_of_k_is_the_sample_k_times(KernelVariant variant, string last, string costName)
    {
        Cost cost = Cases.CostNamed(costName);
        float[] weights = [2f, 1f, 3f, 0f, 2f];
        foreach (Reduction reduction in Enum.GetValues<Reduction>())
        {
            Trainer trainer = TrainerOf([4, 5, 3], last, cost, variant, reduction);
            (float[] x, float[] y) = Samples(trainer, weights.Length);
            float actual = trainer.ComputeGradient(x, y, weights);
            (Bounded exactCost, Bounded[] exact) = OfSamples(trainer, x, y, weights);
            Bounded.AssertAdmits([exactCost], [actual], "cost");
            Bounded.AssertAdmits(exact, trainer.Gradient, "gradient");

            int[] repeated = [.. weights.SelectMany((w, s) => Enumerable.Repeat(s, (int)w))];
            float[] xs = [.. repeated.SelectMany(s => x[(4 * s)..(4 * s + 4)])];
            float[] ys = [.. repeated.SelectMany(s => y[(3 * s)..(3 * s + 3)])];
            float[] ones = [.. Enumerable.Repeat(1f, repeated.Length)];
            float repeatedCost = trainer.ComputeGradient(xs, ys);
            (Bounded exactRepeatedCost, Bounded[] exactRepeated) = OfSamples(trainer, xs, ys, ones);
            Bounded.AssertAdmits([exactRepeatedCost], [repeatedCost], "cost of repeated samples");
            Bounded.AssertAdmits(exactRepeated, trainer.Gradient, "gradient of repeated samples");
            Assert.Equal(exactCost.Value, exactRepeatedCost.Value, 1e-12 * Math.Abs(exactCost.Value));
            for (int k = 0; k < exact.Length; k++) Assert.Equal(exactRepeated[k].Value, exact[k].Value, 1e-12);
        }
    }

    [Theory]
    [MemberData(nameof(VariantsAndOutputs))]
    public void Random_weights_give_the_oracles_costs_and_gradients_within_the_proven_bound(
        KernelVariant variant, string last, string costName)
    {
        Cost cost = Cases.CostNamed(costName);
        foreach (int batch in (int[])[1, 2, 7])
        {
            foreach (Reduction reduction in Enum.GetValues<Reduction>())
            {
                Trainer trainer = TrainerOf([4, 5, 3], last, cost, variant, reduction);
                (float[] x, float[] y) = Samples(trainer, batch);
                float[] ofSamples = Cases.Uniform(8, batch, 0f, 3f), ofOutputs = Cases.Uniform(9, y.Length, 0f, 3f);
                for (int k = 1; k < y.Length; k += 3) ofOutputs[k] = 0f;
                float actual = trainer.ComputeGradient(x, y, ofSamples);
                (Bounded exactCost, Bounded[] exact) = OfSamples(trainer, x, y, ofSamples);
                Bounded.AssertAdmits([exactCost], [actual], $"{batch} samples, {reduction}, cost");
                Bounded.AssertAdmits(exact, trainer.Gradient, $"{batch} samples, {reduction}, gradient");

                actual = trainer.ComputeGradient(x, y, ofOutputs);
                (exactCost, exact) = OfOutputs(trainer, x, y, ofOutputs);
                Bounded.AssertAdmits([exactCost], [actual], $"{batch} samples, {reduction}, cost of weighted outputs");
                Bounded.AssertAdmits(exact, trainer.Gradient, $"{batch} samples, {reduction}, gradient of weighted outputs");
            }
        }
    }

    /// <summary>With standardizers: the cost in the user's units, the gradient in the network's own units.</summary>
    [Theory]
    [MemberData(nameof(Variants))]
    public void Standardizers_and_weights_go_together(KernelVariant variant)
    {
        foreach (int batch in s_batches)
        {
            var plain = new Trainer(new Network([4, 7, 3], Activation.Tanh, Activation.Identity, seed: 5, kernels: variant), new Sgd(0.1f));
            (float[] x, float[] y) = Samples(plain, batch);
            Standardizer input = new([1f, 2f, -1f, 0f], [2f, 0.5f, 3f, 1f]), output = new([3f, -1f, 0.5f], [0.5f, 4f, 2f]);
            float[] ownX = [.. x.Select((v, k) => (v - input.Mean[k % 4]) * input.Factor[k % 4])];
            float[] ownY = [.. y.Select((v, k) => (v - output.Mean[k % 3]) * output.Factor[k % 3])];
            Network network = plain.Network.Clone();
            network.InputStandardizer = input;
            network.OutputStandardizer = output;
            var trainer = new Trainer(network, new Sgd(0.1f), threads: 2);
            float[] ofSamples = Cases.Uniform(3, batch, 0.1f, 2f), ofOutputs = Cases.Uniform(4, y.Length, -1f, 2f);
            foreach (ref float w in ofOutputs.AsSpan()) w = Math.Max(w, 0f);
            foreach (float[] weights in (float[][])[ofSamples, ofOutputs])
            {
                for (int k = 0; k < y.Length; k++)
                {
                    if (weights.Length == y.Length && weights[k] == 0f) y[k] = ownY[k] = float.NaN;
                }

                plain.ComputeGradient(ownX, ownY, weights);
                float cost = trainer.ComputeGradient(x, y, weights);
                Cases.AssertSameBits(plain.Gradient, trainer.Gradient, $"{batch}, {weights.Length} weights");
                Cases.AssertSameBits(CostInUserUnits(network, x, y, weights), cost, $"{batch}, {weights.Length} weights, cost");
            }
        }
    }

    /// <summary>A weight of k is the sample k times. These are the numbers of scikit-learn's <c>sample_weight</c>.</summary>
    [Fact]
    public void Measures_of_weighted_samples_are_those_of_repeated_samples()
    {
        foreach ((string last, Cost cost) in ((string, Cost)[])[
            ("Softmax", Cost.CrossEntropy), ("Sigmoid", Cost.BinaryCrossEntropy), ("Tanh", Cost.SquaredError)])
        {
            Trainer trainer = TrainerOf([4, 6, 3], last, cost, KernelVariant.Auto, Reduction.Sum);
            (float[] x, float[] y) = Samples(trainer, 40);
            float[] weights = [.. Enumerable.Range(0, 40).Select(s => s * 7 % 4f)];
            for (int s = 0; s < 40; s++) if (weights[s] == 0) y[3 * s] = float.NaN;
            int[] repeated = [.. weights.SelectMany((w, s) => Enumerable.Repeat(s, (int)w))];
            Metrics expected = trainer.Measure(
                [.. repeated.SelectMany(s => x[(4 * s)..(4 * s + 4)])], [.. repeated.SelectMany(s => y[(3 * s)..(3 * s + 3)])]);
            Metrics actual = trainer.Measure(x, y, weights);
            Assert.Equal(expected.Cost, actual.Cost, 1e-5);
            Assert.Equal(expected.Accuracy.HasValue, actual.Accuracy.HasValue);
            Assert.Equal(expected.Accuracy ?? 0, actual.Accuracy ?? 0, 1e-12);
            Assert.Equal(expected.R2, actual.R2, 1e-12);
        }
    }

    [Fact]
    public void Measures_of_masked_outputs_know_only_what_counts()
    {
        var network = new Network([1, 2], Activation.Identity, Activation.Identity, seed: 1);
        network.Parameters.Clear();
        network.Layers[0].Biases[0] = 1f;
        var trainer = new Trainer(network, new Sgd(0.1f));
        const float no = float.NaN;
        Metrics metrics = trainer.Measure([0f, 0f, 0f, 0f], [1f, no, 3f, no, no, no, 1f, 2f], [1f, 0f, 0.5f, 0f, 0f, 0f, 1f, 0f]);
        Assert.Equal(0.5f * 4 / 4, metrics.Cost); // three outputs of four samples count
        Assert.Equal(1 - 0.5 * 4 / (2 * 0.16 + 0.5 * 1.6 * 1.6 + 0), metrics.R2, 1e-12); // the mean is 3.5/2.5 = 1.4
        Assert.Null(metrics.Accuracy); // 3 is no label
        metrics = trainer.Measure([0f, 0f, 0f], [1f, no, no, no, no, 1f], [1f, 0f, 0f, 0f, 0f, 0.5f]);
        Assert.Equal(1, metrics.Accuracy); // with one candidate each, and a sample that does not count
        metrics = trainer.Measure([0f, 0f], [no, no, no, no], [0f, 0f]);
        Assert.Equal(0f, metrics.Cost);
        Assert.Equal(((double?)double.NaN, double.NaN), (metrics.Accuracy, metrics.R2));

        // A constant is a constant, although 0.1 times some weights rounds.
        float[] tenths = [0.1f, 0.1f, 0.1f], weights = [0.3f, 0.7f, 1.1f];
        var one = new Trainer(new Network([1, 1], Activation.Identity, Activation.Identity, seed: 1), new Sgd(0.1f));
        Assert.Equal(0, one.Measure([1f, 2f, 3f], tenths, weights).R2);
    }

    private static (Bounded Cost, Bounded[] Gradient) OfSamples(Trainer trainer, float[] x, float[] y, float[] weights)
    {
        Bounded sum = Bounded.Dot(0, Bounded.Exact(weights), [.. weights.Select(_ => new Bounded(1))]);
        bool alone = weights.Length == 1 && trainer.Reduction == Reduction.Mean;
        return Reduced(
            trainer, x, y, trainer.Reduction == Reduction.Mean && !alone ? 1 / sum : 1,
            (oracle, s, xs, ys) => oracle.OfWeightedSample(xs, ys, alone ? 1 : weights[s]));
    }

    private static (Bounded Cost, Bounded[] Gradient) OfOutputs(Trainer trainer, float[] x, float[] y, float[] weights)
    {
        int m = trainer.Network.Outputs, batch = y.Length / m;
        return Reduced(
            trainer, x, y, trainer.Reduction == Reduction.Mean ? (Bounded)1 / batch : 1,
            (oracle, s, xs, ys) => oracle.OfWeightedOutputs(xs, ys, Bounded.Exact(weights.AsSpan(s * m, m))));
    }

    private static (Bounded Cost, Bounded[] Gradient) Reduced(
        Trainer trainer, float[] x, float[] y, Bounded scale,
        Func<Oracle, int, Bounded[], Bounded[], (Bounded Cost, Bounded[] Gradient)> of)
    {
        Network network = trainer.Network;
        int n = network.Inputs, m = network.Outputs, batch = y.Length / m;
        var oracle = new Oracle(
            [n, .. network.Layers.Select(layer => layer.Outputs)], Bounded.Exact(network.Parameters),
            [.. network.Layers.Select(layer => layer.Activation)], trainer.Cost);
        (Bounded Cost, Bounded[] Gradient)[] samples =
        [
            .. Enumerable.Range(0, batch).Select(
                s => of(oracle, s, Bounded.Exact(x.AsSpan(s * n, n)), Bounded.Exact(y.AsSpan(s * m, m)))),
        ];
        Bounded[] ones = [.. samples.Select(_ => new Bounded(1))];
        return (
            Bounded.Dot(0, [.. samples.Select(sample => sample.Cost)], ones) * scale,
            [.. oracle.Parameters.Select((_, k) => Bounded.Dot(0, [.. samples.Select(sample => sample.Gradient[k])], ones) * scale)]);
    }

    /// <summary>Of the squared error, by the formulas of the contract.</summary>
    private static float CostInUserUnits(Network network, float[] x, float[] y, float[] weights)
    {
        int m = network.Outputs, batch = y.Length / m;
        var outputs = new float[y.Length];
        network.Forward(x, outputs);
        double sum = 0;
        for (int s = 0; s < batch; s++)
        {
            float cost = 0; // three outputs have three lanes, and 0 + 2, then 0 + 1 is the order of the fold
            var lanes = new float[3];
            bool ofOutputs = weights.Length == y.Length;
            for (int i = 0; i < m; i++)
            {
                float d = outputs[s * m + i] - y[s * m + i], w = ofOutputs ? weights[s * m + i] : 1f;
                lanes[i] = w > 0 ? MathF.FusedMultiplyAdd(w * d, d, 0f) : 0f;
            }

            cost = lanes[0] + lanes[2] + lanes[1];
            sum += ofOutputs || batch == 1 ? cost : weights[s] * cost;
        }

        return (float)(sum / (weights.Length == y.Length || batch == 1 ? batch : weights.Sum(w => (double)w)));
    }
}
