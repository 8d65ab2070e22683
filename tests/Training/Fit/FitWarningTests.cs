using FastNN.Fit;
using Xunit;

namespace FastNN.Tests.Fit;

/// <summary>What Fit warns of, and that it does not warn of training that goes well.</summary>
public class FitWarningTests
{
    private static readonly float[] s_x = Cases.Uniform(1, 64, -1f, 1f), s_y = [.. s_x.Select(x => 3f * x + 1f)];

    [Fact]
    public void Softmax_without_cross_entropy()
    {
        float[] labels = [.. s_x.SelectMany<float, float>(x => x > 0 ? [1f, 0f] : [0f, 1f])];
        foreach (Cost cost in Cost.All.Where(cost => cost.Suits(Activation.Softmax)))
        {
            var trainer = new Trainer(new Network([1, 4, 2], Activation.Tanh, Activation.Softmax, seed: 1), new Adam(0.01f), cost);
            string[] expected =
                cost == Cost.CrossEntropy ? [] : [$"{cost} learns slowly behind Softmax: CrossEntropy is meant for it"];
            Assert.Equal(expected, trainer.Fit(s_x, labels, new FitOptions { Epochs = 3 }).Warnings);
        }
    }

    [Fact]
    public void Weights_of_classes_without_labels()
    {
        const string warning = "ClassWeights are for labels, but the targets are other numbers";
        var options = new FitOptions { Epochs = 2, ClassWeights = (float[])[1f, 2f] };
        float[] labels = [.. s_x.Select(x => x > 0 ? 1f : 0f)], unknown = [.. labels.Select((label, k) => k == 5 ? float.NaN : label)];
        Assert.Equal([warning], Fit(s_y, options));
        Assert.Empty(Fit(labels, options));
        Assert.Empty(TrainerWith(new Adam(0.01f)).Fit(s_x, (int[])[.. labels.Select(label => (int)label)], options).Warnings);
        Assert.Empty(Fit(s_y, options with { ClassWeights = default }));

        float[] known = [.. labels.Select((_, k) => k == 5 ? 0f : 1f)];
        Assert.Empty(Fit(unknown, options with { SampleWeights = known })); // what has the weight 0 may be anything
        known[7] = 0f;
        unknown[8] = 3f;
        Assert.Equal([warning], Fit(unknown, options with { SampleWeights = known }));

        IReadOnlyList<string> Fit(float[] targets, FitOptions by) => TrainerWith(new Adam(0.01f)).Fit(s_x, targets, by).Warnings;
    }

    [Fact]
    public void Weights_that_are_all_zero()
    {
        float[] none = new float[64], some = [.. Enumerable.Repeat(0f, 32).Append(1f).Concat(Enumerable.Repeat(0f, 31))];
        FitOptions options = new() { Epochs = 1 };
        Assert.Equal(["all weights of the training samples are 0"], Fit(options with { SampleWeights = none }));
        Assert.Empty(Fit(options with { SampleWeights = some }));
        Assert.Equal(
            ["all weights of the validation samples are 0"], Fit(options with { SampleWeights = some, ValidationSplit = 0.25f }));
        Assert.Equal(
            ["all weights of the validation samples are 0"],
            Fit(options with { ValidationInputs = s_x, ValidationTargets = s_y, ValidationWeights = none }));

        IReadOnlyList<string> Fit(FitOptions by) => TrainerWith(new Adam(0.01f)).Fit(s_x, s_y, by).Warnings;
    }

    [Fact]
    public void No_epoch()
    {
        Trainer trainer = TrainerWith(new Adam(0.01f));
        var state = new FitState();
        FitOptions options = new() { Epochs = 20, ValidationSplit = 0.25f, Patience = 1000 };
        FitResult result = trainer.Fit(s_x, s_y, options, state);
        Assert.Empty(result.Warnings);
        FitResult none = trainer.Fit(s_x, s_y, options, state);
        Assert.Equal(["no epoch was run: the state is at epoch 20, and Epochs is 20"], none.Warnings);
        Assert.EndsWith("; no epoch was run: the state is at epoch 20, and Epochs is 20", $"{none}");
        Assert.Empty(none.History);
        Assert.Equal(result.Cost, none.Cost); // the best was put back, and the state knows its cost

        state.EpochsWithoutImprovement = 7;
        Assert.Equal(
            ["no epoch was run: the state has 7 epochs without improvement, and Patience is 5"],
            trainer.Fit(s_x, s_y, options with { Epochs = 30, Patience = 5 }, state).Warnings);
        Assert.Equal(21, trainer.Fit(s_x, s_y, options with { Epochs = 21 }, state).Epochs);
    }

    [Theory]
    // Sixteen steps of four epochs. The cosine of 8 steps gives 0 from step 8 on.
    [InlineData(8, 4, "the learning rate was 0 in the last 8 steps: Cosine(8, 0) gives 0 from step 8 on")]
    [InlineData(12, 4, "the learning rate was 0 in the last 4 steps: Cosine(12, 0) gives 0 from step 12 on")]
    [InlineData(13, 4, null)] // not a whole epoch
    [InlineData(15, 4, null)]
    [InlineData(16, 4, null)]
    [InlineData(1000, 4, null)]
    [InlineData(3, 1, null)]
    public void A_schedule_has_run_out(long steps, int epochs, string? warning)
    {
        Trainer trainer = TrainerWith(new Adam(0.01f) { Schedule = LearningRateSchedule.Cosine(steps) });
        FitResult result = trainer.Fit(s_x, s_y, new FitOptions { Epochs = epochs, BatchSize = 16 });
        Assert.Equal(warning is null ? [] : [warning], result.Warnings);
    }

