using FastNN.Dispatch;
using Xunit;

namespace FastNN.Tests.Optimizers;

/// <summary>What holds for steps of every optimizer that takes all samples in each step. Their bits depend on nothing.</summary>
public class SecondOrderTests
{
    private const string Lbfgs = nameof(FastNN.Lbfgs), Levenberg = nameof(LevenbergMarquardt);
    private static readonly Cost[] s_costs = [Cost.SquaredError, Cost.AbsoluteError, Cost.BinaryCrossEntropy];

    [Theory]
    [InlineData(Lbfgs)]
    [InlineData(Levenberg)]
    public void Variants_and_threads_have_the_same_bits(string optimizer)
    {
        int[][] networks = optimizer == Lbfgs ? [[2, 4, 3, 2], [20, 33, 9], [67, 64, 5]] : [[2, 4, 3, 2], [9, 12, 9]];
        foreach (int[] widths in networks)
        {
            foreach (int batch in (int[])[1, 2, 40, Cases.IsSlow ? 70 : 300])
            {
                Cost cost = optimizer == Lbfgs ? s_costs[batch % 3] : Cost.SquaredError;
                float[] x = Cases.Uniform(1, batch * widths[0], -1f), y = Cases.Uniform(2, batch * widths[^1]);
                float[] weights = Cases.Uniform(3, batch);
                Trainer expected = Create(KernelVariant.Scalar, 1);
                Trainer[] others =
                    [.. from set in KernelSet.Supported from threads in (int[])[1, 3] select Create(set.Variant, threads)];
                for (int step = 0; step < 5; step++)
                {
                    float before = Step(expected);
                    foreach (Trainer trainer in others)
                    {
                        string what = $"[{string.Join(", ", widths)}], {batch} samples, step {step}, {trainer.Network.KernelVariant}";
                        Cases.AssertSameBits(before, Step(trainer), what);
                        OptimizerTrainingTests.AssertSame(expected, trainer, what);
                    }

                    float Step(Trainer trainer) => step % 2 == 0 ? trainer.Step(x, y) : trainer.Step(x, y, weights);
                }

                Trainer Create(KernelVariant kernels, int threads) =>
                    new(new Network(widths, seed: 3, kernels), NewOptimizer(optimizer, memory: 2, decay: 1e-3f), cost, threads: threads);
            }
        }
    }

    [Theory]
    [InlineData(Lbfgs, 1)]
    [InlineData(Lbfgs, 30)]
    [InlineData(Levenberg, 1)]
    [InlineData(Levenberg, 30)]
    public void Steps_and_TrainUntil_have_the_same_bits(string optimizer, int batch)
    {
        float[] x = Cases.Uniform(1, batch * 3, -1f), y = Cases.Uniform(2, batch * 2);
        Trainer steps = NewTrainer(optimizer), until = NewTrainer(optimizer);
        int count = optimizer == Levenberg && batch == 1 ? 4 : 20; // soon the cost of one sample is 0
        for (int t = 0; t < count; t++) steps.Step(x, y);
        TrainingResult result = until.TrainUntil(x, y, cost: 0f, maxSteps: count);
        OptimizerTrainingTests.AssertSame(steps, until, "parameters and state");
        Cases.AssertSameBits(steps.Evaluate(x, y), result.Cost, "cost");
        float goal = until.Evaluate(x, y) * 0.9f;
        result = until.TrainUntil(x, y, goal, maxSteps: 1000);
        Assert.True(result.Reached == (until.Evaluate(x, y) <= goal));
    }

