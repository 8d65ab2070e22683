using FastNN.Fit;
using Xunit;

namespace FastNN.Tests.Fit;

/// <summary>Fit: its steps, what it holds out, what it reports, when it ends and with which parameters.</summary>
public partial class FitTests
{
    private const int Samples = 23;
    private readonly float[] _x = Cases.Uniform(1, Samples * 2), _y = Cases.Uniform(2, Samples * 2);

    [Theory]
    [InlineData(5, true, Reduction.Mean)]
    [InlineData(5, false, Reduction.Mean)]
    [InlineData(5, true, Reduction.Sum)]
    [InlineData(1, true, Reduction.Mean)]
    [InlineData(23, true, Reduction.Mean)]
    [InlineData(100, true, Reduction.Sum)]
    public void Fit_is_a_step_for_each_batch(int batchSize, bool shuffle, Reduction reduction)
    {
        (Network network, Trainer trainer) = Example(reduction);
        (Network again, Trainer stepping) = Example(reduction);
        List<EpochReport> reports = [];
        var options = new FitOptions { Epochs = 4, BatchSize = batchSize, Shuffle = shuffle, Seed = 3, EpochDone = Into(reports) };
        FitResult result = trainer.Fit(_x, _y, options);

        int[] order = [.. Enumerable.Range(0, Samples)];
        for (int epoch = 0; epoch < 4; epoch++)
        {
            double sum = 0;
            if (shuffle && batchSize < Samples) EpochOrder.Shuffle(order, 3, epoch);
            foreach (int[] batch in order.Chunk(batchSize))
            {
                float cost = stepping.Step(
                    [.. batch.SelectMany(s => _x[(2 * s)..(2 * s + 2)])], [.. batch.SelectMany(s => _y[(2 * s)..(2 * s + 2)])]);
                sum += reduction == Reduction.Mean ? (double)cost * batch.Length : cost;
            }

            EpochReport report = reports[epoch];
            Assert.Equal(new EpochReport(epoch + 1, (float)(sum / Samples), null, IsBest: false, report.Elapsed), report);
            Assert.InRange(report.Elapsed, epoch == 0 ? TimeSpan.Zero : reports[epoch - 1].Elapsed, TimeSpan.FromMinutes(10));
        }

        Cases.AssertSameBits(again.Parameters, network.Parameters, "parameters");
        Assert.Equal(new FitResult { Reason = StopReason.Completed, Epochs = 4, Cost = reports[3].TrainingCost }, result.Bare());
        Assert.Equal(reports, result.History);
    }

    [Fact]
    public void By_default_batches_are_of_32_shuffled_by_seed_0()
    {
        (Network network, Trainer trainer) = Example();
        (Network again, Trainer spelling) = Example();
        float[] x = Cases.Uniform(1, 70 * 2), y = Cases.Uniform(2, 70 * 2);
        trainer.Fit(x, y, new FitOptions { Epochs = 2 });
        spelling.Fit(x, y, new FitOptions { Epochs = 2, BatchSize = 32, Seed = 0, Shuffle = true, ValidationSplit = 0f });
        Cases.AssertSameBits(again.Parameters, network.Parameters, "parameters");
        again.Parameters[0]++;
        spelling.Fit(x, y, new FitOptions { Epochs = 2, Seed = 1 });
        Assert.False(again.Parameters.SequenceEqual(network.Parameters));
    }

    [Theory]
    [MemberData(nameof(Cases.Variants), MemberType = typeof(Cases))]
    public void Every_variant_and_number_of_threads_fits_iris_to_the_same_bits(KernelVariant variant)
    {
        (float[] x, float[] y) = Iris();
        (float[] Parameters, List<EpochReport> Reports, FitResult Result) expected = Fit(KernelVariant.Scalar, 1);
        Assert.InRange(expected.Result.Validation!.Value.Accuracy!.Value, 0.9, 1);
        foreach (int threads in (int[])[1, 3])
        {
            (float[] parameters, List<EpochReport> reports, FitResult result) = Fit(variant, threads);
            Cases.AssertSameBits(expected.Parameters, parameters, $"parameters with {threads} threads");
            Assert.Equal(expected.Reports, reports);
            Assert.Equal(expected.Result, result);
        }

        (float[], List<EpochReport>, FitResult) Fit(KernelVariant variant, int threads)
        {
            var network = new Network([4, 8, 3], seed: 1, variant);
            List<EpochReport> reports = [];
            var options = new FitOptions { Epochs = 60, BatchSize = 35, ValidationSplit = 0.3f, Patience = 10, EpochDone = Into(reports) };
            FitResult result = new Trainer(network, new Sgd(0.5f), threads: threads).Fit(x, y, options);
            return (network.Parameters.ToArray(), [.. reports.Select(report => report with { Elapsed = default })], result.Bare());
        }
    }

