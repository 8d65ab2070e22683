using Xunit;

namespace FastNN.Tests.Model;

/// <summary>Iterations of L-BFGS. <see cref="FitModelTests"/> has its runs of Fit.</summary>
public class LbfgsModelTests
{
    [Fact]
    public void Iterations_have_the_models_parameters_and_states()
    {
        var draws = new Draws(1);
        for (int k = 0; k < 40; k++)
        {
            int[] widths = draws.Widths(12);
            var run = new LbfgsRun(draws, widths, batch: 1 + draws.Below(40), count => draws.Ordinary(count));
            int iterations = 1 + draws.Below(15);
            for (int t = 0; t < iterations; t++) run.Step($"iteration {t} of draw {k}");
        }
    }

    [Theory]
    [InlineData(new[] { 1, 3, 1 }, 1100)] // two segments
    [InlineData(new[] { 70, 60, 3 }, 3)] // more than 4096 parameters
    public void Many_samples_or_parameters_have_the_models_parameters_and_states(int[] widths, int batch)
    {
        var draws = new Draws(2);
        for (int k = 0; k < 2; k++)
        {
            var run = new LbfgsRun(draws, [.. widths], batch, count => draws.Ordinary(count));
            for (int t = 0; t < 4; t++) run.Step($"iteration {t} of draw {k}");
        }
    }

    [Fact]
    public void Special_numbers_have_the_models_parameters_and_states()
    {
        var draws = new Draws(3);
        var ends = new HashSet<Iteration?>();
        for (int k = 0; k < 200; k++)
        {
            int[] widths = draws.Widths(6);
            (int numbers, int exponent) = (draws.Below(3), draws.One<int>([-120, -60, 10, 30, 60, 120]));
            int oneIn = draws.One<int>([30, 300, 3000]);
            var run = new LbfgsRun(draws, widths, batch: 1 + draws.Below(5), Numbers);
            if (draws.Maybe) run.SetState(draws.One<long>([0, 1, 3, 1000, (1L << 53) + 1, 1L << 61]), Numbers);
            for (int t = 0; t < 4; t++) ends.Add(run.Step($"iteration {t} of draw {k}"));

            float[] Numbers(int count) => numbers switch
            {
                0 => draws.Special(count, oneIn),
                1 => draws.Wide(count, exponent),
                _ => draws.Ordinary(count),
            };
        }

        Assert.Equal(3, ends.Count);
    }

    /// <summary>Along s the cost bends little, but it bends very much along another parameter. So y is nearly orthogonal to s.</summary>
    [Fact]
    public void A_pair_with_a_curvature_of_rounding_errors_is_dropped()
    {
        float[] x = [1, 0, 1, 1e9f], y = [1, 0.75f], w = [0.5f, 0, 0.25f];
        foreach (KernelVariant variant in Kernels.Supported)
        {
            var pair = new Pair([2, 1], [Function.Identity], w, variant);
            var rule = new LbfgsRule(new RuleOptions(1), memory: 1);
            var model = new ModelTrainer(pair.Model, rule, CostFunction.SquaredError, mean: true);
            var library = new Trainer(pair.Library, new Lbfgs(1));
            Same.Bits(model.Step(x, y), library.Step(x, y), "cost");
            Same.Bits(pair.Model.Parameters, pair.Library.Parameters, "parameters");
            Same.Bits(rule.States[0], library.OptimizerState["step 1"], "step 1");
            Same.Bits(rule.States[1], library.OptimizerState["gradient change 1"], "gradient change 1");
            Assert.Equal((Iteration.Found, 1), (model.Iteration, library.OptimizerState.Steps));
            Assert.All(rule.States, state => Assert.Equal(new float[3], state));
        }
    }

    [Fact]
    public void A_gradient_that_overflows_ends_Fit_but_not_TrainUntil()
    {
        const int MaxSteps = 3;
        float[] x = [3e38f], y = [0], w = [1e-38f, 0]; // the cost is 9
        foreach (KernelVariant variant in Kernels.Supported)
        {
            var pair = new Pair([1, 1], [Function.Identity], w, variant);
            var model = new ModelTrainer(pair.Model, new LbfgsRule(new RuleOptions(1), 1), CostFunction.SquaredError, mean: true);
            var library = new Trainer(pair.Library, new Lbfgs(1));
            var fit = new ModelFit(model, x, y, new ModelFitOptions { Epochs = 2 });
            fit.Run();
            FitResult result = library.Fit(x, y, new FitOptions { Epochs = 2 });
            Assert.Equal((ModelFit.Stop.Diverged, StopReason.Diverged), (fit.Reason!.Value, result.Reason));
            Assert.Equal((fit.Divergence!.Value.Cost, fit.Epochs.Count), (result.Divergence!.Value.Cost, result.Epochs));

            (int steps, float cost) = model.TrainUntil(x, y, goal: 0, MaxSteps);
            Assert.Equal(new TrainingResult(steps, cost, Reached: false), library.TrainUntil(x, y, 0, MaxSteps));
            Assert.Equal(MaxSteps, steps);
            Assert.Equal((0, 0), (model.Updates, library.OptimizerState.Steps));
            Same.Bits(w, library.Network.Parameters, "parameters");
        }
    }

    [Fact]
    public void TrainUntil_has_the_models_steps_and_parameters()
    {
        var draws = new Draws(4);
        var ends = new HashSet<Iteration?>();
        for (int k = 0; k < 80; k++)
        {
            int oneIn = draws.One<int>([8, 40, int.MaxValue]);
            var run = new LbfgsRun(draws, draws.Widths(4), batch: 1 + draws.Below(9), count => draws.Special(count, oneIn));
            ends.Add(run.TrainUntil(goal: draws.One<float>([0, 0.01f, 0.1f]), maxSteps: draws.Below(25)));
        }

        Assert.InRange(ends.Count, 3, 4);
    }
}
