using Xunit;

namespace FastNN.Tests.Training;

/// <summary>Weights of samples and of outputs: what they do to costs, gradients and steps, bit for bit.</summary>
public partial class WeightTests
{
    private static readonly int[] s_batches = [1, 2, 5, 17, 33, 130];

    public static TheoryData<KernelVariant> Variants => Cases.Variants;

    public static TheoryData<KernelVariant, string, string> VariantsAndOutputs => Cases.VariantsAndOutputs;

    public static TheoryData<string, string> Outputs { get; } =
        [.. from f in Cases.OfLayers from cost in Cases.CostsOf(f) select (f.Name, cost.Name)];

    [Theory]
    [MemberData(nameof(VariantsAndOutputs))]
    public void Weights_of_1_change_no_bit(KernelVariant variant, string last, string costName)
    {
        Cost cost = Cases.CostNamed(costName);
        int[] narrow = last == "Softmax" ? [3, 2] : [3, 1]; // a trainer refuses softmax of one output
        foreach (int[] widths in (int[][])[[2, 4, 3, 2], narrow, [9, 17, 5]])
        {
            foreach (int batch in (int[])[1, 2, 5, 33])
            {
                Reduction reduction = batch % 3 == 2 ? Reduction.Sum : Reduction.Mean;
                var plain = TrainerOf(widths, last, cost, variant, reduction);
                (float[] x, float[] y) = Samples(plain, batch);
                foreach (int count in (int[])[batch, y.Length])
                {
                    var weighted = TrainerOf(widths, last, cost, variant, reduction);
                    plain.Network.Parameters.CopyTo(weighted.Network.Parameters);
                    float[] ones = [.. Enumerable.Repeat(1f, count)];
                    string what = $"{string.Join('-', widths)} × {batch}, {count} weights";
                    Cases.AssertSameBits(plain.Evaluate(x, y), weighted.Evaluate(x, y, ones), $"{what}, Evaluate");
                    Assert.Equal(plain.Measure(x, y), weighted.Measure(x, y, ones));
                    Cases.AssertSameBits(plain.ComputeGradient(x, y), weighted.ComputeGradient(x, y, ones), $"{what}, ComputeGradient");
                    Cases.AssertSameBits(plain.Gradient, weighted.Gradient, $"{what}, gradient");
                    Cases.AssertSameBits(plain.Step(x, y), weighted.Step(x, y, ones), $"{what}, Step");
                    Cases.AssertSameBits(plain.Network.Parameters, weighted.Network.Parameters, $"{what}, parameters");
                }
            }
        }
    }

    [Theory]
    [MemberData(nameof(Outputs))]
    public void Weights_of_1_keep_the_sign_of_a_zero(string last, string costName)
    {
        Trainer plain = TrainerOf([3, 4], last, Cases.CostNamed(costName), KernelVariant.Auto, Reduction.Sum);
        plain.Network.Parameters.Clear();
        float[] x = [-1f, 0f, -0f, 2f, -3f, 0f], y = new float[8], ones = [1f, 1f, 1f, 1f, 1f, 1f, 1f, 1f];
        plain.Network.Forward(x, y); // so most deltas are zeros
        foreach (int samples in (int[])[1, 2])
        {
            plain.ComputeGradient(x.AsSpan(0, 3 * samples), y.AsSpan(0, 4 * samples));
            float[] expected = [.. plain.Gradient];
            foreach (int count in (int[])[samples, 4 * samples])
            {
                plain.ComputeGradient(x.AsSpan(0, 3 * samples), y.AsSpan(0, 4 * samples), ones.AsSpan(0, count));
                Cases.AssertSameBits(expected, plain.Gradient, $"{samples} samples, {count} weights");
            }
        }
    }

    /// <summary>Left out: other samples have the bits of a batch without it, whatever its numbers are.</summary>
    [Theory]
    [MemberData(nameof(Variants))]
    public void A_sample_of_weight_0_is_not_in_the_batch(KernelVariant variant)
    {
        foreach (Func<Optimizer> optimizer in s_optimizers)
        {
            foreach (int batch in s_batches.Append(1100))
            {
                foreach (int keptOf in (int[])[2, 3, 500])
                {
                    float[] weights = [.. Enumerable.Range(0, batch).Select(s => s % keptOf == 0 ? 1f + s % 4 : 0f)];
                    if (keptOf == 500) Array.Fill(weights, 1f, 0, 1);
                    AssertLeftOut(variant, optimizer, batch, weights);
                }
            }
        }
    }

