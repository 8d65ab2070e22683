using Xunit;

namespace FastNN.Tests.Fit;

/// <summary>Fit with optimizers that take all samples in each step.</summary>
public class SecondOrderFitTests
{
    private const int Samples = 40;
    private const string Lbfgs = nameof(FastNN.Lbfgs), Levenberg = nameof(LevenbergMarquardt);
    private static readonly LearningRateSchedule s_cosine = LearningRateSchedule.Cosine(10);
    private static readonly float[] s_classWeights = [0.5f, 1.5f];
    private static readonly float[] s_x = Cases.Uniform(1, Samples * 3, -1f), s_y = Cases.Uniform(2, Samples * 2);

    [Theory]
    [InlineData(Lbfgs, Reduction.Mean, false)]
    [InlineData(Lbfgs, Reduction.Sum, false)]
    [InlineData(Lbfgs, Reduction.Mean, true)]
    [InlineData(Levenberg, Reduction.Mean, false)]
    [InlineData(Levenberg, Reduction.Sum, true)]
    public void An_epoch_is_a_step_on_all_training_samples(string optimizer, Reduction reduction, bool validates)
    {
        int count = validates ? 30 : Samples;
        Trainer fit = NewTrainer(optimizer, reduction), steps = NewTrainer(optimizer, reduction);
        Trainer called = NewTrainer(optimizer, reduction);
        var options = new FitOptions { Epochs = 12, BatchSize = 7, ValidationSplit = validates ? 0.25f : 0f };
        FitResult result = fit.Fit(s_x, s_y, options);
        float[] costs = [.. Enumerable.Range(0, 12).Select(_ => steps.Step(s_x.AsSpan(0, count * 3), s_y.AsSpan(0, count * 2)))];
        AssertSame(steps, fit);
        int divisor = reduction == Reduction.Sum ? count : 1;
        Assert.Equal(costs.Select(cost => (float)((double)cost / divisor)), result.History.Select(report => report.TrainingCost));
        Assert.Equal(validates, result.Validation is not null);
        Assert.Empty(result.Warnings);

        called.Fit(s_x, s_y, options with { EpochDone = _ => true });
        AssertSame(fit, called);
    }

    [Theory]
    [InlineData(Lbfgs)]
    [InlineData(Levenberg)]
    public void Labels_sources_and_weights_are_as_for_others(string optimizer)
    {
        int[] labels = [.. Enumerable.Range(0, Samples).Select(s => s % 2)];
        float[] targets = [.. labels.SelectMany(label => (float[])[1 - label, label])];
        Trainer plain = NewTrainer(optimizer), labelled = NewTrainer(optimizer), sourced = NewTrainer(optimizer);
        Trainer weighted = NewTrainer(optimizer), twice = NewTrainer(optimizer);
        var options = new FitOptions { Epochs = 9 };
        plain.Fit(s_x, targets, options);
        labelled.Fit(s_x, labels, options);
        sourced.Fit(new Source(s_x, targets), options);
        weighted.Fit(s_x, targets, options with { SampleWeights = Enumerable.Repeat(1f, Samples).ToArray() });
        foreach (Trainer trainer in (Trainer[])[labelled, sourced, weighted]) AssertSame(plain, trainer);

        weighted = NewTrainer(optimizer);
        float[] weights = Cases.Uniform(3, Samples);
        float[] products = [.. weights.Select((weight, s) => weight * (labels[s] == 0 ? 0.5f : 1.5f))];
        weighted.Fit(s_x, labels, options with { SampleWeights = weights, ClassWeights = s_classWeights });
        twice.Fit(s_x, targets, options with { SampleWeights = products });
        AssertSame(twice, weighted);
    }

    [Theory]
    [InlineData(Lbfgs, 1)]
    [InlineData(Lbfgs, 5)]
    [InlineData(Lbfgs, 14)]
    [InlineData(Levenberg, 1)]
    [InlineData(Levenberg, 9)]
    public void A_run_goes_on_from_a_file_with_the_bits_of_one_that_never_stopped(string optimizer, int epochs)
    {
        var options = new FitOptions { Epochs = 15, ValidationSplit = 0.25f, Patience = 15, RestoreBest = false };
        Trainer uninterrupted = NewTrainer(optimizer), before = NewTrainer(optimizer), after = NewTrainer(optimizer);
        FitResult expected = uninterrupted.Fit(s_x, s_y, options);
        using var source = new CancellationTokenSource();
        var state = new FitState();
        Assert.Throws<OperationCanceledException>(() => before.Fit(
            s_x, s_y, options with { EpochDone = report => CancelAfter(report, epochs, source) }, state, null, source.Token));
        using var file = new MemoryStream();
        before.Save(file, state);
        file.Position = 0;
        FitResult result = after.Fit(s_x, s_y, options, after.Load(file));
        AssertSame(uninterrupted, after);
        Assert.Equal(expected.Bare(), result.Bare());
        Assert.Equal(expected.History.Skip(epochs).Select(Untimed), result.History.Select(Untimed));

        Optimizer other = optimizer == Lbfgs ? new Lbfgs(4) : new LevenbergMarquardt(0.5f);
        file.Position = 0;
        ModelFormatException refusal =
            Assert.Throws<ModelFormatException>(() => new Trainer(NewTrainer(optimizer).Network, other).Load(file));
        Assert.Contains(optimizer == Lbfgs ? "Memory" : "Damping", refusal.Message);
    }

