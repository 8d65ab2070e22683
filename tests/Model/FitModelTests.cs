using Xunit;

namespace FastNN.Tests.Model;

/// <summary>Fit: order, batches, validation, early stopping, and divergence.</summary>
public class FitModelTests
{
    private const CostFunction CrossEntropy = CostFunction.CrossEntropy, SquaredError = CostFunction.SquaredError;

    [Fact]
    public void A_run_gives_the_models_costs_and_parameters()
    {
        var draws = new Draws(1);
        var reasons = new HashSet<StopReason>();
        for (int k = 0; k < 250; k++)
        {
            var run = new Run(draws);
            var fit = new ModelFit(run.Model, run.X, run.Y, run.Options);
            fit.Run();
            var epochs = new List<(float, float?, bool)>();
            var state = new FitState();
            FitResult result = run.Library.Fit(run.X, run.Y, run.LibraryOptions(Keep), state);

            Assert.Equal(fit.Epochs, epochs);
            Assert.Equal($"{fit.Reason}", $"{result.Reason}");
            reasons.Add(result.Reason);
            CompareStates(fit, state, run.Options);
            Assert.Equal(fit.Finish(), result.Validation is { } m ? (m.Cost, m.Accuracy, m.R2) : null);
            run.CompareTrainers($"run {k}");
            Assert.Equal((fit.Epochs.Count, fit.Epochs.Count > 0 ? fit.Epochs[^1].Cost : null), (result.Epochs, result.Cost));

            bool Keep(EpochReport report)
            {
                epochs.Add((report.TrainingCost, report.Validation?.Cost, report.IsBest));
                return true;
            }
        }

        Assert.Equal(3, reasons.Count);
    }