    [Theory]
    [InlineData(0.2f, 19)] // 4.6 held out, rounded down
    [InlineData(0.99f, 1)]
    public void The_last_samples_are_held_out_and_never_trained_on(float split, int training)
    {
        (Network network, Trainer trainer) = Example();
        (Network again, Trainer fewer) = Example();
        float[] y = [.. _y];
        y.AsSpan(training * 2).Fill(1e30f); // whose square is infinite
        List<EpochReport> reports = [];
        FitResult result =
            trainer.Fit(_x, y, new FitOptions { Epochs = 5, BatchSize = 4, ValidationSplit = split, EpochDone = Into(reports) });

        Assert.All(reports,
            report => Assert.True(float.IsFinite(report.TrainingCost) && !float.IsFinite(report.Validation!.Value.Cost) && !report.IsBest));
        Assert.Equal((StopReason.Completed, 0), (result.Reason, result.BestEpoch));
        fewer.Fit(_x.AsSpan(0, training * 2), y.AsSpan(0, training * 2), new FitOptions { Epochs = 5, BatchSize = 4 });
        Cases.AssertSameBits(again.Parameters, network.Parameters, "parameters");
    }

    [Theory]
    [InlineData(0.7f, 10, 7)] // 0.7f is less than 0.7
    [InlineData(0.84f, 75, 63)] // and 0.84f times 75f is less than 63
    [InlineData(0.01f, 100, 1)]
    public void A_split_is_the_share_as_it_is_written(float split, int samples, int heldOut)
    {
        foreach ((int large, StopReason reason) in ((int, StopReason)[])[(-1, StopReason.Diverged), (0, StopReason.Completed)])
        {
            float[] x = Cases.Uniform(1, samples * 2), y = Cases.Uniform(2, samples * 2);
            y[2 * (samples - heldOut + large)] = 1e30f; // its square is infinite
            var network = new Network([2, 4, 3, 2], Activation.Sigmoid, Activation.Identity, seed: 1); // whose range is open
            FitResult result = new Trainer(network, new Sgd(0.01f)).Fit(x, y, new FitOptions { Epochs = 1, ValidationSplit = split });
            Assert.Equal(reason, result.Reason);
        }
    }

    [Theory]
    [InlineData(Reduction.Mean)]
    [InlineData(Reduction.Sum)]
    public void Samples_held_out_are_measured_after_each_epoch_however_they_are_given(Reduction reduction)
    {
        (Network network, Trainer trainer) = Example(reduction);
        (Network again, Trainer splitting) = Example(reduction);
        float[] x = _x[38..], y = _y[38..];
        List<Metrics?> measured = [];
        List<EpochReport> reports = [], same = [];
        Func<EpochReport, bool> done = Into(reports, () => measured.Add(trainer.Measure(x, y)));
        var options = new FitOptions { Epochs = 3, BatchSize = 4, ValidationInputs = x, ValidationTargets = y, EpochDone = done };
        FitResult result = trainer.Fit(_x.AsSpan(0, 38), _y.AsSpan(0, 38), options);
        Assert.Equal(measured, reports.Select(report => report.Validation));
        Assert.Equal(measured[^1], result.Validation);

        splitting.Fit(_x, _y, new FitOptions { Epochs = 3, BatchSize = 4, ValidationSplit = 0.2f, EpochDone = Into(same) });
        Assert.Equal(reports.Select(report => report with { Elapsed = default }), same.Select(report => report with { Elapsed = default }));
        Cases.AssertSameBits(network.Parameters, again.Parameters, "parameters");
    }

