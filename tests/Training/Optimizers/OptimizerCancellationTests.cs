using Xunit;

namespace FastNN.Tests.Optimizers;

/// <summary>A step that is cancelled in the middle. A timer cancels it, so nothing else may run beside it.</summary>
[Collection(nameof(Alone))]
public class OptimizerCancellationTests
{
    [Theory]
    [InlineData(1, float.PositiveInfinity)]
    [InlineData(3, float.PositiveInfinity)]
    [InlineData(1, 0.1f)]
    [InlineData(3, 0.1f)]
    public void Cancellation_leaves_parameters_and_state_as_they_were(int threads, float clipNorm)
    {
        const int batch = 60_000; // some tenths of a second, so that the timer comes first on a busy machine too
        var trainer = new Trainer(new Network([200, 300, 10], seed: 1), new Adam { ClipNorm = clipNorm }, threads: threads);
        var same = new Trainer(new Network([200, 300, 10], seed: 1), new Adam { ClipNorm = clipNorm });
        float[] inputs = Cases.Uniform(1, batch * 200), targets = Cases.Uniform(2, batch * 10);
        foreach (Trainer each in (Trainer[])[trainer, same]) each.Step(inputs.AsSpan(0, 2000), targets.AsSpan(0, 100));

        using var cancelled = new CancellationTokenSource();
        cancelled.Cancel();
        Assert.Throws<OperationCanceledException>(() => trainer.Step(inputs.AsSpan(0, 200), targets.AsSpan(0, 10), cancelled.Token));
        using var soon = new CancellationTokenSource(TimeSpan.FromMilliseconds(1));
        Assert.Throws<OperationCanceledException>(() => trainer.Step(inputs, targets, soon.Token));
        OptimizerTrainingTests.AssertSame(same, trainer, "after cancellation");

        foreach (Trainer each in (Trainer[])[trainer, same]) each.Step(inputs.AsSpan(0, 2000), targets.AsSpan(0, 100));
        OptimizerTrainingTests.AssertSame(same, trainer, "after another step");
    }
}
