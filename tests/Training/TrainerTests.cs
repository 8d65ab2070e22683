using Xunit;

namespace FastNN.Tests.Training;

/// <summary>The trainer. The tests say what a step returns, when a loop ends, and what mean and sum do.</summary>
public class TrainerTests
{
    private static readonly float[] s_inputs = Cases.Uniform(1, 8 * 2);
    private static readonly float[] s_targets = Cases.Uniform(2, 8 * 2);

    [Theory]
    [InlineData(1)]
    [InlineData(8)]
    public void A_step_returns_the_cost_before_the_update(int batch)
    {
        (Network network, Trainer trainer) = Example();
        ReadOnlySpan<float> x = s_inputs.AsSpan(0, batch * 2), y = s_targets.AsSpan(0, batch * 2);
        for (int step = 0; step < 5; step++)
        {
            float[] before = network.Parameters.ToArray();
            float cost = trainer.Evaluate(x, y);
            Assert.Equal(before, network.Parameters.ToArray());
            Assert.Equal(cost, trainer.Step(x, y));
            Assert.InRange(trainer.Evaluate(x, y), 0f, float.BitDecrement(cost));
        }
    }

    [Fact]
    public void Training_ends_at_the_first_parameters_whose_cost_is_small_enough()
    {
        (Network network, Trainer trainer) = Example();
        (Network again, Trainer stepping) = Example();
        float target = 0.8f * trainer.Evaluate(s_inputs, s_targets);
        TrainingResult result = trainer.TrainUntil(s_inputs, s_targets, target, maxSteps: 10_000);

        int steps = 0;
        for (; stepping.Evaluate(s_inputs, s_targets) > target; steps++) stepping.Step(s_inputs, s_targets);
        Assert.InRange(steps, 2, 9_999);
        Assert.Equal(new TrainingResult(steps, stepping.Evaluate(s_inputs, s_targets), Reached: true), result);
        Cases.AssertSameBits(again.Parameters, network.Parameters, "parameters");

        Assert.Equal(result with { Steps = 0 }, trainer.TrainUntil(s_inputs, s_targets, target, maxSteps: 10_000));
        Cases.AssertSameBits(again.Parameters, network.Parameters, "parameters when there is nothing to do");
    }

    [Theory]
    [InlineData(1, 0)]
    [InlineData(1, 7)]
    [InlineData(8, 7)]
    public void Training_ends_after_the_most_steps(int batch, int maxSteps)
    {
        (Network network, Trainer trainer) = Example();
        (Network again, Trainer stepping) = Example();
        ReadOnlySpan<float> x = s_inputs.AsSpan(0, batch * 2), y = s_targets.AsSpan(0, batch * 2);
        TrainingResult result = trainer.TrainUntil(x, y, cost: 0f, maxSteps);

        for (int step = 0; step < maxSteps; step++) stepping.Step(x, y);
        Assert.Equal(new TrainingResult(maxSteps, stepping.Evaluate(x, y), Reached: false), result);
        Cases.AssertSameBits(again.Parameters, network.Parameters, "parameters");
    }

    [Fact]
    public void Training_ends_when_the_cost_is_no_number()
    {
        (Network network, Trainer trainer) = Example();
        network.Parameters[^1] = float.NaN;
        TrainingResult result = trainer.TrainUntil(s_inputs, s_targets, cost: 0.1f, maxSteps: 1000);
        Assert.Equal(new TrainingResult(0, float.NaN, Reached: false), result);
    }

    [Fact]
    public void The_mean_of_a_batch_is_its_sum_divided_by_the_batch_size()
    {
        // There are eight samples. Division by 8 is exact, so the bits must be the same.
        (Network meanNetwork, Trainer mean) = Example(0.5f);
        (Network sumNetwork, Trainer sum) = Example(0.5f / 8, Reduction.Sum);
        for (int step = 0; step < 10; step++) Assert.Equal(sum.Step(s_inputs, s_targets) / 8, mean.Step(s_inputs, s_targets));
        Cases.AssertSameBits(sumNetwork.Parameters, meanNetwork.Parameters, "parameters");
    }

    [Theory]
    [InlineData(Reduction.Mean)]
    [InlineData(Reduction.Sum)]
    public void One_sample_is_its_own_mean_and_sum(Reduction reduction)
    {
        (Network network, Trainer trainer) = Example(reduction: reduction);
        (Network again, Trainer same) = Example();
        float[] x = s_inputs[..2], y = s_targets[..2];
        for (int step = 0; step < 10; step++) Assert.Equal(same.Step(x, y), trainer.Step(x, y));
        Cases.AssertSameBits(again.Parameters, network.Parameters, "parameters");
    }

    [Fact]
    public void The_learning_rate_may_change_between_steps()
    {
        var optimizer = new Sgd(0.5f);
        var network = new Network([2, 4, 3, 2], seed: 1);
        var trainer = new Trainer(network, optimizer);
        (Network again, Trainer half) = Example(0.25f);
        optimizer.LearningRate = 0.25f;
        Assert.Equal(half.Step(s_inputs, s_targets), trainer.Step(s_inputs, s_targets));
        Cases.AssertSameBits(again.Parameters, network.Parameters, "parameters");
    }

    private static (Network Network, Trainer Trainer) Example(float learningRate = 0.5f, Reduction reduction = Reduction.Mean)
    {
        var network = new Network([2, 4, 3, 2], seed: 1);
        return (network, new Trainer(network, new Sgd(learningRate), reduction: reduction));
    }
}