    [Fact]
    public void A_run_that_is_cut_off_has_the_models_state_and_continues_with_its_bits()
    {
        var draws = new Draws(2);
        for (int k = 0; k < 100; k++)
        {
            int cut = 1 + draws.Below(12);
            using var cancellation = new CancellationTokenSource();
            var run = new Run(draws, LearningRateSchedule.From(CancelAtCut));
            var state = new FitState();
            try
            {
                run.Library.Fit(run.X, run.Y, run.LibraryOptions(), state, cancellationToken: cancellation.Token);
                continue; // The run ended before the cut.
            }
            catch (OperationCanceledException)
            {
            }

            var fit = new ModelFit(run.Model, run.X, run.Y, run.Options);
            while (run.Model.Updates < run.Library.OptimizerState.Steps) fit.MakeStep();
            CompareStates(fit, state, run.Options);
            run.CompareTrainers($"cut {k}");

            fit.Run();
            state = run.LoadFromAFile(state);
            FitResult result = run.Library.Fit(run.X, run.Y, run.LibraryOptions(), state);
            Assert.Equal($"{fit.Reason}", $"{result.Reason}");
            CompareStates(fit, state, run.Options);
            fit.Finish();
            run.CompareTrainers($"continued {k}");

            double CancelAtCut(long t)
            {
                if (t == cut) cancellation.Cancel();
                return 1;
            }
        }
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
    public void A_long_order_draws_some_numbers_again()
    {
        const int Samples = 60_000, Seed = 3;
        var draws = new Draws(3);
        float[] x = draws.Ordinary(Samples), y = draws.Ordinary(Samples), w = [0.1f, 0.2f];
        var pair = new Pair([1, 1], [Function.Identity], w, KernelVariant.Auto);
        var model = new ModelTrainer(pair.Model, new SgdRule { LearningRate = 0.1f }, SquaredError, mean: true);
        new ModelFit(model, x, y, new ModelFitOptions { Epochs = 1, BatchSize = 10_000, Seed = Seed }).Run();
        new Trainer(pair.Library, new Sgd(0.1f)).Fit(x, y, new FitOptions { Epochs = 1, BatchSize = 10_000, Seed = Seed });
        Same.Bits(pair.Model.Parameters, pair.Library.Parameters, "parameters");
    }

    private static void CompareStates(ModelFit fit, FitState state, ModelFitOptions options)
    {
        Assert.Equal((fit.Epoch, fit.Step, fit.EpochsWithoutImprovement), (state.Epoch, state.Step, state.EpochsWithoutImprovement));
        Same.Bits(fit.K, state.CostSum, "K");
        Assert.Equal(fit.BestEpoch + 1 ?? 0, state.BestEpoch);
        Same.Bits(fit.BestCost, state.BestCost, "the best cost");
        if (options is { Patience: not null, RestoreBest: true }) Same.Bits(fit.BestParameters, state.BestParameters, "the best parameters");
    }

    /// <summary>A random network with random samples and options.</summary>
    private sealed class Run
    {
        internal Run(Draws draws, LearningRateSchedule? schedule = null)
        {
            CostFunction cost = draws.Maybe ? SquaredError : CrossEntropy;
            int[] widths = draws.Widths(12);
            Function[] functions =
                draws.Functions(widths.Length - 1, cost == CrossEntropy ? Function.Softmax : Function.Identity);
            var pair = new Pair(widths, functions, draws.Ordinary(Pair.Count(widths)), draws.One(Kernels.Supported));
            (Rule rule, Optimizer optimizer) = Optimizers.Draw(
                draws, draws.Below(Optimizers.Kinds), (LearningRates.Constant, schedule ?? LearningRateSchedule.Constant));
            bool mean = draws.Maybe;
            Model = new ModelTrainer(pair.Model, rule, cost, mean);
            Library = new Trainer(pair.Library, optimizer, Pair.Of(cost), mean ? Reduction.Mean : Reduction.Sum, 1 + draws.Below(2));
            int samples = 5 + draws.Below(25), validation = draws.Below(3);
            (X, Y) = (draws.Ordinary(samples * widths[0]), draws.Targets(cost, samples, widths[^1]));
            Options = new ModelFitOptions
            {
                Epochs = 1 + draws.Below(9), BatchSize = 1 + draws.Below(samples + 3), Seed = draws.Below(100) - 50, Shuffle = draws.Maybe,
                ValidationSplit = validation == 1 ? draws.Uniform(0.2f, 0.7f) : 0,
                ValidationInputs = validation == 2 ? draws.Ordinary(4 * widths[0]) : [],
                ValidationTargets = validation == 2 ? draws.Targets(cost, 4, widths[^1]) : [],
                MinImprovement = draws.One<float>([0, 1e-3f, 0.1f]),
                Patience = validation > 0 && draws.Below(4) > 0 ? 1 + draws.Below(4) : null, RestoreBest = draws.Below(4) > 0,
            };
        }

        internal ModelTrainer Model { get; }

        internal Trainer Library { get; private set; }

        internal float[] X { get; }

        internal float[] Y { get; }

        internal ModelFitOptions Options { get; }

        internal FitOptions LibraryOptions(Func<EpochReport, bool>? epochDone = null) => new()
        {
            Epochs = Options.Epochs, BatchSize = Options.BatchSize, Seed = Options.Seed, Shuffle = Options.Shuffle,
            ValidationSplit = Options.ValidationSplit, ValidationInputs = Options.ValidationInputs,
            ValidationTargets = Options.ValidationTargets, MinImprovement = Options.MinImprovement, Patience = Options.Patience,
            RestoreBest = Options.RestoreBest, EpochDone = epochDone,
        };

        /// <summary>Puts a new trainer in the place of the library's. It has only what a file of the old one has.</summary>
        internal FitState LoadFromAFile(FitState state)
        {
            using var file = new MemoryStream();
            Library.Save(file, state);
            file.Position = 0;
            Network network = Library.Network.Clone();
            network.Parameters.Clear();
            Library = new Trainer(network, Library.Optimizer, Library.Cost, Library.Reduction);
            return Library.Load(file)!;
        }

        internal void CompareTrainers(string what)
        {
            Same.Bits(Model.Network.Parameters, Library.Network.Parameters, $"parameters, {what}");
            Assert.Equal(Model.Updates, Library.OptimizerState.Steps);
            foreach ((string name, float[] state) in Library.OptimizerState.Names.Zip(Model.Rule.States))
                Same.Bits(state, Library.OptimizerState[name], $"{name}, {what}");
        }
    }
}