    [Theory]
    [InlineData(Lbfgs)]
    [InlineData(Levenberg)]
    public void A_converged_run_ends_after_its_last_report(string optimizer)
    {
        // Least squares. The epoch that finds no step is reported and counted like any other.
        float[] y = [.. Enumerable.Range(0, Samples).Select(s => s_x[3 * s] - s_x[3 * s + 1])];
        var trainer = new Trainer(
            new Network([3, 1], Activation.Identity, Activation.Identity, seed: 1), Create(optimizer, decay: 0.1f));
        var options = new FitOptions { Epochs = 1000 };
        var state = new FitState();
        int reports = 0;
        FitResult result = trainer.Fit(s_x, y, options, state, new Reports(() => reports++));
        Assert.Equal(StopReason.Converged, result.Reason);
        Assert.InRange(result.Epochs, 2, 50);
        Assert.Equal((result.Epochs, result.Epochs, result.Epochs), (reports, result.History.Count, state.Epoch));
        Assert.Equal(result.Epochs - 1, trainer.OptimizerState.Steps);
        Assert.Equal(trainer.Evaluate(s_x, y), result.Cost);
        Assert.StartsWith($"converged after {result.Epochs} epochs: cost ", $"{result}");

        float[] before = trainer.Network.Parameters.ToArray();
        FitResult again = trainer.Fit(s_x, y, options, state);
        Assert.Equal((StopReason.Converged, result.Epochs + 1), (again.Reason, again.Epochs));
        Assert.Equal("converged after 1 epoch: cost ", $"{trainer.Fit(s_x, y, options)}"[..30]);
        Cases.AssertSameBits(before, trainer.Network.Parameters, "parameters");
        Assert.Empty(again.Warnings);

        FitResult stopped = trainer.Fit(s_x, y, options with { EpochDone = _ => false });
        Assert.Equal((StopReason.StoppedByCallback, 1), (stopped.Reason, stopped.Epochs));
    }

    [Theory]
    [InlineData(Lbfgs)]
    [InlineData(Levenberg)]
    public void A_callback_may_change_parameters_and_samples(string optimizer)
    {
        Trainer trainer = NewTrainer(optimizer), steps = NewTrainer(optimizer);
        float[] x = [.. s_x], others = new Network([3, 5, 2], seed: 9).Parameters.ToArray();
        FitResult result = trainer.Fit(x, s_y, new FitOptions
        {
            Epochs = 6,
            EpochDone = report =>
            {
                if (report.Epoch == 2) others.CopyTo(trainer.Network.Parameters);
                x[0] = report.Epoch;
                return true;
            },
        });
        x = [.. s_x];
        for (int epoch = 0; epoch < 6; epoch++)
        {
            if (epoch > 0) x[0] = epoch;
            if (epoch == 2) others.CopyTo(steps.Network.Parameters);
            Assert.Equal(steps.Step(x, s_y), result.History[epoch].TrainingCost);
        }

        AssertSame(steps, trainer);
    }

    [Theory]
    [InlineData(Lbfgs)]
    [InlineData(Levenberg)]
    public void A_cost_that_overflows_diverges_and_changes_nothing(string optimizer)
    {
        float[] y = [.. s_y];
        y[3] = 3e38f;
        var trainer = new Trainer(new Network([3, 5, 2], Activation.Tanh, Activation.Identity, seed: 1), Create(optimizer, decay: 0f));
        float[] before = trainer.Network.Parameters.ToArray();
        FitResult result = trainer.Fit(s_x, y, new FitOptions { Epochs = 5 });
        Assert.Equal((StopReason.Diverged, 0), (result.Reason, result.Epochs));
        Assert.Equal(1, result.Divergence!.Value.Epoch);
        Cases.AssertSameBits(before, trainer.Network.Parameters, "parameters");
        Assert.Empty(result.Warnings);
    }