    private static void AssertLeftOut(KernelVariant variant, Func<Optimizer> optimizer, int batch, float[] weights)
    {
        int[] widths = [5, 9, 3], kept = [.. Enumerable.Range(0, batch).Where(s => weights[s] > 0)];
        foreach (Reduction reduction in Enum.GetValues<Reduction>())
        {
            Trainer whole = New(), part = New();
            (float[] x, float[] y) = Samples(whole, batch);
            float[] xs = [.. kept.SelectMany(s => x[(5 * s)..(5 * s + 5)])], ys = [.. kept.SelectMany(s => y[(3 * s)..(3 * s + 3)])];
            for (int s = 0; s < batch; s++)
            {
                if (weights[s] > 0) continue;

                x.AsSpan(5 * s, 5).Fill(s % 2 == 0 ? float.NaN : float.PositiveInfinity);
                y.AsSpan(3 * s, 3).Fill(float.NaN);
            }

            float[] left = [.. kept.Select(s => weights[s])];
            for (int step = 0; step < 2; step++)
                Cases.AssertSameBits(part.Step(xs, ys, left), whole.Step(x, y, weights), $"{batch}, {kept.Length} left, cost");
            Cases.AssertSameBits(part.Evaluate(xs, ys, left), whole.Evaluate(x, y, weights), "Evaluate");
            Cases.AssertSameBits(part.Network.Parameters, whole.Network.Parameters, $"{batch}, {kept.Length} left");

            Trainer New() => new(
                new Network(widths, Activation.Tanh, Activation.Identity, seed: 1, kernels: variant), optimizer(), Cost.SquaredError,
                reduction, threads: 2);
        }
    }

    [Fact]
    public void Nothing_but_weights_of_0_is_a_step_along_a_zero_gradient()
    {
        foreach (Func<Optimizer> optimizer in s_optimizers)
        {
            foreach (int batch in (int[])[1, 2, 40])
            {
                Trainer trainer = New(optimizer()), byGradient = New(optimizer());
                (float[] x, float[] y) = Samples(trainer, batch);
                trainer.Step(x, y);
                byGradient.Step(x, y);
                x.AsSpan().Fill(float.NaN);
                Cases.AssertSameBits(0f, trainer.Evaluate(x, y, new float[batch]), "Evaluate");
                Cases.AssertSameBits(0f, trainer.Step(x, y, new float[batch]), "Step");
                Cases.AssertSameBits(0f, byGradient.ComputeGradient(x, y, new float[batch]), "ComputeGradient");
                Cases.AssertSameBits(new float[trainer.Network.Parameters.Length], byGradient.Gradient, "gradient");
                byGradient.Gradient.Clear();
                byGradient.Apply();
                Cases.AssertSameBits(byGradient.Network.Parameters, trainer.Network.Parameters, $"{optimizer()}, {batch}");
                Assert.Equal(2, trainer.OptimizerState.Steps);
            }
        }

        static Trainer New(Optimizer optimizer) => new(new Network([5, 9, 3], Activation.Tanh, Activation.Identity, seed: 1), optimizer);
    }

    /// <summary>One sample is its own weighted mean.</summary>
    [Fact]
    public void A_single_sample_under_the_mean_learns_alike_with_any_weight()
    {
        Trainer one = TrainerOf([3, 4, 2], "Tanh", Cost.SquaredError, KernelVariant.Auto, Reduction.Mean);
        (float[] x, float[] y) = Samples(one, 1);
        float cost = one.ComputeGradient(x, y);
        float[] gradient = [.. one.Gradient];
        foreach (float weight in (float[])[1e-40f, 0.3f, 7f, float.MaxValue])
        {
            Cases.AssertSameBits(cost, one.ComputeGradient(x, y, [weight]), $"{weight}, cost");
            Cases.AssertSameBits(gradient, one.Gradient, $"{weight}");
        }
    }

