using FastNN.Dispatch;
using FastNN.Passes;
using Xunit;

namespace FastNN.Tests.Optimizers;

/// <summary>
/// The method of Levenberg and Marquardt is compared with its formulas in double precision, and with solutions that are known. JᵀJ has the
/// bits of the gradients of single samples.
/// </summary>
public class LevenbergMarquardtTests
{
    private const int Samples = 400, Outputs = 3; // 1,200 rows, so two segments, and one sample is in both
    private static readonly float[] s_x = Cases.Uniform(1, Samples * 5, -1f), s_y = Cases.Uniform(2, Samples * Outputs);
    private static readonly float[] s_noDamping = [0f, -1f, float.NaN, float.PositiveInfinity, float.NegativeInfinity];

    [Theory]
    [InlineData(1e-1f, 0f, 1f)]
    [InlineData(1e-3f, 0.01f, 1f)]
    [InlineData(1f, 0.01f, 0.5f)]
    [InlineData(1e-5f, 0f, 1.5f)]
    public void First_steps_are_those_of_double_precision(float damping, float decay, float rate)
    {
        const int samples = 40, steps = 10;
        float[] x = Cases.Uniform(1, samples * 2, -1f), y = Cases.Uniform(2, samples * 2, -0.9f, 0.9f);
        var network = new Network([2, 4, 2], Activation.Tanh, Activation.Tanh, seed: 3);
        var trainer = new Trainer(network, new LevenbergMarquardt(damping) { WeightDecay = decay, LearningRate = rate });
        var oracle = new LevenbergMarquardtOracle(x, y, hidden: 4, damping, decay, rate) { Parameters = [.. network.Parameters.ToArray()] };
        int failures = 0;
        double way = 0, worst = 0, worstDamping = 0; // as parts of the way of the parameters so far, and of the damping
        for (int t = 0; t < steps; t++)
        {
            double expected = oracle.Cost;
            Assert.Equal(expected, trainer.Step(x, y), 1e-4 * expected);
            (int trials, double length) = oracle.Iterate();
            failures += trials - 1;
            way += length;
            for (int k = 0; k < oracle.Parameters.Length; k++)
                worst = Math.Max(worst, Math.Abs(network.Parameters[k] - oracle.Parameters[k]) / way);
            worstDamping = Math.Max(worstDamping, Math.Abs(trainer.OptimizerState["damping"][0] / oracle.Damping - 1));
        }

        // JᵀJ has errors of some 2⁻²², and the damped systems multiply them by some hundred. The damping follows ρ, which follows small
        // differences of costs. Another rule differs in the second digit.
        Assert.InRange(worst, 0, 1e-4);
        Assert.InRange(worstDamping, 0, 5e-3);
        Assert.True(damping == 1f ? failures == 0 : failures > 0, $"{failures} trials failed");
    }

    [Theory]
    [InlineData("Tanh", 0, false)]
    [InlineData("Identity", 0, true)]
    [InlineData("Sigmoid", 1, false)]
    [InlineData("Gelu", 1, true)]
    [InlineData("Softmax", 3, true)]
    public void The_equations_have_the_bits_of_gradients_of_single_samples(string last, int perSample, bool standardizes)
    {
        Activation[] activations = [Activation.Silu, Activation.Tanh, Cases.Named(last)];
        float[] weights =
            [.. Cases.Uniform(3, Samples * Math.Max(perSample, 1)).Select(weight => perSample == 0 ? 1f : weight < 0.1f ? 0f : weight)];
        Standardizer? input = standardizes ? Standardizer.Fit(Cases.Uniform(4, 50 * 5, 1f, 4f), 5) : null;
        float[] expected = Equations(RowsOf(NewNetwork(KernelVariant.Scalar), weights, perSample));
        foreach (KernelSet set in KernelSet.Supported)
        {
            foreach (int threads in (int[])[1, 3])
                Assert.Equal(expected, Equations(NewNetwork(set.Variant), weights, perSample, threads));
        }

        Network NewNetwork(KernelVariant kernels) =>
            new([5, 9, 4, Outputs], activations, 6, kernels: kernels) { InputStandardizer = input };
    }