    [Theory]
    [InlineData(Lbfgs, 1, false)]
    [InlineData(Lbfgs, 20, false)]
    [InlineData(Lbfgs, 20, true)]
    [InlineData(Levenberg, 1, false)]
    [InlineData(Levenberg, 20, false)]
    [InlineData(Levenberg, 20, true)]
    public void Standardized_data_are_learned_as_those_in_own_units(string optimizer, int batch, bool weighted)
    {
        float[] x = Cases.Uniform(1, batch * 3, -1f), y = Cases.Uniform(2, batch * 2), w = Cases.Uniform(3, batch * 2);
        var standardizer = Standardizer.Fit(Cases.Uniform(4, 50 * 2, 100f, 300f), 2);
        var ofInputs = Standardizer.Fit(Cases.Uniform(5, 50 * 3, 1f, 4f), 3);
        var network = new Network([3, 5, 2], Activation.Tanh, Activation.Identity, seed: 4)
        {
            InputStandardizer = ofInputs,
            OutputStandardizer = standardizer,
        };
        var plain = new Trainer(new Network([3, 5, 2], Activation.Tanh, Activation.Identity, seed: 4), NewOptimizer(optimizer));
        var trainer = new Trainer(network, NewOptimizer(optimizer));
        float[] own = [.. y.Select((yi, i) => (yi - standardizer.Mean[i % 2]) * standardizer.Factor[i % 2])];
        float[] ownInputs = [.. x.Select((xj, j) => (xj - ofInputs.Mean[j % 3]) * ofInputs.Factor[j % 3])];
        for (int t = 0; t < 10; t++)
        {
            float expected = weighted ? trainer.Evaluate(x, y, w) : trainer.Evaluate(x, y);
            Cases.AssertSameBits(expected, weighted ? trainer.Step(x, y, w) : trainer.Step(x, y), "cost in the user's units");
            _ = weighted ? plain.Step(ownInputs, own, w) : plain.Step(ownInputs, own);
            OptimizerTrainingTests.AssertSame(plain, trainer, $"step {t}");
        }
    }

    [Theory]
    [InlineData(Lbfgs)]
    [InlineData(Levenberg)]
    public void Weights_of_one_are_none_and_weights_of_zero_leave_out(string optimizer)
    {
        float[] x = Cases.Uniform(1, 30 * 3, -1f), y = Cases.Uniform(2, 30 * 2);
        Trainer plain = NewTrainer(optimizer), ones = NewTrainer(optimizer), zeros = NewTrainer(optimizer);
        float[] weights = [.. Enumerable.Repeat(1f, 30), 0f], more = [.. x, float.NaN, 0f, 0f], moreTargets = [.. y, 0f, float.NaN];
        for (int t = 0; t < 5; t++)
        {
            float cost = plain.Step(x, y);
            Cases.AssertSameBits(cost, ones.Step(x, y, weights.AsSpan(0, 30)), "cost");
            Cases.AssertSameBits(cost, zeros.Step(more, moreTargets, weights), "cost");
            OptimizerTrainingTests.AssertSame(plain, ones, "ones");
            OptimizerTrainingTests.AssertSame(plain, zeros, "zeros");
        }

        var network = new Network([3, 5, 2], seed: 4);
        float[] before = network.Parameters.ToArray();
        var none = new Trainer(network, NewOptimizer(optimizer));
        Assert.Equal(0f, none.Step(x, y, new float[30]));
        Cases.AssertSameBits(before, network.Parameters, "all left out");
        Assert.Equal(0, none.OptimizerState.Steps);
    }

    [Theory]
    [InlineData(Lbfgs)]
    [InlineData(Levenberg)]
    public void A_converged_network_stays_as_it_is(string optimizer)
    {
        float[] x = Cases.Uniform(1, 30 * 3, -1f), y = new float[30 * 2];
        var network = new Network([3, 5, 2], Activation.Tanh, Activation.Identity, seed: 4);
        new Network([3, 5, 2], Activation.Tanh, Activation.Identity, seed: 5).Forward(x, y);
        var trainer = new Trainer(network, NewOptimizer(optimizer));
        TrainingResult first = trainer.TrainUntil(x, y, cost: 0f, maxSteps: 100_000);
        Assert.InRange(first.Steps, 1, 99_999);

        float[] before = network.Parameters.ToArray();
        float[][] states = [.. trainer.OptimizerState.Names.Select(name => trainer.OptimizerState[name].ToArray())];
        Assert.Equal(first with { Steps = 0 }, trainer.TrainUntil(x, y, cost: 0f, maxSteps: 100));
        Cases.AssertSameBits(first.Cost, trainer.Step(x, y), "cost");
        Cases.AssertSameBits(before, network.Parameters, "parameters");
        Assert.Equal(first.Steps, trainer.OptimizerState.Steps);
        for (int k = 0; k < states.Length; k++)
            Cases.AssertSameBits(states[k], trainer.OptimizerState[trainer.OptimizerState.Names[k]], "state");

        new Network([3, 5, 2], Activation.Tanh, Activation.Identity, seed: 5).Parameters.CopyTo(network.Parameters); // the gradient is 0
        Assert.Equal(new TrainingResult(0, 0f, true), trainer.TrainUntil(x, y, cost: 0f, maxSteps: 100));
        Assert.Equal(0f, trainer.Step(x, y));
        Assert.Equal(first.Steps, trainer.OptimizerState.Steps);
    }