    /// <summary>
    /// Double Q-learning knows the value of one action. The usual way gives the network's own outputs as the targets of the others. A mask
    /// has the same bits, and the other targets may be anything.
    /// </summary>
    [Theory]
    [MemberData(nameof(Variants))]
    public void A_mask_of_one_action_has_the_bits_of_targets_that_are_the_outputs(KernelVariant variant)
    {
        foreach (int actions in (int[])[2, 4, 18, 33])
        {
            foreach (int batch in s_batches)
            {
                var network = new Network([4, 24, actions], Activation.Relu, Activation.Identity, seed: 3, kernels: variant);
                var trainer = new Trainer(network, new Sgd(0.01f));
                float[] x = Cases.Uniform(1, batch * 4, -1f), own = new float[batch * actions], mask = new float[own.Length];
                network.Forward(x, own);
                float[] y = [.. Enumerable.Repeat(float.NaN, own.Length)];
                for (int s = 0; s < batch; s++)
                {
                    int k = s * actions + s * 7 % actions;
                    mask[k] = 1f;
                    y[k] = own[k] = MathF.Sin(s);
                }

                float cost = trainer.ComputeGradient(x, own);
                float[] gradient = [.. trainer.Gradient];
                Cases.AssertSameBits(cost, trainer.ComputeGradient(x, y, mask), $"{actions} × {batch}, cost");
                Cases.AssertSameBits(gradient, trainer.Gradient, $"{actions} × {batch}");
            }
        }
    }

    /// <summary>The target of an output of weight 0 does not count under any cost.</summary>
    [Theory]
    [MemberData(nameof(VariantsAndOutputs))]
    public void A_target_of_weight_0_may_be_anything(KernelVariant variant, string last, string costName)
    {
        foreach (int batch in (int[])[1, 2, 40])
        {
            Trainer trainer = TrainerOf([3, 6, 5], last, Cases.CostNamed(costName), variant, Reduction.Mean);
            (float[] x, float[] y) = Samples(trainer, batch);
            float[] weights = [.. Enumerable.Range(0, y.Length).Select(k => k % 3 == 0 ? 0f : k % 4 + 0.5f)];
            float cost = trainer.ComputeGradient(x, y, weights);
            float[] gradient = [.. trainer.Gradient];
            foreach (float anything in (float[])[float.NaN, float.NegativeInfinity, -0f])
            {
                for (int k = 0; k < y.Length; k += 3) y[k] = anything;
                Cases.AssertSameBits(cost, trainer.ComputeGradient(x, y, weights), $"{anything}, cost");
                Cases.AssertSameBits(gradient, trainer.Gradient, $"{anything}");
            }

            Assert.True(float.IsFinite(cost));
        }
    }

    /// <summary>PyTorch's <c>weight=</c> of classes.</summary>
    [Fact]
    public void Weights_of_classes_multiply_the_targets_of_cross_entropy()
    {
        Trainer trainer = TrainerOf([3, 4], "Softmax", Cost.CrossEntropy, KernelVariant.Auto, Reduction.Sum);
        (float[] x, _) = Samples(trainer, 6);
        float[] y = new float[24], weighted = new float[24], weights = new float[24], classes = [1f, 5f, 0.25f, 3f];
        for (int s = 0; s < 6; s++)
        {
            y[4 * s + s % 4] = 1f;
            weighted[4 * s + s % 4] = classes[s % 4];
            classes.CopyTo(weights, 4 * s);
        }

        float cost = trainer.ComputeGradient(x, weighted);
        float[] gradient = [.. trainer.Gradient];
        Cases.AssertSameBits(cost, trainer.ComputeGradient(x, y, weights), "cost");
        Cases.AssertSameBits(gradient, trainer.Gradient, "gradient");
        float[] ofSamples = [.. Enumerable.Range(0, 6).Select(s => classes[s % 4])];
        Assert.Equal(cost, trainer.ComputeGradient(x, y, ofSamples), 1e-5f * cost);
        for (int k = 0; k < gradient.Length; k++) Assert.Equal(gradient[k], trainer.Gradient[k], 1e-5f);
    }

