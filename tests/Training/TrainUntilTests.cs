using Xunit;

namespace FastNN.Tests.Training;

/// <summary>
/// A round of TrainUntil passes forward once. Yet it ends where a loop of Evaluate and Step ends, with the same bits of cost, parameters
/// and states.
/// </summary>
public class TrainUntilTests
{
    private static readonly Func<Optimizer>[] s_optimizers =
    [
        () => new Sgd(0.05f), () => new Sgd(0.05f) { WeightDecay = 0.01f }, () => new Sgd(0.05f) { ClipNorm = 0.1f },
        () => new Momentum(0.02f), () => new Adam(0.01f), () => new AdamW(0.01f) { ClipNorm = 0.5f },
        () => new Sgd(0.05f) { Schedule = LearningRateSchedule.From(step => step % 3 == 1 ? 0 : 1) },
    ];

    /// <summary>A tiny network and a general one; one sample, a tile, and several chunks.</summary>
    public static TheoryData<int[], int, int> Shapes => new()
    {
        { [2, 4, 3, 2], 1, 1 },
        { [2, 4, 3, 2], 8, 1 },
        { [5, 33, 7], 1, 1 },
        { [5, 33, 7], 40, 2 },
        { [5, 33, 7], 300, 1 },
    };

    [Theory]
    [MemberData(nameof(Shapes))]
    public void It_ends_where_a_loop_of_evaluating_and_stepping_ends(int[] widths, int batch, int threads)
    {
        float[] x = Cases.Uniform(1, batch * widths[0]), y = Cases.Uniform(2, batch * widths[^1]);
        foreach (Func<Optimizer> optimizer in s_optimizers)
        {
            foreach (bool standardized in (bool[])[false, true])
            {
                Trainer trainer = New(), stepping = New();
                float goal = 0.97f * trainer.Evaluate(x, y), reached;
                TrainingResult result = trainer.TrainUntil(x, y, goal, maxSteps: 25);

                int steps = 0;
                for (; (reached = stepping.Evaluate(x, y)) > goal && steps < 25; steps++) stepping.Step(x, y);
                Assert.Equal(new TrainingResult(steps, reached, reached <= goal), result);
                AssertSame(stepping, trainer);

                // Nothing is left to do, and nothing changes.
                Assert.Equal(new TrainingResult(0, reached, true), trainer.TrainUntil(x, y, reached, maxSteps: 25));
                AssertSame(stepping, trainer);

                Trainer New()
                {
                    bool own = standardized;
                    var network = new Network(widths, Activation.Sigmoid, own ? Activation.Identity : Activation.Sigmoid, seed: 3);
                    if (own) network.InputStandardizer = Standardizer.Fit(x, widths[0]);
                    if (own) network.OutputStandardizer = Standardizer.Fit(Cases.Uniform(4, 9 * widths[^1]), widths[^1]);
                    return new Trainer(network, optimizer(), threads: threads);
                }
            }
        }
    }

    [Theory]
    [InlineData(1)]
    [InlineData(300)]
    public void A_cost_that_is_not_finite_ends_it_and_makes_no_update(int batch)
    {
        float[] x = Cases.Uniform(1, batch * 5), y = Cases.Uniform(2, batch * 7);
        y[^1] = float.NaN;
        foreach (Func<Optimizer> optimizer in s_optimizers)
        {
            var trainer = new Trainer(new Network([5, 33, 7], seed: 1), optimizer());
            float[] before = trainer.Network.Parameters.ToArray();
            Assert.Equal(new TrainingResult(0, float.NaN, false), trainer.TrainUntil(x, y, 1f, maxSteps: 5));
            Assert.Equal(0, trainer.OptimizerState.Steps);
            Cases.AssertSameBits(before, trainer.Network.Parameters, "parameters");
        }
    }

    [Theory]
    [InlineData(1)]
    [InlineData(300)]
    public void A_cancelled_token_ends_it_before_the_next_step_but_not_at_the_goal(int batch)
    {
        float[] x = Cases.Uniform(1, batch * 5), y = Cases.Uniform(2, batch * 7);
        using var cancelled = new CancellationTokenSource();
        cancelled.Cancel();
        foreach (Func<Optimizer> optimizer in s_optimizers)
        {
            var trainer = new Trainer(new Network([5, 33, 7], seed: 1), optimizer());
            float cost = trainer.Evaluate(x, y);
            Assert.Throws<OperationCanceledException>(() => trainer.TrainUntil(x, y, 0f, maxSteps: 5, cancelled.Token));
            Assert.Equal(0, trainer.OptimizerState.Steps);
            Assert.Equal(new TrainingResult(0, cost, true), trainer.TrainUntil(x, y, cost, maxSteps: 5, cancelled.Token));
            Assert.Equal(new TrainingResult(0, cost, false), trainer.TrainUntil(x, y, 0f, maxSteps: 0, cancelled.Token));
        }
    }

    private static void AssertSame(Trainer expected, Trainer actual)
    {
        Cases.AssertSameBits(expected.Network.Parameters, actual.Network.Parameters, "parameters");
        Assert.Equal(expected.OptimizerState.Steps, actual.OptimizerState.Steps);
        foreach (string name in expected.OptimizerState.Names)
            Cases.AssertSameBits(expected.OptimizerState[name], actual.OptimizerState[name], name);
    }
}
