using Xunit;

namespace FastNN.Tests.Fit;

/// <content>Training that diverges: what is noticed, where, and what is put back.</content>
public partial class FitTests
{
    [Fact]
    public void A_cost_that_is_not_finite_ends_it_and_the_best_comes_back()
    {
        (Network network, Trainer trainer) = Example();
        float[] y = [.. _y], best = [];
        var options = new FitOptions
        {
            Epochs = 10,
            BatchSize = 4,
            Shuffle = false,
            ValidationSplit = 0.2f,
            Patience = 5,
            EpochDone = report =>
            {
                if (report.IsBest) best = network.Parameters.ToArray();
                if (report.Epoch == 2) y[2 * 9] = 1e30f; // its square is infinite; the tenth sample is in the third batch
                return true;
            },
        };
        var state = new FitState();
        FitResult result = trainer.Fit(_x, y, options, state);
        Assert.Equal((StopReason.Diverged, 2, true), (result.Reason, result.Epochs, result.BestRestored));
        Assert.Equal(new Divergence(3, 3, float.PositiveInfinity, 5f), result.Divergence);
        Assert.Equal((2, 2, true), (state.Epoch, state.Step, double.IsFinite(state.CostSum)));
        Cases.AssertSameBits(best, network.Parameters, "parameters");
        Assert.StartsWith(
            "diverged in epoch 3 at step 3: the cost is Infinity; the learning rate may be too high (5), or samples too large; "
            + "validation: cost ",
            $"{result}");
        Assert.EndsWith($"; parameters are those of epoch {result.BestEpoch}, the best", $"{result}");
    }

    [Fact]
    public void Parameters_that_are_not_finite_end_it_although_the_cost_is()
    {
        // A single step moves the parameters, and farther than floats reach. It is the last of an epoch.
        var network = new Network([2, 4, 3, 2], Activation.Sigmoid, Activation.Identity, seed: 1);
        var sgd = new Sgd(1e38f) { Schedule = LearningRateSchedule.From(step => step == 5 ? 2 : 0) };
        float[] y = Array.ConvertAll(_y, value => 100 * value);
        FitResult result = new Trainer(network, sgd).Fit(_x, y, new FitOptions { Epochs = 10, BatchSize = 4, Shuffle = false });
        Divergence at = result.Divergence!.Value;
        Assert.Equal((StopReason.Diverged, 0, false), (result.Reason, result.Epochs, result.BestRestored));
        Assert.Equal((1, 6, true, 2e38f), (at.Epoch, at.Step, float.IsFinite(at.Cost), at.LearningRate));
        Assert.Null(result.Cost);
        Assert.Contains(network.Parameters.ToArray(), parameter => !float.IsFinite(parameter));
        Assert.Equal(
            FormattableString.Invariant(
                $"diverged in epoch 1 at step 6: the cost is {at.Cost}, but parameters or the optimizer's state are not finite; ")
            + "the learning rate may be too high (2E+38), or samples too large; "
            + "parameters may not be finite, and no earlier ones were kept (Patience keeps the best)",
            $"{result}");
        at = at with { Cost = float.PositiveInfinity };
        Assert.EndsWith("; parameters may not be finite, and no earlier ones were kept (Patience keeps the best)",
            $"{result with { Divergence = at }}");
    }

    [Theory]
    [InlineData(float.PositiveInfinity)]
    [InlineData(1e-30f)]
    public void A_state_that_is_not_finite_is_seen_wherever_it_is(float clipNorm)
    {
        foreach (string state in (string[])["first moment", "second moment"])
        {
            foreach (int place in (int[])[0, 63, 64, 4095, 4096, 8250, 8316])
            {
                var network = new Network([90, 90, 1], Activation.Tanh, Activation.Identity, seed: 1); // 8,281 parameters
                var trainer = new Trainer(network, new Adam { ClipNorm = clipNorm });
                int k = Math.Min(place, network.Parameters.Length - 1);
                trainer.OptimizerState[state][k] = float.PositiveInfinity;
                float[] x = Cases.Uniform(1, 5 * 90), y = Cases.Uniform(2, 5);
                FitResult result = trainer.Fit(x, y, new FitOptions { Epochs = 3, BatchSize = 2 });
                Assert.Equal((StopReason.Diverged, 1), (result.Reason, result.Divergence!.Value.Epoch));
            }
        }

        var good = new Trainer(new Network([90, 90, 1], Activation.Tanh, Activation.Identity, seed: 1), new Adam { ClipNorm = clipNorm });
        FitResult run = good.Fit(Cases.Uniform(1, 450), Cases.Uniform(2, 5), new FitOptions { Epochs = 3, BatchSize = 2 });
        Assert.Equal(StopReason.Completed, run.Reason);
    }

    [Fact]
    public void A_mean_of_squares_beyond_floats_ends_it_although_it_stops_the_parameters()
    {
        var network = new Network([1, 2], [Activation.Softmax], seed: 1);
        var trainer = new Trainer(network, new Adam(), Cost.CrossEntropy);
        FitResult result =
            trainer.Fit([1e21f, 1, -1, 1, -1], [1, 0, 0, 1, 1, 0, 0, 1, 1, 0], new FitOptions { Epochs = 20, BatchSize = 1 });
        Assert.Equal((StopReason.Diverged, 0), (result.Reason, result.Epochs));
        Assert.All(network.Parameters.ToArray(), parameter => Assert.True(float.IsFinite(parameter)));
    }
}