    [Theory]
    [InlineData(false, Reduction.Mean)]
    [InlineData(false, Reduction.Sum)]
    [InlineData(true, Reduction.Mean)]
    public void Weighted_least_squares_reach_the_exact_solution(bool ofOutputs, Reduction reduction)
    {
        const int samples = 20;
        float[] x = Cases.Uniform(1, samples, -1f), y = Cases.Uniform(2, samples * 2, -2f, 2f);
        float[] weights = Cases.Uniform(3, ofOutputs ? samples * 2 : samples);
        weights[4] = 0f; // left out, whatever the numbers are
        y[ofOutputs ? 4 : 8] = float.NaN;
        var network = new Network([1, 2], Activation.Identity, Activation.Identity, seed: 2);
        var trainer = new Trainer(network, new LevenbergMarquardt(), reduction: reduction);
        for (int t = 0; t < 6; t++) trainer.Step(x, y, weights);
        for (int i = 0; i < 2; i++)
        {
            double sum = 0, sumX = 0, sumY = 0, sumXX = 0, sumXY = 0;
            for (int s = 0; s < samples; s++)
            {
                double weight = ofOutputs ? weights[2 * s + i] : weights[s];
                if (weight == 0) continue;

                sum += weight;
                sumX += weight * x[s];
                sumY += weight * y[2 * s + i];
                sumXX += weight * x[s] * x[s];
                sumXY += weight * x[s] * y[2 * s + i];
            }

            double slope = (sum * sumXY - sumX * sumY) / (sum * sumXX - sumX * sumX);
            Assert.Equal(slope, network.Parameters[i], 1e-5);
            Assert.Equal((sumY - slope * sumX) / sum, network.Parameters[2 + i], 1e-5);
        }
    }

    [Fact]
    public void A_smooth_function_is_learned_to_six_digits()
    {
        const int samples = 300;
        float[] x = new float[samples], y = new float[samples];
        for (int s = 0; s < samples; s++)
        {
            x[s] = 2f * s / (samples - 1) - 1;
            y[s] = 5 * x[s] * MathF.Exp(-5 * x[s] * x[s]) / 0.79f;
        }

        for (int seed = 0; seed < 3; seed++)
        {
            var network = new Network([1, 15, 1], Activation.Tanh, Activation.Identity, seed, Initializer.Glorot);
            TrainingResult result = new Trainer(network, new LevenbergMarquardt()).TrainUntil(x, y, cost: 1e-6f, maxSteps: 200);
            Assert.True(result.Reached, $"{result}");
        }
    }

    [Fact]
    public void The_damping_and_Steps_are_the_whole_state()
    {
        float[] x = Cases.Uniform(1, 30 * 3, -1f), y = Cases.Uniform(2, 30 * 2);
        Trainer trainer = NewTrainer(), other = NewTrainer();
        Assert.Equal(["damping"], trainer.OptimizerState.Names);
        for (int t = 0; t < 7; t++)
        {
            float[] before = trainer.OptimizerState["damping"].ToArray();
            trainer.Step(x, y);
            float[] after = trainer.OptimizerState["damping"].ToArray();
            Assert.Equal(t + 1, trainer.OptimizerState.Steps);
            Assert.NotEqual(before[0], after[0]);
            Assert.True(after[0] > 0f);
            Assert.Single(after.Distinct());
        }

        trainer.Network.Parameters.CopyTo(other.Network.Parameters);
        trainer.OptimizerState["damping"].CopyTo(other.OptimizerState["damping"]);
        other.OptimizerState.Steps = 7;
        Cases.AssertSameBits(trainer.Step(x, y), other.Step(x, y), "cost");
        OptimizerTrainingTests.AssertSame(trainer, other, "after the copy");

        trainer.OptimizerState.Reset();
        NewTrainer().Network.Parameters.CopyTo(trainer.Network.Parameters);
        Trainer fresh = NewTrainer();
        Cases.AssertSameBits(fresh.Step(x, y), trainer.Step(x, y), "cost");
        OptimizerTrainingTests.AssertSame(fresh, trainer, "after Reset");
    }

    [Fact]
    public void A_state_that_is_no_damping_is_that_of_the_first_step()
    {
        float[] x = Cases.Uniform(1, 30 * 3, -1f), y = Cases.Uniform(2, 30 * 2);
        Trainer fresh = NewTrainer();
        fresh.Step(x, y);
        foreach (float damping in s_noDamping)
        {
            Trainer trainer = NewTrainer();
            trainer.OptimizerState["damping"].Fill(damping);
            trainer.Step(x, y);
            OptimizerTrainingTests.AssertSame(fresh, trainer, $"{damping}");
        }
    }

    [Fact]
    public void The_damping_has_a_limit()
    {
        // Least squares, so a step is as good as promised, and the damping would fall by a third. The largest A_kk is that of the bias: the
        // sum of the weights. Its damping would be subnormal if the weights are very small.
        float[] x = [0.5f, -0.5f], y = [2f, 0f];
        foreach ((float weight, int exponent) in ((float, int)[])[(1f, -23), (16f, -19), (1e-38f, -126)])
        {
            var network = new Network([1, 1], Activation.Identity, Activation.Identity, seed: 1);
            var trainer = new Trainer(network, new LevenbergMarquardt(1e-30f), reduction: Reduction.Sum);
            trainer.Step(x, y, [weight, weight]);
            Assert.Equal(1, trainer.OptimizerState.Steps);
            Assert.Equal(MathF.ScaleB(1f, exponent), trainer.OptimizerState["damping"][0]);
        }
    }