    /// <summary>The gradient of cross-entropy is that of the cost it returns, whatever the targets add up to.</summary>
    [Theory]
    [MemberData(nameof(Variants))]
    public void Cross_entropy_honours_targets_that_do_not_add_up_to_1(KernelVariant variant)
    {
        var network = new Network([3, 3], Activation.Softmax, Activation.Softmax, seed: 1, kernels: variant);
        network.Parameters.Clear();
        for (int i = 0; i < 3; i++) network.Layers[0].Weights[4 * i] = 1;
        var trainer = new Trainer(network, new Sgd(0.1f), Cost.CrossEntropy);
        double[] z = [1, 2, 3];
        double sum = z.Sum(Math.Exp);
        foreach (int batch in (int[])[1, 3, 40])
        {
            foreach (float[] target in (float[][])[[0f, 5f, 0f], [0.25f, 0.5f, 0.125f], [0f, 0f, 0f], [3f, -1f, 0.5f]])
            {
                float[] x = [.. Enumerable.Repeat<float[]>([1f, 2f, 3f], batch).SelectMany(row => row)];
                float[] y = [.. Enumerable.Repeat(target, batch).SelectMany(row => row)];
                double cost = -target.Select((yi, i) => yi * (z[i] - Math.Log(sum))).Sum();
                Assert.Equal(cost, trainer.ComputeGradient(x, y), 1e-5);
                for (int i = 0; i < 3; i++)
                    Assert.Equal(Math.Exp(z[i]) / sum * target.Sum() - target[i], trainer.Gradient[9 + i], 1e-5);
            }
        }
    }

    [Fact]
    public void Any_number_of_threads_gives_the_same_bits()
    {
        foreach (bool outputs in (bool[])[false, true])
        {
            float[]? expected = null;
            foreach (int threads in (int[])[1, 2, 5])
            {
                var trainer = new Trainer(
                    new Network([9, 40, 6], Activation.Relu, Activation.Sigmoid, seed: 2), new Adam(0.01f), Cost.BinaryCrossEntropy,
                    threads: threads);
                (float[] x, float[] y) = Samples(trainer, 2500);
                float[] weights = [.. Cases.Uniform(7, outputs ? y.Length : 2500, -1f, 2f).Select(w => Math.Max(w, 0f))];
                for (int step = 0; step < 3; step++) trainer.Step(x, y, weights);
                expected ??= [.. trainer.Network.Parameters];
                Cases.AssertSameBits(expected, trainer.Network.Parameters, $"{threads} threads");
            }
        }
    }

    [Theory]
    [MemberData(nameof(Variants))]
    public void Step_is_the_gradient_and_its_application(KernelVariant variant)
    {
        foreach (Func<Optimizer> optimizer in s_optimizers)
        {
            foreach (int batch in (int[])[1, 2, 300])
            {
                foreach (int ofEach in (int[])[1, 3])
                {
                    var network = new Network([5, 9, 3], Activation.Gelu, Activation.Tanh, seed: 1, kernels: variant);
                    var whole = new Trainer(network, optimizer(), reduction: Reduction.Sum);
                    var halves = new Trainer(network.Clone(), optimizer(), reduction: Reduction.Sum);
                    (float[] x, float[] y) = Samples(whole, batch);
                    float[] weights = Cases.Uniform(6, ofEach * batch);
                    for (int step = 0; step < 3; step++)
                    {
                        float cost = halves.ComputeGradient(x, y, weights);
                        halves.Apply();
                        Cases.AssertSameBits(cost, whole.Evaluate(x, y, weights), "Evaluate before");
                        Cases.AssertSameBits(cost, whole.Step(x, y, weights), "cost");
                        Cases.AssertSameBits(halves.Network.Parameters, whole.Network.Parameters, $"{optimizer()}, {batch}, {ofEach}");
                    }
                }
            }
        }
    }

