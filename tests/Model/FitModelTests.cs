using Xunit;

namespace FastNN.Tests.Model;

/// <summary>Fit: order, batches, validation, early stopping, and divergence.</summary>
public class FitModelTests
{
    [Fact]
    public void A_run_gives_the_models_costs_and_parameters()
    {
        var draws = new Draws(1);
        var reasons = new HashSet<StopReason>();
        for (int k = 0; k < 250; k++) reasons.Add(CompareRun(new FitRun(draws), $"run {k}"));
        Assert.Equal(4, reasons.Count);
    }

    [Fact]
    public void A_run_of_second_order_gives_the_models_costs_and_parameters()
    {
        var draws = new Draws(4);
        var reasons = new HashSet<StopReason>();
        for (int k = 0; k < 80; k++) reasons.Add(CompareRun(new FitRun(draws, secondOrder: true), $"run {k}"));
        Assert.Equal(5, reasons.Count);
    }

    [Theory]
    [InlineData(false, 150, 40)]
    [InlineData(true, 100, 10)]
    public void A_run_that_is_cut_off_has_the_models_state_and_continues_with_its_bits(bool secondOrder, int tries, int least)
    {
        var draws = new Draws(2);
        int runs = 0;
        for (int k = 0; k < tries; k++)
        {
            var state = new FitState();
            if (CutOff(draws, state, secondOrder) is not { } run) continue;
            var fit = new ModelFit(run.Model, run.X, run.Y, run.Options);
            while (run.Model.Updates < run.Library.OptimizerState.Steps) fit.MakeStep();
            CompareStates(fit, state, run.Options);
            run.CompareTrainers($"cut {k}");

            fit.Run();
            fit.Finish();
            state = run.LoadFromAFile(state);
            FitResult result = run.Library.Fit(run.X, run.Y, run.LibraryOptions(), state);
            Assert.Equal($"{fit.Reason}", $"{result.Reason}");
            CompareStates(fit, state, run.Options);
            run.CompareTrainers($"continued {k}");
            runs++;

            if (fit.Reason is ModelFit.Stop.Diverged or ModelFit.Stop.Converged) continue;
            Assert.Equal(result.Reason, run.Library.Fit(run.X, run.Y, run.LibraryOptions(), state).Reason);
            CompareStates(fit, state, run.Options);
            run.CompareTrainers($"ended {k}"); // A run that has ended makes no step.
        }

        Assert.True(runs > least);
    }

    [Theory]
    [InlineData(1 / 2048f, 3 * 2048)]
    [InlineData(3 / 2048f, 2048)]
    [InlineData(5 / 2048f, 2048)]
    [InlineData(0.1f, 1000)]
    [InlineData(0.7f, 10)]
    [InlineData(0.99999994f, 9)]
    [InlineData(1e-3f, 1000)]
    public void The_split_holds_out_the_models_number_of_samples(float split, int samples)
    {
        var state = new FitState();
        var options = new FitOptions { Epochs = 1, BatchSize = samples, ValidationSplit = split };
        new Trainer(new Network([1, 1], seed: 1), new Sgd(1)).Fit(new float[samples], new float[samples], options, state);
        Assert.Equal(samples - ModelFit.HeldOut(split, samples), state.Samples);
    }

    [Fact]
    public void A_long_order_in_which_below_repeats_is_that_of_the_model()
    {
        const int Samples = 8_000, Seed = 242, Batch = 1_000; // The first seed with which below repeats. This is rare.
        var draws = new Draws(3);
        float[] x = draws.Ordinary(Samples), y = draws.Ordinary(Samples), w = [0.1f, 0.2f];
        var pair = new Pair([1, 1], [Function.Identity], w, KernelVariant.Auto);
        var model = new ModelTrainer(pair.Model, new SgdRule(new RuleOptions(0.1f)), CostFunction.SquaredError, mean: true);
        new ModelFit(model, x, y, new ModelFitOptions { Epochs = 1, BatchSize = Batch, Seed = Seed }).Run();
        new Trainer(pair.Library, new Sgd(0.1f)).Fit(x, y, new FitOptions { Epochs = 1, BatchSize = Batch, Seed = Seed });
        Same.Bits(pair.Model.Parameters, pair.Library.Parameters, "parameters");
    }

    private static StopReason CompareRun(FitRun run, string what)
    {
        var fit = new ModelFit(run.Model, run.X, run.Y, run.Options);
        fit.Run();
        var epochs = new List<(float, float?, bool)>();
        var state = new FitState();
        FitResult result = run.Library.Fit(run.X, run.Y, run.LibraryOptions(Keep), state);

        Assert.Equal(fit.Epochs, epochs);
        Assert.Equal($"{what}: {fit.Reason}", $"{what}: {result.Reason}");
        CompareStates(fit, state, run.Options);
        Assert.Equal(fit.Finish(), result.Validation is { } m ? (m.Cost, m.Accuracy, m.R2) : null);
        run.CompareTrainers(what);
        int shown = result.BestRestored ? result.BestEpoch - 1 : fit.Epochs.Count - 1;
        Assert.Equal((fit.Epochs.Count, shown >= 0 ? fit.Epochs[shown].Cost : null), (result.Epochs, result.Cost));
        Assert.Equal(fit.Epochs, result.History.Select(report => (report.TrainingCost, report.Validation?.Cost, report.IsBest)));
        Assert.Equal(fit.BestEpoch + 1 ?? 0, result.BestEpoch);
        Assert.Equal(
            fit.Divergence is { } at ? new Divergence(at.Epoch + 1, at.Step + 1, at.Cost, at.LearningRate) : null, result.Divergence);
        return result.Reason;

        bool Keep(EpochReport report)
        {
            epochs.Add((report.TrainingCost, report.Validation?.Cost, report.IsBest));
            return report.Epoch < run.Options.StopAfter;
        }
    }

    /// <summary>A run of the library that a cancellation cuts off. It is null if the run ends before that.</summary>
    private static FitRun? CutOff(Draws draws, FitState state, bool secondOrder)
    {
        int cut = 1 + draws.Below(8);
        using var cancellation = new CancellationTokenSource();
        var run = new FitRun(draws, secondOrder ? LearningRateSchedule.Constant : LearningRateSchedule.From(CancelAtCut), secondOrder);
        try
        {
            FitOptions options = run.LibraryOptions(secondOrder ? report => CancelAtCut(report.Epoch) > 0 : null);
            run.Library.Fit(run.X, run.Y, options, state, cancellationToken: cancellation.Token);
            return null;
        }
        catch (OperationCanceledException)
        {
            cut = -1;
            return run;
        }

        double CancelAtCut(long t)
        {
            if (t == cut) cancellation.Cancel();
            return 1;
        }
    }

    private static void CompareStates(ModelFit fit, FitState state, ModelFitOptions options)
    {
        Assert.Equal((fit.Epoch, fit.Step, fit.EpochsWithoutImprovement), (state.Epoch, state.Step, state.EpochsWithoutImprovement));
        Same.Bits(fit.K, state.CostSum, "K");
        Same.Bits(fit.W, state.WeightSum, "W");
        Assert.Equal(fit.BestEpoch + 1 ?? 0, state.BestEpoch);
        Same.Bits(fit.BestCost, state.BestCost, "the best cost");
        if (options is { Patience: not null, RestoreBest: true })
            Same.Bits(fit.BestParameters, state.BestParameters, "the best parameters");
    }
}
