using Xunit;

namespace FastNN.Tests.Api;

/// <summary>A member of an ensemble trains for epochs as <see cref="Trainer.Fit"/> trains it alone.</summary>
public class EnsembleFitTests
{
    private const int Count = 19, Samples = 50;
    private static readonly Activation[] s_activations = [Activation.Tanh, Activation.Identity];

    [Theory]
    [MemberData(nameof(Cases.Variants), MemberType = typeof(Cases))]
    public void Members_have_the_bits_of_a_fit_alone(KernelVariant variant)
    {
        FitOptions[] all =
        [
            new() { Epochs = 3, BatchSize = 8 },
            new() { Epochs = 2, BatchSize = 7, Shuffle = false },
            new() { Epochs = 2, BatchSize = 1, Seed = 5 },
            new() { Epochs = 2, BatchSize = 500 },
            new() { Epochs = 12, BatchSize = 8, ValidationSplit = 0.3f, Patience = 2, MinImprovement = 0.01f },
            new() { Epochs = 12, BatchSize = 16, ValidationSplit = 0.3f, Patience = 2, MinImprovement = 0.01f, RestoreBest = false },
            new() { Epochs = 3, ValidationInputs = Cases.Uniform(9, 10 * 3, -1f), ValidationTargets = Cases.Uniform(8, 10 * 2, -1f) },
        ];
        List<MemberFitResult> results = [];
        foreach (FitOptions options in all)
        {
            foreach (Optimizer optimizer in (Optimizer[])[new Sgd(0.2f), new Adam(0.03f), new Momentum(0.05f) { ClipNorm = 0.5f }])
            {
                bool shared = options.Epochs != 2;
                results.AddRange(Fit(variant, [3, 6, 2], options, optimizer, shared, Reduction.Mean, threads: 1 + options.Epochs % 3));
            }
        }

        Assert.Contains(results, result => result.Reason == StopReason.EarlyStopped);
        Assert.Contains(results, result => result.Reason == StopReason.Completed && result.BestEpoch < result.Epochs);

        Fit(variant, [3, 700, 2], all[4], new Sgd(0.05f), shared: true, Reduction.Sum, threads: 2);
        Fit(variant, [3, 6, 2], all[0], new Sgd(0.02f), shared: false, Reduction.Sum, threads: 2);
    }

    [Theory]
    [MemberData(nameof(Cases.Variants), MemberType = typeof(Cases))]
    public void A_member_that_diverges_stops_and_no_other(KernelVariant variant)
    {
        float[] rates = [.. Enumerable.Range(0, Count).Select(i => i % 4 == 1 ? 1e30f : 0.05f)];
        var options = new FitOptions { Epochs = 5, BatchSize = 8, ValidationSplit = 0.2f, Patience = 5 };
        IReadOnlyList<MemberFitResult> results =
            Fit(variant, [3, 6, 2], options, new Sgd(0.1f), shared: true, Reduction.Mean, threads: 1, rates);
        for (int i = 0; i < Count; i++)
            Assert.Equal(i % 4 == 1 ? StopReason.Diverged : StopReason.Completed, results[i].Reason);
        Assert.Equal(1e30f, results[1].Divergence!.Value.LearningRate);
    }

    [Fact]
    public void What_does_not_serve_is_refused_and_nothing_changes()
    {
        var ensemble = new NetworkEnsemble([3, 6, 2], s_activations, 4, seed: 1);
        var trainer = new EnsembleTrainer(ensemble, new Sgd(0.1f));
        float[] x = Cases.Uniform(1, 20 * 3, -1f), y = Cases.Uniform(2, 20 * 2, -1f);
        var good = new FitOptions { Epochs = 2 };
        Refuse("EpochDone", good with { EpochDone = _ => true });
        Refuse("SampleWeights", good with { SampleWeights = new float[20] });
        Refuse("ClassWeights", good with { ClassWeights = new float[2] });
        Refuse("ValidationLabels", good with { ValidationLabels = new int[2] });
        Refuse("Patience", good with { Patience = 3 });
        Refuse("hold out at least one sample", good with { ValidationSplit = 0.01f });
        Refuse("has both", good with { ValidationSplit = 0.5f, ValidationInputs = x, ValidationTargets = y });
        Assert.Throws<ArgumentException>(() => trainer.FitShared(x, y, good, seeds: [1, 2, 3]));
        Assert.Throws<ArgumentException>(() => trainer.FitShared([.. x[..^1], float.NaN], y, good));
        Assert.Throws<ArgumentException>(() => trainer.FitShared(x, y.AsSpan(1), good));
        Assert.Throws<ArgumentNullException>(() => trainer.Fit(x, y, null!));
        Assert.Throws<OperationCanceledException>(() => trainer.FitShared(x, y, good, cancellationToken: new(canceled: true)));
        Network fresh = new([3, 6, 2], s_activations, 3), member = fresh.Clone();
        ensemble.Read(2, member);
        Cases.AssertSameBits(fresh.Parameters, member.Parameters, "member 2");
        Assert.Equal(0, trainer.Steps);

        void Refuse(string message, FitOptions options)
        {
            ArgumentException exception = Assert.Throws<ArgumentException>(() => trainer.FitShared(x, y, options));
            Assert.Contains(message, exception.Message, StringComparison.Ordinal);
        }
    }

