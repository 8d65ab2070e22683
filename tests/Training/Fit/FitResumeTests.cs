using System.Text.Json;
using FastNN.Fit;
using Xunit;

namespace FastNN.Tests.Fit;

/// <summary>A run is cancelled. It goes on elsewhere from what was saved, and reaches the bits of a run that was not cancelled.</summary>
public class FitResumeTests
{
    private const int Samples = 61, Epochs = 12;
    private static readonly float[] s_x = Cases.Uniform(1, Samples * 2), s_y = Cases.Uniform(2, Samples * 2);
    private static readonly FitOptions s_options = new() { Epochs = Epochs, BatchSize = 4, Seed = 5, ValidationSplit = 0.3f, Patience = 5 };

    [Theory]
    [InlineData(1, true)]
    [InlineData(4, true)]
    [InlineData(11, true)]
    [InlineData(1, false)]
    [InlineData(4, false)]
    [InlineData(11, false)]
    public void After_cancellation_behind_an_epoch(int epoch, bool validates)
    {
        FitOptions options = validates ? s_options with { Patience = 100 } : new FitOptions { Epochs = Epochs, BatchSize = 4, Seed = 5 };
        (Network network, FitState state) = CancelledBehind(epoch, options);
        AssertGoesOn(network, state, options);
    }

    [Fact]
    public void After_cancellation_within_an_epoch()
    {
        // Another thread cancels as soon as it sees a certain step. Chance decides where the run ends. It must make no difference.
        int within = 0;
        for (int attempt = 0; attempt < 200 && within < 10; attempt++)
        {
            using var source = new CancellationTokenSource();
            Network network = NewNetwork();
            var state = new FitState();
            FitOptions options = s_options with { Epochs = 3_000_000, Patience = 3_000_000 };
            int epoch = 1 + attempt % 3, step = 1 + attempt % 7;
            var watcher = new Thread(() =>
            {
                while (state.Epoch < epoch || state.Step < step) Interlocked.MemoryBarrier();
                source.Cancel();
            });
            watcher.IsBackground = true; // it must not keep the process alive if Fit fails
            watcher.Start();
            Assert.ThrowsAny<OperationCanceledException>(
                () => TrainerOf(network).Fit(s_x, s_y, options, state, cancellationToken: source.Token));
            watcher.Join();
            if (state.Step > 0) within++;
            AssertGoesOn(network, state, options with { Epochs = state.Epoch + 3 });
        }

        Assert.Equal(10, within);
    }

    [Theory]
    [InlineData(0, 1)]
    [InlineData(0, 10)]
    [InlineData(2, 3)]
    public void From_a_step_of_an_epoch(int epoch, int step)
    {
        // The same without chance: the test makes the steps of the cancelled run by hand.
        (Network network, FitState state) = epoch == 0 ? (NewNetwork(), new FitState()) : CancelledBehind(epoch, s_options);
        Trainer trainer = TrainerOf(network);
        (state.Samples, state.BatchSize, state.Seed) = (43, 4, 5);
        int[] order = new int[43];
        EpochOrder.Shuffle(order, 5, epoch);
        foreach (int[] batch in order.Chunk(4).Take(step))
        {
            float cost =
                trainer.Step([.. batch.SelectMany(s => s_x[(2 * s)..(2 * s + 2)])], [.. batch.SelectMany(s => s_y[(2 * s)..(2 * s + 2)])]);
            state.CostSum += (double)cost * batch.Length;
            state.Step++;
        }

        AssertGoesOn(network, state, s_options);
    }

    [Fact]
    public void A_run_saved_when_its_patience_ends_stops_early_when_it_goes_on()
    {
        FitOptions options = s_options with { Epochs = 100_000 };
        Network network = NewNetwork();
        var state = new FitState();
        string saved = "";
        float[] parameters = [];
        FitResult result = TrainerOf(network).Fit(s_x, s_y, options with
        {
            EpochDone = _ =>
            {
                (saved, parameters) = (JsonSerializer.Serialize(state), network.Parameters.ToArray());
                return true;
            },
        }, state);
        Assert.Equal(StopReason.EarlyStopped, result.Reason);
        Assert.False(parameters.AsSpan().SequenceEqual(network.Parameters));

        Network again = NewNetwork();
        parameters.CopyTo(again.Parameters);
        FitResult ended = TrainerOf(again).Fit(s_x, s_y, options, JsonSerializer.Deserialize<FitState>(saved));
        Assert.Equal(result.Bare(), ended.Bare());
        Assert.Empty(ended.History);
        Cases.AssertSameBits(network.Parameters, again.Parameters, "parameters");
    }

