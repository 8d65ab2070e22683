using Xunit;

namespace FastNN.Tests.Optimizers;

/// <summary>What of second-order optimizers depends on time or on the heap, so that nothing else may run beside it.</summary>
[Collection(nameof(Alone))]
public class SecondOrderAloneTests
{
    [Theory]
    [InlineData(1)]
    [InlineData(3)]
    public void Cancellation_during_the_line_search_leaves_parameters_and_state_as_they_were(int threads)
    {
        int batch = Cases.IsSlow ? 3000 : 60_000; // an evaluation takes some tenths of a second
        var trainer = new Trainer(new Network([200, 300, 10], seed: 1), new Lbfgs(2), threads: threads);
        var same = new Trainer(new Network([200, 300, 10], seed: 1), new Lbfgs(2));
        float[] inputs = Cases.Uniform(1, batch * 200), targets = Cases.Uniform(2, batch * 10);
        foreach (Trainer each in (Trainer[])[trainer, same]) each.Step(inputs.AsSpan(0, 2000), targets.AsSpan(0, 100));

        // The parameters are those of a trial until the step has ended.
        CancelInATrial(trainer, same, inputs, targets);

        foreach (Trainer each in (Trainer[])[trainer, same]) each.Step(inputs.AsSpan(0, 2000), targets.AsSpan(0, 100));
        OptimizerTrainingTests.AssertSame(same, trainer, "after another step");
    }

    [Theory]
    [InlineData(1)]
    [InlineData(3)]
    public void Cancellation_between_damped_trials_leaves_parameters_and_state_as_they_were(int threads)
    {
        // The first damping is much too small, so the first trials fail. The parameters are those of a failed trial while the next
        // system is solved, which takes some tens of milliseconds.
        const int batch = 1500;
        float[] inputs = Cases.Uniform(1, batch * 10, -1f), targets = Cases.Uniform(2, batch);
        Trainer trainer = NewTrainer(threads), same = NewTrainer(1);
        CancelInATrial(trainer, same, inputs, targets);

        foreach (Trainer each in (Trainer[])[trainer, same]) each.Step(inputs, targets);
        OptimizerTrainingTests.AssertSame(same, trainer, "after another step");
        Assert.InRange(same.OptimizerState["damping"][0], 0f, float.MaxValue);

        static Trainer NewTrainer(int threads)
        {
            int hidden = Cases.IsSlow ? 30 : 130; // without fused multiply-add, small systems take as long
            var network = new Network([10, hidden, 1], Activation.Tanh, Activation.Identity, seed: 1);
            return new Trainer(network, new LevenbergMarquardt(1e-9f), threads: threads);
        }
    }

    /// <summary>Cancels a step when its first trial changes the parameters. Afterwards the trainer is as the other one.</summary>
    private static void CancelInATrial(Trainer trainer, Trainer same, float[] inputs, float[] targets)
    {
        using var source = new CancellationTokenSource();
        bool changed = false;
        var watcher = new Thread(() =>
        {
            while (trainer.Network.Parameters.SequenceEqual(same.Network.Parameters)) Thread.Yield();
            changed = true;
            source.Cancel();
        });
        watcher.IsBackground = true;
        watcher.Start();
        Assert.ThrowsAny<OperationCanceledException>(() => trainer.Step(inputs, targets, source.Token));
        watcher.Join();
        Assert.True(changed);
        OptimizerTrainingTests.AssertSame(same, trainer, "after cancellation");
    }

    [Theory]
    [InlineData(1)]
    [InlineData(3)]
    public void Cancellation_during_the_equations_leaves_parameters_and_state_as_they_were(int threads)
    {
        int batch = Cases.IsSlow ? 3000 : 60_000; // some tenths of a second, so that the timer comes first on a busy machine too
        Trainer trainer = NewTrainer(threads), same = NewTrainer(1);
        float[] inputs = Cases.Uniform(1, batch * 10, -1f), targets = Cases.Uniform(2, batch);
        using var soon = new CancellationTokenSource(TimeSpan.FromMilliseconds(5));
        Assert.ThrowsAny<OperationCanceledException>(() => trainer.Step(inputs, targets, soon.Token));
        OptimizerTrainingTests.AssertSame(same, trainer, "after cancellation");

        foreach (Trainer each in (Trainer[])[trainer, same]) each.Step(inputs.AsSpan(0, 2000), targets.AsSpan(0, 200));
        OptimizerTrainingTests.AssertSame(same, trainer, "after another step");

        static Trainer NewTrainer(int threads) => new(new Network([10, 40, 1], seed: 1), new LevenbergMarquardt(), threads: threads);
    }

    [Theory]
    [InlineData(nameof(Lbfgs), 1)]
    [InlineData(nameof(Lbfgs), 50)]
    [InlineData(nameof(LevenbergMarquardt), 1)]
    [InlineData(nameof(LevenbergMarquardt), 50)]
    public void Steps_allocate_nothing(string optimizer, int batch)
    {
        float[] x = Cases.Uniform(1, batch * 3, -1f), y = Cases.Uniform(2, batch * 2), weights = Cases.Uniform(3, batch);
        var network = new Network([3, 8, 2], Activation.Tanh, Activation.Identity, seed: 1)
        {
            OutputStandardizer = Standardizer.Fit(Cases.Uniform(4, 100), 2),
        };
        var trainer = new Trainer(
            network, optimizer == nameof(Lbfgs) ? new Lbfgs { WeightDecay = 1e-3f } : new LevenbergMarquardt { WeightDecay = 1e-3f });
        float[] initial = network.Parameters.ToArray();
        long fewest = long.MaxValue;
        for (int k = 0; k < 100; k++)
        {
            initial.CopyTo(network.Parameters);
            long before = GC.GetAllocatedBytesForCurrentThread();
            trainer.Step(x, y);
            trainer.Step(x, y, weights);
            trainer.TrainUntil(x, y, cost: 0f, maxSteps: 10);
            fewest = Math.Min(fewest, GC.GetAllocatedBytesForCurrentThread() - before);
        }

        Assert.Equal(0, fewest);
    }
}
