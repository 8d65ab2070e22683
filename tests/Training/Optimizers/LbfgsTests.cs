using Xunit;

namespace FastNN.Tests.Optimizers;

/// <summary>
/// L-BFGS is compared with the formula in double precision that it comes from, with the conditions of its line search, and with solutions
/// that are known.
/// </summary>
public class LbfgsTests
{
    [Theory]
    [InlineData(0f, 1f)]
    [InlineData(0.01f, 1f)]
    [InlineData(0f, 0.01f)]
    [InlineData(0.01f, 8f)]
    public void First_iterations_are_those_of_the_inverse_BFGS_matrix_in_double_precision(float decay, float rate)
    {
        const int memory = 3, samples = 40, iterations = 10;
        float[] x = Cases.Uniform(1, samples * 2, -1f), y = Cases.Uniform(2, samples, -3f, 3f);
        var network = new Network([2, 4, 1], Activation.Tanh, Activation.Identity, seed: 3);
        var trainer = new Trainer(network, new Lbfgs(memory) { WeightDecay = decay, LearningRate = rate });
        var oracle = new LbfgsOracle(x, y, hidden: 4, memory, decay, rate) { Parameters = [.. network.Parameters.ToArray()] };
        int first = 0;
        double way = 0, worst = 0; // the way of the parameters so far, and the largest error as a part of it
        for (int t = 0; t < iterations; t++)
        {
            double expected = oracle.Cost;
            Assert.Equal(expected, trainer.Step(x, y), 1e-5 * expected);
            first += oracle.Iterate(out double length) ? 1 : 0;
            way += length;
            for (int k = 0; k < oracle.Parameters.Length; k++)
                worst = Math.Max(worst, Math.Abs(network.Parameters[k] - oracle.Parameters[k]) / way);
        }

        // A gradient has errors of some 2⁻²². A change of it is a tenth of it or more, and ten steps add up. Other rules of the search,
        // another γ, or other pairs differ in the second digit.
        Assert.InRange(worst, 0, 1e-4);
        Assert.True(rate == 1f ? first == iterations : first < iterations, $"{first} first trials were enough");
    }

    [Theory]
    [InlineData(1e-4f)]
    [InlineData(1f)]
    [InlineData(300f)]
    public void Each_step_meets_the_strong_Wolfe_conditions_from_any_first_trial(float rate)
    {
        float[] x = Cases.Uniform(1, 50 * 3, -1f), y = Cases.Uniform(2, 50 * 2);
        var network = new Network([3, 6, 2], Activation.Tanh, Activation.Sigmoid, seed: 1);
        var trainer = new Trainer(network, new Lbfgs { LearningRate = rate });
        var other = new Trainer(network, new Sgd(1f));
        for (int t = 0; t < 12; t++)
        {
            float[] before = network.Parameters.ToArray();
            (double costBefore, float[] gradientBefore) = Gradient();
            Assert.Equal(costBefore, trainer.Step(x, y));
            (double cost, float[] gradient) = Gradient();
            double slopeBefore = 0, slope = 0; // along the step
            for (int k = 0; k < before.Length; k++)
            {
                double step = (double)network.Parameters[k] - before[k];
                slopeBefore += gradientBefore[k] * step;
                slope += gradient[k] * step;
            }

            Assert.True(slopeBefore < 0);
            Assert.True(cost < costBefore + 1e-4 * slopeBefore, $"step {t}: {costBefore} → {cost}, slope {slopeBefore}");
            Assert.InRange(Math.Abs(slope), 0, 0.9001 * -slopeBefore);
        }

        (double Cost, float[] Gradient) Gradient() => (other.ComputeGradient(x, y), other.Gradient.ToArray());
    }

    [Fact]
    public void A_smooth_function_is_learned_to_five_digits()
    {
        const int samples = 300;
        float[] x = new float[samples], y = new float[samples];
        for (int s = 0; s < samples; s++)
        {
            x[s] = 2f * s / (samples - 1) - 1;
            y[s] = 5 * x[s] * MathF.Exp(-5 * x[s] * x[s]) / 0.79f;
        }

        var network = new Network([1, 15, 1], Activation.Tanh, Activation.Identity, seed: 0, Initializer.Glorot);
        TrainingResult result = new Trainer(network, new Lbfgs()).TrainUntil(x, y, cost: 1e-4f, maxSteps: 400);
        Assert.True(result.Reached, $"{result}");
    }

