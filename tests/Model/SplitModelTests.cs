using Xunit;

namespace FastNN.Tests.Model;

/// <summary>Splits, and labels in the place of targets.</summary>
public class SplitModelTests
{
    [Fact]
    public void Splits_are_the_models()
    {
        var draws = new Draws(1);
        for (int k = 0; k < 300; k++)
        {
            int n = 4 + draws.Below(150), classes = 1 + draws.Below(9), seed = draws.Below(1_000) - 500;
            float p = draws.Uniform(0.26f, 0.95f);
            int[] labels = [.. Enumerable.Range(0, n).Select(_ => draws.Below(classes) * draws.Below(classes) - 3)];
            Compare(Splits.Split(n, p, seed), Samples.Split(n, p, seed));
            Compare(Splits.StratifiedSplit(labels, p, seed), Samples.StratifiedSplit(labels, p, seed));
        }

        static void Compare((int[] Training, int[] HeldOut) model, (int[] Training, int[] HeldOut) library)
        {
            Assert.Equal(model.Training, library.Training);
            Assert.Equal(model.HeldOut, library.HeldOut);
        }
    }

    [Theory]
    [InlineData(1, false)]
    [InlineData(1, true)]
    [InlineData(3, false)]
    [InlineData(3, true)]
    public void A_run_with_labels_is_the_models_with_targets(int outputs, bool tanh)
    {
        var draws = new Draws(2);
        Function last = tanh ? Function.Tanh : Function.Identity;
        var pair = new Pair([2, 3, outputs], [Function.Relu, last], draws.Ordinary(Pair.Count([2, 3, outputs])), KernelVariant.Auto);
        int[] labels = [.. Enumerable.Range(0, 20).Select(_ => draws.Below(Math.Max(2, outputs)))];
        float[] x = draws.Ordinary(40), y = [.. labels.SelectMany(label => Splits.TargetsOf(label, outputs, tanh))];
        var model = new ModelTrainer(pair.Model, new SgdRule(new RuleOptions(0.1f)), CostFunction.SquaredError, mean: true);
        new ModelFit(model, x, y, new ModelFitOptions { Epochs = 2, BatchSize = 6 }).Run();
        new Trainer(pair.Library, new Sgd(0.1f)).Fit(x, labels, new FitOptions { Epochs = 2, BatchSize = 6 });
        Same.Bits(pair.Model.Parameters, pair.Library.Parameters, "parameters");
    }
}