    [Fact]
    public void What_is_no_weight_is_refused_before_anything_changes()
    {
        Trainer trainer = TrainerOf([2, 3, 2], "Tanh", Cost.SquaredError, KernelVariant.Auto, Reduction.Mean);
        (float[] x, float[] y) = Samples(trainer, 3);
        float[] before = [.. trainer.Network.Parameters];
        AssertRefused(
            [1f, 1f], "length of 3, one weight for each sample, or of 6, one weight for each output of each sample, but has 2.");
        AssertRefused([], "but has 0.");
        AssertRefused([1f, -0.5f, 1f], "weights[1] must be finite and at least 0, but is -0.5.");
        AssertRefused([1f, 1f, 1f, 1f, 1f, float.NaN], "weights[5] must be finite and at least 0, but is NaN.");
        AssertRefused([float.PositiveInfinity, 1f, 1f], "weights[0] must be finite and at least 0");
        AssertRefused([1e-40f, 0f, 1e-40f], "weights must add up to a number from 2^−126 to 2^126");
        AssertRefused([3e38f, 3e38f, 1f], "weights must add up to a number from 2^−126 to 2^126");
        Cases.AssertSameBits(before, trainer.Network.Parameters, "parameters");
        Assert.Equal(0, trainer.OptimizerState.Steps);

        trainer.ComputeGradient(x, y);
        Assert.Contains("weights must not share memory", Assert.Throws<ArgumentException>(
            () => trainer.Step(x, y, trainer.Gradient[..3])).Message, StringComparison.Ordinal);
        Assert.Throws<ArgumentException>(() => trainer.Step(x, y, trainer.Network.Parameters[..6]));
        Trainer ofOne = TrainerOf([2, 1], "Tanh", Cost.SquaredError, KernelVariant.Auto, Reduction.Mean);
        Assert.Contains("one weight for each sample, but has 2", Assert.Throws<ArgumentException>(
            () => ofOne.Step(x, y.AsSpan(0, 3), [1f, 1f])).Message, StringComparison.Ordinal);
        Assert.Throws<OperationCanceledException>(() => trainer.Step(x, y, [1f, 2f, 3f], new CancellationToken(true)));
        Cases.AssertSameBits(before, trainer.Network.Parameters, "parameters");

        void AssertRefused(float[] weights, string message)
        {
            foreach (Action call in (Action[])[
                () => trainer.Step(x, y, weights), () => trainer.ComputeGradient(x, y, weights), () => trainer.Evaluate(x, y, weights),
                () => trainer.Measure(x, y, weights)])
            {
                ArgumentException refusal = Assert.Throws<ArgumentException>(call);
                Assert.Equal("weights", refusal.ParamName);
                Assert.Contains(message, refusal.Message, StringComparison.Ordinal);
            }
        }
    }

    [Fact]
    public void A_second_caller_with_weights_is_refused()
    {
        const int enough = 20;
        Trainer trainer = TrainerOf([4, 30, 2], "Tanh", Cost.SquaredError, KernelVariant.Auto, Reduction.Mean);
        (float[] x, float[] y) = Samples(trainer, 2000);
        float[] weights = [.. Enumerable.Range(0, 2000).Select(s => s % 2f)];
        float expected = trainer.Evaluate(x, y, weights);
        int refused = 0;
        Together.Run(2, _ => Run());
        Assert.InRange(refused, enough, int.MaxValue);
        Cases.AssertSameBits(expected, trainer.Evaluate(x, y, weights), "cost");

        void Run()
        {
            for (int call = 0; call < 100_000 && Volatile.Read(ref refused) < enough; call++)
            {
                int samples = 2 + call * 7 % 1999;
                try
                {
                    trainer.Evaluate(x.AsSpan(0, 4 * samples), y.AsSpan(0, 2 * samples), weights.AsSpan(0, samples));
                }
                catch (InvalidOperationException)
                {
                    Interlocked.Increment(ref refused);
                }
            }
        }
    }

    private static readonly Func<Optimizer>[] s_optimizers =
    [
        () => new Sgd(0.05f), () => new Adam(0.01f), () => new Momentum(0.01f) { WeightDecay = 0.1f, ClipNorm = 0.5f },
    ];

    private static Trainer TrainerOf(int[] widths, string last, Cost cost, KernelVariant variant, Reduction reduction) => new(
        new Network(widths, Activation.Sigmoid, Cases.Named(last), seed: 3, Initializer.PyTorch, variant), new Sgd(0.1f), cost, reduction);

    private static (float[] X, float[] Y) Samples(Trainer trainer, int batch)
    {
        int outputs = trainer.Network.Outputs;
        float[] y = Cases.TargetsOf(trainer.Cost, outputs, Cases.Uniform(5, batch * outputs));
        return (Cases.Uniform(4, batch * trainer.Network.Inputs, -1f), y);
    }
}