    [Fact]
    public void Pairs_go_round_and_Steps_with_the_spans_are_the_whole_state()
    {
        float[] x = Cases.Uniform(1, 30 * 3, -1f), y = Cases.Uniform(2, 30 * 2);
        Trainer trainer = NewTrainer(), other = NewTrainer();
        Assert.Equal(["step 1", "step 2", "step 3", "gradient change 1", "gradient change 2", "gradient change 3"],
            trainer.OptimizerState.Names);
        for (int t = 0; t < 7; t++)
        {
            float[][] states = [.. trainer.OptimizerState.Names.Select(name => trainer.OptimizerState[name].ToArray())];
            float[] before = trainer.Network.Parameters.ToArray();
            trainer.Step(x, y);
            Assert.Equal(t + 1, trainer.OptimizerState.Steps);
            for (int k = 0; k < 6; k++)
            {
                Span<float> state = trainer.OptimizerState[trainer.OptimizerState.Names[k]];
                Assert.Equal(k % 3 != t % 3, state.SequenceEqual(states[k]));
            }

            Span<float> step = trainer.OptimizerState[$"step {t % 3 + 1}"];
            for (int k = 0; k < before.Length; k++) Assert.Equal(trainer.Network.Parameters[k] - before[k], step[k]);
        }

        trainer.Network.Parameters.CopyTo(other.Network.Parameters);
        foreach (string name in trainer.OptimizerState.Names) trainer.OptimizerState[name].CopyTo(other.OptimizerState[name]);
        other.OptimizerState.Steps = 7;
        Cases.AssertSameBits(trainer.Step(x, y), other.Step(x, y), "cost");
        OptimizerTrainingTests.AssertSame(trainer, other, "after the copy");

        trainer.OptimizerState.Reset();
        new Network([3, 5, 2], seed: 4).Parameters.CopyTo(trainer.Network.Parameters);
        Trainer fresh = NewTrainer();
        Cases.AssertSameBits(fresh.Step(x, y), trainer.Step(x, y), "cost");
        OptimizerTrainingTests.AssertSame(fresh, trainer, "after Reset");
    }

    [Fact]
    public void States_that_are_no_pairs_do_not_count()
    {
        float[] x = Cases.Uniform(1, 30 * 3, -1f), y = Cases.Uniform(2, 30 * 2);
        Trainer trainer = NewTrainer(), fresh = NewTrainer();
        trainer.OptimizerState["step 1"].Fill(float.NaN);
        trainer.OptimizerState["gradient change 1"].Fill(1f);
        trainer.OptimizerState["step 2"].Fill(1f);
        trainer.OptimizerState["gradient change 2"].Fill(-1f); // no curvature
        trainer.OptimizerState["step 3"].Fill(float.PositiveInfinity);
        trainer.OptimizerState["gradient change 3"].Fill(1f);
        Cases.AssertSameBits(fresh.Step(x, y), trainer.Step(x, y), "cost");
        Cases.AssertSameBits(fresh.Network.Parameters, trainer.Network.Parameters, "parameters");
    }

    [Fact]
    public void Pairs_that_lead_nowhere_are_dropped()
    {
        float[] x = Cases.Uniform(1, 30 * 3, -1f), y = Cases.Uniform(2, 30 * 2);
        Trainer trainer = NewTrainer(), fresh = NewTrainer();
        trainer.OptimizerState["step 2"].Fill(1e30f);
        trainer.OptimizerState["gradient change 2"].Fill(1e-30f); // γ is 10⁶⁰, so the direction is not finite
        Cases.AssertSameBits(fresh.Step(x, y), trainer.Step(x, y), "cost");
        OptimizerTrainingTests.AssertSame(fresh, trainer, "the gradient led on");
    }

    private static Trainer NewTrainer() => new(new Network([3, 5, 2], seed: 4), new Lbfgs(3) { WeightDecay = 1e-4f });
}