    [Theory]
    [InlineData(2, 0f, true)]
    [InlineData(6, 0f, true)]
    [InlineData(6, 0.002f, true)]
    [InlineData(6, 0f, false)]
    public void Training_stops_when_validation_does_not_improve_and_puts_the_best_back(int patience, float improvement, bool restore)
    {
        (Network network, Trainer trainer) = Example(learningRate: improvement > 0 ? 0.1f : 5f); // slowly, so that improvements are small
        List<EpochReport> reports = [];
        List<float[]> parameters = [];
        var state = new FitState();
        FitResult result = trainer.Fit(_x, _y, new FitOptions
        {
            Epochs = 100_000,
            BatchSize = 4,
            ValidationSplit = 0.4f,
            Patience = patience,
            MinImprovement = improvement,
            RestoreBest = restore,
            EpochDone = Into(reports, () => parameters.Add(network.Parameters.ToArray())),
        }, state);

        int best = 0, without = 0, tooLittle = 0;
        float cost = float.PositiveInfinity;
        foreach (EpochReport report in reports)
        {
            Assert.InRange(without, 0, patience - 1);
            bool better = report.Validation!.Value.Cost < (double)cost - improvement;
            Assert.Equal(better, report.IsBest);
            if (!better && report.Validation.Value.Cost < cost) tooLittle++;
            (best, cost, without) = better ? (report.Epoch, report.Validation.Value.Cost, 0) : (best, cost, without + 1);
        }

        Assert.Equal((patience, StopReason.EarlyStopped, best), (without, result.Reason, result.BestEpoch));
        Assert.InRange(best, 2, 90_000);
        Assert.Equal(improvement > 0, tooLittle > 0);
        float trained = reports[restore ? best - 1 : reports.Count - 1].TrainingCost;
        Assert.Equal((restore, best + patience, trained), (result.BestRestored, result.Epochs, result.Cost));
        Assert.Equal(reports, result.History);
        Cases.AssertSameBits(parameters[restore ? best - 1 : ^1], network.Parameters, "parameters");
        Assert.Equal(trainer.Measure(_x.AsSpan(28), _y.AsSpan(28)), result.Validation);
        Assert.Equal((best + patience, 0, 0.0), (state.Epoch, state.Step, state.CostSum));
        Assert.Equal((best, cost, patience), (state.BestEpoch, state.BestCost, state.EpochsWithoutImprovement));
        Assert.Equal(restore ? network.Parameters.ToArray() : null, state.BestParameters);
    }

    [Theory]
    [InlineData(0f, 2f)] // the same cost again
    [InlineData(3f, 1f)] // lower by just 3
    public void A_cost_that_is_not_lower_by_more_than_the_least_improvement_is_not_the_best(float improvement, float second)
    {
        // The steps move nothing. The bias is set by hand, and its square is the validation cost.
        var network = new Network([1, 1], [Activation.Identity], seed: 1);
        var trainer = new Trainer(network, new Sgd(1f) { Schedule = LearningRateSchedule.From(_ => 0) });
        List<EpochReport> reports = [];
        float[] biases = [2f, second, MathF.BitDecrement(1f)], zero = [0f];
        network.Layers[0].Biases[0] = biases[0];
        FitResult result = trainer.Fit(zero, zero, new FitOptions
        {
            Epochs = 3,
            ValidationInputs = zero,
            ValidationTargets = zero,
            MinImprovement = improvement,
            EpochDone = Into(reports, () => network.Layers[0].Biases[0] = biases[Math.Min(reports.Count, 2)]),
        });
        Assert.Equal([4f, second * second, biases[2] * biases[2]], reports.Select(report => report.Validation!.Value.Cost));
        Assert.Equal([true, false, true], reports.Select(report => report.IsBest));
        Assert.Equal(3, result.BestEpoch);
    }

    [Fact]
    public void The_best_is_put_back_after_the_last_epoch_and_after_a_stop_too()
    {
        foreach (StopReason reason in (StopReason[])[StopReason.Completed, StopReason.StoppedByCallback])
        {
            (Network network, Trainer trainer) = Example();
            float[]? best = null;
            FitResult result = trainer.Fit(_x, _y, new FitOptions
            {
                Epochs = reason == StopReason.Completed ? 100 : 1000,
                BatchSize = 4,
                ValidationSplit = 0.4f,
                Patience = 1000,
                EpochDone = report =>
                {
                    if (report.IsBest) best = network.Parameters.ToArray();
                    return report.Epoch < 100 || reason == StopReason.Completed;
                },
            });
            Assert.Equal((reason, 100, true), (result.Reason, result.Epochs, result.BestRestored));
            Assert.InRange(result.BestEpoch, 1, 99);
            Cases.AssertSameBits(best, network.Parameters, "parameters");
        }
    }