    [Fact]
    public void Fewer_rows_than_parameters_are_fitted_exactly()
    {
        foreach (int batch in (int[])[1, 5])
        {
            float[] x = Cases.Uniform(1, batch * 3, -1f), y = Cases.Uniform(2, batch * 2);
            var network = new Network([3, 20, 2], Activation.Tanh, Activation.Identity, seed: 4);
            TrainingResult result = new Trainer(network, new LevenbergMarquardt()).TrainUntil(x, y, cost: 1e-12f, maxSteps: 10);
            Assert.True(result.Reached, $"{batch} samples: {result}");
        }
    }

    [Fact]
    public void Other_costs_and_large_networks_are_refused()
    {
        var network = new Network([2, 1], seed: 1);
        foreach (Cost cost in (Cost[])[Cost.BinaryCrossEntropy, Cost.AbsoluteError, Cost.Huber(1f)])
        {
            ArgumentException refusal = Assert.Throws<ArgumentException>(() => new Trainer(network, new LevenbergMarquardt(), cost));
            Assert.Equal("cost", refusal.ParamName);
            Assert.Contains($"{cost}", refusal.Message);
            Assert.Contains("LevenbergMarquardt", refusal.Message);
            Assert.Contains("SquaredError", refusal.Message);
        }

        _ = new Trainer(new Network([1, 1365, 1], seed: 1), new LevenbergMarquardt()); // 4,096 parameters
        ArgumentException tooLarge = Assert.Throws<ArgumentException>(
            () => new Trainer(new Network([4, 819, 2], seed: 1), new LevenbergMarquardt()));
        Assert.Equal("network", tooLarge.ParamName);
        Assert.StartsWith(
            "network must have at most 4096 parameters for LevenbergMarquardt, which takes 12 bytes for each pair of them, but has 5735, "
            + "which would take 394 MB. Use Lbfgs for it.",
            tooLarge.Message);
    }

    /// <summary>The rows of J by gradients of single samples.</summary>
    private static (float[] Row, float Residual)[] RowsOf(Network network, float[] weights, int perSample)
    {
        var trainer = new Trainer(network, new Sgd(1f));
        var rows = new (float[] Row, float Residual)[Samples * Outputs];
        for (int r = 0; r < rows.Length; r++)
        {
            (int s, int i) = (r / Outputs, r % Outputs);
            float root = MathF.Sqrt(weights[perSample < 2 ? s : r]);
            float[] unit = new float[Outputs], a = new float[Outputs];
            unit[i] = root;
            trainer.Gradient.Clear();
            trainer.Backward(s_x.AsSpan(5 * s, 5), unit);
            network.Forward(s_x.AsSpan(5 * s, 5), a);
            rows[r] = (trainer.Gradient.ToArray(), root * (a[i] - s_y[r]));
        }

        return rows;
    }

    /// <summary>The lower triangle of JᵀJ as the optimizer computes it, rounded to floats.</summary>
    private static unsafe float[] Equations(Network network, float[] weights, int perSample, int threads)
    {
        NetworkPlan plan = network.Plan;
        OutputKernels output = plan.Functions[^1].Under(Cost.SquaredError);
        WeightedOutput? weighted = perSample == 0 ? null : plan.Functions[^1].UnderWeights(output, Outputs);
        var equations = new NormalEquations(plan, network.Buffer.Pointer, threads);
        fixed (float* inputs = s_x, targets = s_y, w = weights)
        {
            weighted?.Begin(targets, w, perSample);
            var batch = new PassBatch(plan.Forward.Under(weighted ?? output), inputs, targets, Samples, 1f, 1);
            for (int call = 0; call < 2; call++) equations.Compute(in batch, network.InputStandardizer, null, default);
        }

        GC.KeepAlive(network);
        return [.. from j in Enumerable.Range(0, plan.Parameters + 1) from i in Enumerable.Range(0, j + 1) select At(j, i)];

        float At(int j, int i) => (float)equations.H[j * (nint)equations.Stride + i];
    }

    /// <summary>The lower triangle of JᵀJ by the order of the contract, rounded to floats.</summary>
    private static float[] Equations((float[] Row, float Residual)[] rows)
    {
        float[][] j = [.. rows.Select(row => (float[])[.. row.Row, row.Residual])];
        int columns = j[0].Length;
        var h = new float[columns * (columns + 1) / 2];
        for (int a = 0, k = 0; a < columns; a++)
        {
            for (int b = 0; b <= a; b++, k++)
            {
                double sum = 0;
                foreach (float[][] segment in j.Chunk(1024))
                    sum += segment.Aggregate(0f, (chain, row) => MathF.FusedMultiplyAdd(row[a], row[b], chain));
                h[k] = (float)sum;
            }
        }

        return h;
    }

    private static Trainer NewTrainer() =>
        new(new Network([3, 5, 2], seed: 4), new LevenbergMarquardt(0.1f) { WeightDecay = 1e-4f });
}