    [Theory]
    [InlineData(Lbfgs)]
    [InlineData(Levenberg)]
    public void Settings_that_a_search_cannot_use_are_refused(string optimizer)
    {
        var network = new Network([2, 1], seed: 1);
        foreach ((Optimizer refused, string has) in ((Optimizer, string)[])
        [
            (optimizer == Lbfgs ? new Lbfgs { Schedule = s_cosine } : new LevenbergMarquardt { Schedule = s_cosine },
                "Schedule Cosine(10, 0)"),
            (optimizer == Lbfgs ? new Lbfgs { ClipValue = 1.5f } : new LevenbergMarquardt { ClipValue = 1.5f }, "ClipValue 1.5"),
            (optimizer == Lbfgs ? new Lbfgs { ClipNorm = 2.5f } : new LevenbergMarquardt { ClipNorm = 2.5f }, "ClipNorm 2.5"),
        ])
        {
            ArgumentException refusal = Assert.Throws<ArgumentException>(() => new Trainer(network, refused));
            Assert.Equal("optimizer", refusal.ParamName);
            Assert.Contains(optimizer, refusal.Message);
            Assert.Contains(has, refusal.Message);
        }

        Trainer trainer = NewTrainer(optimizer);
        string state = trainer.OptimizerState.Names[0];
        trainer.ComputeGradient(s_x, s_y);
        Assert.Contains(optimizer, Assert.Throws<InvalidOperationException>(trainer.Apply).Message);
        Assert.Throws<ArgumentException>(() => trainer.Step(s_x, trainer.OptimizerState[state][..30]));
        Assert.Throws<ArgumentException>(() => trainer.Step(s_x.AsSpan(0, 3), trainer.OptimizerState[state][..2]));
    }

    [Fact]
    public void Their_own_settings_have_limits_and_texts()
    {
        foreach (int memory in (int[])[0, -1, 1001])
        {
            var refusal = Assert.Throws<ArgumentOutOfRangeException>(() => new Lbfgs(memory));
            Assert.Equal("memory", refusal.ParamName);
            Assert.Contains($"is {memory}.", refusal.Message);
        }

        foreach (float damping in (float[])[0f, -1f, float.NaN, float.PositiveInfinity])
            Assert.Equal("damping", Assert.Throws<ArgumentOutOfRangeException>(() => new LevenbergMarquardt(damping)).ParamName);
        Assert.Equal("Lbfgs(1)", $"{new Lbfgs()}");
        Assert.Equal("Lbfgs(0.5, Memory 20, WeightDecay 0.25)", $"{new Lbfgs(20) { LearningRate = 0.5f, WeightDecay = 0.25f }}");
        Assert.Equal("LevenbergMarquardt(1)", $"{new LevenbergMarquardt()}");
        Assert.Equal("LevenbergMarquardt(1, Damping 0.5, WeightDecay 0.25)", $"{new LevenbergMarquardt(0.5f) { WeightDecay = 0.25f }}");
    }

    private static bool CancelAfter(EpochReport report, int epochs, CancellationTokenSource source)
    {
        if (report.Epoch == epochs) source.Cancel();
        return true;
    }

    private static EpochReport Untimed(EpochReport report) => report with { Elapsed = default };

    private static void AssertSame(Trainer expected, Trainer actual)
    {
        Cases.AssertSameBits(expected.Network.Parameters, actual.Network.Parameters, "parameters");
        foreach (string name in expected.OptimizerState.Names)
            Cases.AssertSameBits(expected.OptimizerState[name], actual.OptimizerState[name], name);
        Assert.Equal(expected.OptimizerState.Steps, actual.OptimizerState.Steps);
    }

    private static Trainer NewTrainer(string optimizer, Reduction reduction = Reduction.Mean) =>
        new(new Network([3, 5, 2], seed: 4), Create(optimizer, decay: 1e-3f), reduction: reduction);

    private static Optimizer Create(string optimizer, float decay) =>
        optimizer == Lbfgs ? new Lbfgs(3) { WeightDecay = decay } : new LevenbergMarquardt { WeightDecay = decay };

    private sealed class Reports(Action count) : IProgress<EpochReport>
    {
        public void Report(EpochReport value) => count();
    }

    private sealed class Source(float[] x, float[] y) : ISampleSource
    {
        public int Count => Samples;

        public void Read(ReadOnlySpan<int> samples, Span<float> inputs, Span<float> targets)
        {
            for (int k = 0; k < samples.Length; k++)
            {
                x.AsSpan(3 * samples[k], 3).CopyTo(inputs[(3 * k)..]);
                y.AsSpan(2 * samples[k], 2).CopyTo(targets[(2 * k)..]);
            }
        }
    }
}
