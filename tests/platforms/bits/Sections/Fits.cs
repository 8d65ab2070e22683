namespace FastNN.Bits.Sections;

/// <summary>Runs of Fit: order of samples, validation, early stopping, states that go on; and what is measured of a network.</summary>
internal static class Fits
{
    private const int Samples = 101, Inputs = 5, Outputs = 3;

    private static readonly float[] s_inputs = Work.Values(1, Samples * Inputs), s_targets = Targets(2, Samples);

    private static readonly FitOptions[] s_options =
    [
        new() { Epochs = 3, BatchSize = 1 },
        new() { Epochs = 4, BatchSize = 8, Seed = 7 },
        new() { Epochs = 4, BatchSize = 33, Shuffle = false },
        new() { Epochs = 12, BatchSize = 10, ValidationSplit = 0.3f, Patience = 2, RestoreBest = true },
        new() { Epochs = 12, BatchSize = 7, ValidationSplit = 0.2f, Patience = 1, MinImprovement = 0.01f },
        new() { Epochs = 3, BatchSize = 200, ValidationInputs = Work.Values(3, 4 * Inputs), ValidationTargets = Targets(4, 4) },
    ];

    internal static void Run(Work work, Hash hash)
    {
        foreach (FitOptions options in s_options)
        {
            Trainer trainer = NewTrainer(work);
            var reports = new List<EpochReport>();
            bool Keep(EpochReport report)
            {
                reports.Add(report);
                return true;
            }

            FitResult result = trainer.Fit(s_inputs, s_targets, options with { EpochDone = Keep });
            Add(hash, trainer, result, reports);
        }

        // A run that is stopped and goes on from its state, and one on another seed.
        Trainer stopped = NewTrainer(work);
        var state = new FitState();
        FitOptions stopping = s_options[3] with { Epochs = work.Pick(5, 40) };
        stopped.Fit(s_inputs, s_targets, stopping with { EpochDone = report => report.Epoch < 2 }, state);
        Add(hash, stopped, stopped.Fit(s_inputs, s_targets, stopping, state), []);
    }

    /// <summary>How many samples a split holds out: the bits of one epoch say it.</summary>
    internal static void Splits(Work work, Hash hash)
    {
        IEnumerable<float> percents = from percent in Enumerable.Range(1, 99) where work.Full || percent % 7 == 1 select percent / 100f;
        foreach (float split in (float[])[1f / 3, 1f / 7, 6f / 7, 0.123456789f, .. percents])
        {
            foreach (int samples in (int[])[10, 50, 100, 101])
            {
                if (split * samples < 1 || split * samples > samples - 1) continue;

                Trainer trainer = NewTrainer(work);
                trainer.Fit(
                    s_inputs.AsSpan(0, samples * Inputs),
                    s_targets.AsSpan(0, samples * Outputs),
                    new FitOptions { Epochs = 1, BatchSize = 16, ValidationSplit = split });
                hash.Add(trainer);
            }
        }
    }

    internal static void Measures(Work work, Hash hash)
    {
        foreach ((Activation last, Cost cost) in Work.Ends)
        {
            var network = new Network([Inputs, 9, Outputs], Activation.Gelu, last, seed: 3, Initializer.Glorot, work.Kernels);
            var trainer = new Trainer(network, new Adam(), cost);
            Metrics metrics = trainer.Measure(s_inputs, s_targets);
            hash.Add(metrics with { Accuracy = metrics.Accuracy ?? ShareOfLargest(network) });
            hash.Add(trainer.Evaluate(s_inputs, s_targets));
            if (cost == Cost.CrossEntropy) continue;

            TrainingResult result = trainer.TrainUntil(s_inputs, s_targets, cost: 1e-3f, maxSteps: work.Pick(5, 50));
            hash.Add(result.Steps);
            hash.Add(result.Cost);
        }
    }

    /// <summary>
    /// The share of samples whose largest output is at the place of the largest target. These targets are shares, so Measure gives no
    /// accuracy.
    /// </summary>
    private static double ShareOfLargest(Network network)
    {
        float[] outputs = new float[s_targets.Length];
        network.Forward(s_inputs, outputs);
        int right = outputs.Chunk(Outputs).Zip(s_targets.Chunk(Outputs)).Count(row => Largest(row.First) == Largest(row.Second));
        return right / (double)Samples;

        static int Largest(float[] row) => Array.IndexOf(row, row.Max());
    }

    private static float[] Targets(uint seed, int samples) => Work.Targets(Cost.CrossEntropy, seed, samples * Outputs, Outputs);

    private static Trainer NewTrainer(Work work)
    {
        var network = new Network([Inputs, 12, Outputs], Activation.Silu, Activation.Softmax, seed: 5, Initializer.He, work.Kernels);
        return new Trainer(network, new Adam(0.02f), Cost.CrossEntropy, threads: 2);
    }

    private static void Add(Hash hash, Trainer trainer, FitResult result, List<EpochReport> reports)
    {
        hash.Add(trainer);
        hash.Add(result.Epochs);
        hash.Add(result.BestEpoch);
        hash.Add(result.History.Count > 0 ? result.History[^1].TrainingCost : float.NaN);
        if (result.Validation is { } validation) hash.Add(validation);
        foreach (EpochReport report in reports)
        {
            hash.Add(report.TrainingCost);
            if (report.Validation is { } metrics) hash.Add(metrics);
        }
    }
}