    [Theory]
    [InlineData(Lbfgs)]
    [InlineData(Levenberg)]
    public void A_cost_or_a_gradient_that_is_not_finite_changes_nothing(string optimizer)
    {
        foreach ((float input, float target) in ((float, float)[])[(float.NaN, 0f), (0f, float.NaN), (0f, float.PositiveInfinity)])
        {
            foreach (int batch in (int[])[1, 2, 30])
            {
                float[] x = Cases.Uniform(1, batch * 3, -1f), y = Cases.Uniform(2, batch * 2);
                x[0] += input;
                y[0] += target;
                Trainer trainer = NewTrainer(optimizer), fresh = NewTrainer(optimizer);
                Assert.False(float.IsFinite(trainer.Step(x, y)));
                TrainingResult result = trainer.TrainUntil(x, y, cost: 0f, maxSteps: 5);
                Assert.Equal((0, false), (result.Steps, float.IsFinite(result.Cost)));
                OptimizerTrainingTests.AssertSame(fresh, trainer, "parameters and state");
            }
        }
    }

    [Theory]
    [InlineData(Lbfgs)]
    [InlineData(Levenberg)]
    public void Trials_that_are_not_finite_are_too_far(string optimizer)
    {
        float[] x = [1f, 2f, 3f], y = [1f, 4f, 9f];
        var network = new Network([1, 3, 1], Activation.Tanh, Activation.Exponential, seed: 1);
        var trainer = new Trainer(network, NewOptimizer(optimizer, rate: 1e6f));
        float before = trainer.Evaluate(x, y), after = trainer.TrainUntil(x, y, cost: 0f, maxSteps: 50).Cost;
        Assert.InRange(after, 0f, 0.01f * before);
    }

    /// <summary>L-BFGS stops where F is flat up to 2⁻²² of itself. Levenberg–Marquardt does not make a last step there.</summary>
    [Theory]
    [InlineData(Lbfgs, Reduction.Mean, 0f, 12, 1e-3)]
    [InlineData(Lbfgs, Reduction.Mean, 0.1f, 12, 1e-3)]
    [InlineData(Lbfgs, Reduction.Sum, 3f, 12, 1e-3)]
    [InlineData(Levenberg, Reduction.Mean, 0f, 6, 1e-5)]
    [InlineData(Levenberg, Reduction.Mean, 0.1f, 6, 1e-5)]
    [InlineData(Levenberg, Reduction.Sum, 3f, 6, 1e-5)]
    public void Least_squares_with_decay_reach_the_exact_solution(
        string optimizer, Reduction reduction, float decay, int mostSteps, double error)
    {
        // y = 2·x₀ − x₁ + 3 with x₀, x₁ ∈ {−1, 1}: the means of the inputs and of their product are 0. With C = mean of (y − a)² and λ/2·w²
        // the weights are 2/(1 + λ/2) and −1/(1 + λ/2). A sum over four samples has a quarter of the decay. The bias has none.
        float[] x = [-1, -1, -1, 1, 1, -1, 1, 1], y = [2, 0, 6, 4];
        var network = new Network([2, 1], Activation.Identity, Activation.Identity, seed: 2);
        var trainer = new Trainer(network, NewOptimizer(optimizer, decay: decay), reduction: reduction);
        TrainingResult result = trainer.TrainUntil(x, y, cost: 0f, maxSteps: 100);
        Assert.InRange(result.Steps, 1, mostSteps);
        double shrink = 1 / (1 + decay / 2 / (reduction == Reduction.Sum ? 4 : 1));
        double[] expected = [2 * shrink, -shrink, 3];
        for (int k = 0; k < 3; k++) Assert.Equal(expected[k], network.Parameters[k], error);
        Assert.Equal(trainer.Evaluate(x, y), result.Cost);
    }

    private static Optimizer NewOptimizer(string optimizer, int memory = 10, float decay = 0f, float rate = 1f) =>
        optimizer == Lbfgs
            ? new Lbfgs(memory) { WeightDecay = decay, LearningRate = rate }
            : new LevenbergMarquardt { WeightDecay = decay, LearningRate = rate };

    private static Trainer NewTrainer(string optimizer) =>
        new(new Network([3, 5, 2], seed: 4), NewOptimizer(optimizer, memory: 3, decay: 1e-4f));
}