    [Fact]
    public void The_callback_stops()
    {
        (Network network, Trainer trainer) = Example();
        (Network again, Trainer shorter) = Example();
        FitResult result = trainer.Fit(_x, _y, new FitOptions { Epochs = 100, EpochDone = report => report.Epoch < 3 });
        FitResult completed = shorter.Fit(_x, _y, new FitOptions { Epochs = 3 });
        Assert.Equal(completed.Bare() with { Reason = StopReason.StoppedByCallback }, result.Bare());
        Cases.AssertSameBits(again.Parameters, network.Parameters, "parameters");
    }

    [Fact]
    public void Progress_is_told_of_each_epoch_before_the_callback()
    {
        List<(EpochReport Report, string By)> told = [];
        var options =
            new FitOptions { Epochs = 3, ValidationSplit = 0.2f, EpochDone = Into(null, report => told.Add((report, "callback"))) };
        Example().Trainer.Fit(_x, _y, options, progress: new Progress(report => told.Add((report, "progress"))));
        string[] expected = ["1 progress", "1 callback", "2 progress", "2 callback", "3 progress", "3 callback"];
        Assert.Equal(expected, told.Select(t => $"{t.Report.Epoch} {t.By}"));
        Assert.All(told.Chunk(2), pair => Assert.Equal(pair[0].Report, pair[1].Report));
    }

    [Fact]
    public void A_result_is_a_line()
    {
        var result = new FitResult { Reason = StopReason.Completed, Epochs = 1, Cost = 0.0123456f };
        Assert.Equal("completed 1 epoch: cost 0.01235", $"{result}");
        Assert.Equal(
            "stopped by the callback after epoch 7: cost 0.01235", $"{result with { Reason = StopReason.StoppedByCallback, Epochs = 7 }}");
        result = result with { Reason = StopReason.EarlyStopped, Epochs = 12, Validation = new Metrics(0.25f, 0.98, 0.5), BestEpoch = 9 };
        Assert.Equal(
            "stopped early after epoch 12: cost 0.01235; validation: cost 0.25, accuracy 0.98, R² 0.5; the best was epoch 9", $"{result}");
        Assert.EndsWith("R² 0.5; parameters are those of epoch 9, the best", $"{result with { BestRestored = true }}");
        result = result with { Validation = new Metrics(0.25f, null, 0.5), Warnings = ["one thing", "another"] };
        EpochReport first = new(11, 3.33333f, null, false, default), second = new(12, 0.02f, null, false, default);
        Assert.Equal(
            "stopped early after epoch 12: cost 3.333 → 0.01235; validation: cost 0.25, R² 0.5; the best was epoch 9; one thing; another",
            $"{result with { History = [first, second] }}");
        Assert.StartsWith("stopped early after epoch 12: cost 0.01235; ", $"{result with { History = [first] }}");
        Assert.Equal("completed 3 epochs", $"{new FitResult { Reason = StopReason.Completed, Epochs = 3 }}");
    }

    private static (float[] X, float[] Y) Iris()
    {
        // The three kinds take turns in this order. From each measurement the mean is subtracted. Then it is divided by the deviation,
        // roughly.
        float[] mean = [5.8f, 3.1f, 3.8f, 1.2f], deviation = [0.8f, 0.4f, 1.8f, 0.8f];
        string[] lines = File.ReadAllLines(Path.Combine(AppContext.BaseDirectory, "data", "iris.csv"))[1..];
        float[][] rows = [.. Enumerable.Range(0, 150).Select(k => Array.ConvertAll(lines[k % 3 * 50 + k / 3].Split(','), float.Parse))];
        return (
            [.. rows.SelectMany(r => r[..4].Select((x, k) => (x - mean[k]) / deviation[k]))],
            [.. rows.SelectMany(r => Enumerable.Range(0, 3).Select(k => k == r[4] ? 1f : 0f))]);
    }

    private static Func<EpochReport, bool> Into(List<EpochReport> reports, Action? then = null) => Into(reports, _ => then?.Invoke());

    private static Func<EpochReport, bool> Into(List<EpochReport>? reports, Action<EpochReport> then) => report =>
    {
        reports?.Add(report);
        then(report);
        return true;
    };

    private static (Network Network, Trainer Trainer) Example(Reduction reduction = Reduction.Mean, float learningRate = 5f)
    {
        var network = new Network([2, 4, 3, 2], seed: 1);
        return (network, new Trainer(network, new Sgd(learningRate), reduction: reduction));
    }

    private sealed class Progress(Action<EpochReport> report) : IProgress<EpochReport>
    {
        public void Report(EpochReport value) => report(value);
    }
}