    [Fact]
    public void Copies_that_no_array_holds_are_refused()
    {
        const int samples = 3_000_000;
        var trainer = new EnsembleTrainer(new NetworkEnsemble([1, 1], 1000, seed: 1), new Sgd(0.1f));
        float[] x = new float[samples], y = new float[samples];
        Refuse("options", "must be at most 2147483", new() { Epochs = 1, BatchSize = samples - 1 });
        Refuse("inputs", "must hold at most 2147483 training samples", new() { Epochs = 1, BatchSize = 10 });
        Assert.Equal(0, trainer.Steps);

        void Refuse(string argument, string message, FitOptions options)
        {
            ArgumentException exception = Assert.Throws<ArgumentException>(() => trainer.FitShared(x, y, options));
            Assert.Equal(argument, exception.ParamName);
            Assert.Contains(message, exception.Message, StringComparison.Ordinal);
        }
    }

    [Fact]
    public void A_result_says_what_happened_in_one_line()
    {
        var result = new MemberFitResult(StopReason.EarlyStopped, 12, 0.0123f, 0.015f, 7, null);
        Assert.Equal("EarlyStopped after 12 epochs: cost 0.0123, validation 0.015, the best was epoch 7", $"{result}");
    }

    private static IReadOnlyList<MemberFitResult> Fit(
        KernelVariant variant, int[] widths, FitOptions options, Optimizer optimizer, bool shared, Reduction reduction, int threads,
        float[]? rates = null)
    {
        int givers = shared ? 1 : Count, ins = Samples * widths[0], outs = Samples * widths[^1];
        float[] x = Cases.Uniform(1, givers * ins, -1f), y = Cases.Uniform(2, givers * outs, -1f);
        var ensemble = new NetworkEnsemble(widths, s_activations, Count, seed: 7, kernels: variant);
        var trainer = new EnsembleTrainer(ensemble, optimizer, reduction: reduction, threads: threads, learningRates: rates);
        IReadOnlyList<MemberFitResult> results = shared ? trainer.FitShared(x, y, options) : trainer.Fit(x, y, options);
        Network member = new(widths, s_activations, 0, kernels: variant);
        for (int i = 0; i < Count; i++)
        {
            string what = $"{ensemble}, {optimizer}, {options.BatchSize} of {options.Epochs} epochs, member {i}";
            int giver = shared ? 0 : i;
            Optimizer own = optimizer.With(rates?[i] ?? optimizer.LearningRate, 0f);
            var alone = new Trainer(new Network(widths, s_activations, 7 + i, kernels: KernelVariant.Scalar), own, reduction: reduction);
            FitResult expected = alone.Fit(
                x.AsSpan(giver * ins, ins), y.AsSpan(giver * outs, outs), options with { Seed = options.Seed + i });
            ensemble.Read(i, member);
            Cases.AssertSameBits(alone.Network.Parameters, member.Parameters, what);
            Assert.Equal((what, expected.Reason, expected.Epochs), (what, results[i].Reason, results[i].Epochs));
            Assert.Equal((what, expected.Cost, expected.BestEpoch), (what, results[i].Cost, results[i].BestEpoch));
            Assert.Equal((what, expected.Validation?.Cost), (what, results[i].ValidationCost));
            Assert.Equal((what, expected.Divergence), (what, results[i].Divergence));
        }

        return results;
    }
}