    [Fact]
    public void A_schedule_ran_out_before_or_gives_nothing()
    {
        Trainer trainer = TrainerWith(new Adam(0.01f) { Schedule = LearningRateSchedule.Cosine(40, 0) });
        Assert.Empty(trainer.Fit(s_x, s_y, new FitOptions { Epochs = 10, BatchSize = 16 }).Warnings);
        Assert.Equal(
            ["the learning rate was 0 in the last 8 steps: Cosine(40, 0) gives 0 from step 40 on"],
            trainer.Fit(s_x, s_y, new FitOptions { Epochs = 2, BatchSize = 16 }).Warnings);

        trainer = TrainerWith(new Sgd(0.01f) { Schedule = LearningRateSchedule.From(_ => 0) });
        Assert.Equal(
            ["the learning rate was 0 in the last step: From(function) gives 0 from step 0 on"],
            trainer.Fit(s_x, s_y, new FitOptions { Epochs = 1, BatchSize = 64 }).Warnings);

        // A line that ends at 0 is common: its last step is 0 and no more. Here it is a whole epoch.
        trainer = TrainerWith(new Sgd(0.01f) { Schedule = LearningRateSchedule.From(step => 1 - step / 9.0) });
        Assert.Empty(trainer.Fit(s_x, s_y, new FitOptions { Epochs = 10, BatchSize = 64 }).Warnings);
    }

    [Fact]
    public void A_cost_that_rises()
    {
        // Wild steps, but tanh keeps the outputs finite for a while.
        Trainer trainer = TrainerWith(new Sgd(30f), Activation.Tanh);
        FitResult result = trainer.Fit(s_x, s_y, new FitOptions { Epochs = 6, BatchSize = 64 });
        Assert.NotEqual(StopReason.Diverged, result.Reason);
        string warning = Assert.Single(result.Warnings);
        Assert.Matches(@"^the cost rose from [0-9.]+ to [0-9.E+]+: the learning rate may be too high$", warning);
        Assert.EndsWith($"; {warning}", $"{result}");
    }

    [Theory]
    // First step, epochs, zeros. From which cost did it rise?
    [InlineData(3.3, new[] { 1e8f }, 5, 3.3)] // the first epoch is high already
    [InlineData(3.3, new[] { 3f, 1e9f }, 5, 3.3)]
    [InlineData(3.3, new[] { 3f, 7f }, 5, 3)]
    [InlineData(3.3, new[] { 3f, 5.9f }, 5, 0)] // less than twice
    [InlineData(3.3, new[] { 3f, 7f }, 8, 0)] // better than zeros
    [InlineData(3.3, new[] { 3f, 0.1f, 7f }, 5, 3)]
    [InlineData(3.3, new[] { 3f, 9f, 0.1f }, 5, 0)]
    [InlineData(0.001, new[] { 1.1f }, 1, 0)] // one lucky sample in the first step
    [InlineData(0.001, new[] { 1.1f, 1.05f }, 1, 0)]
    [InlineData(1e-8, new[] { 1e-8f, 1e-5f }, 1, 0)] // noise of a network that has learned
    [InlineData(900, new[] { 200f, 50f, 49f }, 1, 0)] // far from the targets, but on its way
    public void A_cost_rises_or_not(double first, float[] costs, double zeros, double from)
    {
        var log = new FitLog(firstUpdate: 0, costs.Length) { FirstCost = first };
        foreach (float cost in costs) log.Epochs.Add(new EpochReport(1, cost, null, false, default));
        string? warning = FitWarnings.IsRise(log) ? FitWarnings.OfRise(log, zeros) : null;
        string text = FormattableString.Invariant($"the cost rose from {from} to {costs[^1]:G4}: the learning rate may be too high");
        Assert.Equal(from == 0 ? null : text, warning);
    }

    [Fact]
    public void The_cost_of_zeros_is_about_that()
    {
        Assert.Equal(1.25f, Cost.SquaredError.OfZeros([1f, -0.5f]));
        Assert.Equal(2 * MathF.Log(2f), Cost.BinaryCrossEntropy.OfZeros([0f, 1f]), 1e-6f);
        Assert.InRange(Cost.CrossEntropy.OfZeros([0f, 0f, 1f]), MathF.Log(3f), 2f);
    }

    [Theory]
    [InlineData(1)]
    [InlineData(7)]
    [InlineData(64)]
    public void Training_that_goes_well_has_none(int batch)
    {
        foreach (int seed in Enumerable.Range(1, 5))
        {
            foreach (Optimizer optimizer in (Optimizer[])[new Sgd(0.01f), new Adam(0.01f), new RmsProp(0.003f), new Momentum(0.003f)])
            {
                var network = new Network([1, 8, 1], Activation.Tanh, Activation.Identity, seed, Initializer.Glorot);
                var state = new FitState();
                var trainer = new Trainer(network, optimizer);
                foreach (int epochs in (int[])[1, 2, 30, 60])
                {
                    FitResult result = trainer.Fit(s_x, s_y, new FitOptions { Epochs = epochs, BatchSize = batch, Seed = seed }, state);
                    Assert.Empty(result.Warnings);
                }
            }
        }
    }

    private static Trainer TrainerWith(Optimizer optimizer, Activation? hidden = null) =>
        new(new Network([1, 8, 1], hidden ?? Activation.Tanh, Activation.Identity, seed: 1, Initializer.Glorot), optimizer);
}