    [Theory]
    [MemberData(nameof(Recipes.Names), MemberType = typeof(Recipes))]
    public void With_what_the_optimizer_remembers(string recipe)
    {
        Trainer uninterrupted = new(NewNetwork(), Recipes.Create(recipe)), before = new(NewNetwork(), Recipes.Create(recipe));
        uninterrupted.Fit(s_x, s_y, s_options);
        var state = new FitState();
        before.Fit(s_x, s_y, s_options with { Epochs = 3, RestoreBest = false }, state);

        Trainer after = new(NewNetwork(), Recipes.Create(recipe));
        before.Network.Parameters.CopyTo(after.Network.Parameters);
        foreach (string name in before.OptimizerState.Names) before.OptimizerState[name].CopyTo(after.OptimizerState[name]);
        after.OptimizerState.Steps = before.OptimizerState.Steps;
        after.Fit(s_x, s_y, s_options, JsonSerializer.Deserialize<FitState>(JsonSerializer.Serialize(state)));
        foreach (string name in uninterrupted.OptimizerState.Names)
            Cases.AssertSameBits(uninterrupted.OptimizerState[name], after.OptimizerState[name], name);
        Cases.AssertSameBits(uninterrupted.Network.Parameters, after.Network.Parameters, "parameters");
    }

    [Fact]
    public void Between_epochs_other_batches_may_follow()
    {
        (Network network, FitState state) = CancelledBehind(2, s_options);
        float[] x = s_x[..20], y = s_y[..20];
        FitOptions other = s_options with { Epochs = 4, BatchSize = 3, Seed = 6, Shuffle = false };
        Assert.Equal(4, TrainerOf(network).Fit(x, y, other, state).Epochs);
        Assert.Equal((7, 3, null), (state.Samples, state.BatchSize, state.Seed));
    }

    [Fact]
    public void A_cancelled_token_changes_nothing()
    {
        Network network = NewNetwork();
        var state = new FitState();
        Assert.ThrowsAny<OperationCanceledException>(
            () => TrainerOf(network).Fit(s_x, s_y, s_options, state, cancellationToken: new CancellationToken(true)));
        Assert.Equal((0, 0, 0.0), (state.Epoch, state.Step, state.CostSum));
        Cases.AssertSameBits(NewNetwork().Parameters, network.Parameters, "parameters");
    }

    [Fact]
    public void More_epochs_follow_and_none_when_they_are_done()
    {
        (Network whole, Network parts) = (NewNetwork(), NewNetwork());
        var options = new FitOptions { Epochs = 9 };
        FitResult result = TrainerOf(whole).Fit(s_x, s_y, options);
        var state = new FitState();
        TrainerOf(parts).Fit(s_x, s_y, options with { Epochs = 4 }, state);
        Assert.Equal(result.Bare(), TrainerOf(parts).Fit(s_x, s_y, options, state).Bare());
        foreach (int epochs in (int[])[9, 2])
        {
            FitResult none = TrainerOf(parts).Fit(s_x, s_y, options with { Epochs = epochs }, state);
            Assert.Equal(result.Bare() with { Cost = null }, none.Bare());
        }

        Cases.AssertSameBits(whole.Parameters, parts.Parameters, "parameters");
    }

    /// <summary>
    /// Goes on with a fresh network and trainer and with what a file would hold. Compares the result with a run from the start.
    /// </summary>
    private static void AssertGoesOn(Network interrupted, FitState state, FitOptions options)
    {
        (Network whole, Network fresh) = (NewNetwork(), NewNetwork());
        FitState end = new(), saved = JsonSerializer.Deserialize<FitState>(JsonSerializer.Serialize(state))!;
        List<EpochReport> expected = [], reports = [];
        FitResult result = TrainerOf(whole).Fit(s_x, s_y, options with { EpochDone = Into(expected) }, end);

        interrupted.Parameters.CopyTo(fresh.Parameters);
        Assert.Equal(result.Bare(), TrainerOf(fresh).Fit(s_x, s_y, options with { EpochDone = Into(reports) }, saved).Bare());
        Assert.Equal(expected[state.Epoch..], reports);
        Cases.AssertSameBits(whole.Parameters, fresh.Parameters, "parameters");
        Assert.Equal(JsonSerializer.Serialize(end), JsonSerializer.Serialize(saved));
    }

    private static (Network Network, FitState State) CancelledBehind(int epoch, FitOptions options)
    {
        using var source = new CancellationTokenSource();
        FitOptions cancelling = options with
        {
            EpochDone = report =>
            {
                if (report.Epoch == epoch) source.Cancel();
                return true;
            },
        };
        Network network = NewNetwork();
        var state = new FitState();
        Assert.ThrowsAny<OperationCanceledException>(
            () => TrainerOf(network).Fit(s_x, s_y, cancelling, state, cancellationToken: source.Token));
        Assert.Equal((epoch, 0, 0.0), (state.Epoch, state.Step, state.CostSum));
        return (network, state);
    }

    private static Func<EpochReport, bool> Into(List<EpochReport> reports) => report =>
    {
        reports.Add(report with { Elapsed = default });
        return true;
    };

    private static Network NewNetwork() => new([2, 4, 3, 2], seed: 1);

    private static Trainer TrainerOf(Network network) => new(network, new Sgd(5f));
}
