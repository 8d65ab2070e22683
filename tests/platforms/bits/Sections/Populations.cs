namespace FastNN.Bits.Sections;

/// <summary>Many networks at once: forward, steps, epochs, the mean over members, and what evolution does with them.</summary>
internal static class Populations
{
    internal static void Run(Work work, Hash hash)
    {
        int turn = 0;
        foreach (int[] widths in work.Shapes.Where(widths => widths.Max() <= work.Pick(70, 300)))
        {
            foreach (int batch in work.BatchesFor(widths).Where(batch => batch <= 33))
            {
                (Activation last, Cost cost) = Work.Ends[turn % Work.Ends.Length];
                if (last == Activation.Softmax && widths[^1] == 1) (last, cost) = (Activation.Sigmoid, Cost.SquaredError);
                Learn(work, hash, widths, batch, turn++, last, cost);
            }
        }

        Fit(work, hash);
    }

    private static void Learn(Work work, Hash hash, int[] widths, int batch, int turn, Activation last, Cost cost)
    {
        int count = ((int[])[1, 3, 16, 19])[turn % 4], outputs = widths[^1];
        var ensemble = new NetworkEnsemble(widths, Work.Hidden(turn), last, count, seed: turn, Initializer.Glorot, work.Kernels);
        float[] x = Work.Values(1, count * batch * widths[0]), y = Work.Targets(cost, 2, count * batch * outputs, outputs);
        float[] given = new float[y.Length], costs = new float[count], means = new float[batch * outputs], deviations = [.. means];
        ensemble.Forward(x, given);
        hash.Add(given);
        ensemble.ForwardMean(x.AsSpan(0, batch * widths[0]), means, deviations, threads: 2);
        hash.Add(means);
        hash.Add(deviations);
        ensemble.Perturb([0, count - 1], 0.1f, seed: turn);
        ensemble.Cross(0, count / 2, count - 1, seed: turn);
        float[] rates = Work.Values(3, count, 0.001f, 0.1f);
        var trainer = new EnsembleTrainer(ensemble, OptimizerOf(turn), cost, threads: 2, learningRates: turn % 3 == 0 ? rates : default);
        for (int step = 0; step < 3; step++)
        {
            trainer.Step(x, y, costs);
            hash.Add(costs);
        }

        Add(hash, ensemble, trainer, new Network(widths, Work.Hidden(turn), last, 0));
    }

    /// <summary>Every member in the state in which a trainer of one network would have it.</summary>
    private static void Add(Hash hash, NetworkEnsemble ensemble, EnsembleTrainer trainer, Network network)
    {
        var member = new Trainer(network, trainer.Optimizer, trainer.Cost);
        for (int i = 0; i < ensemble.Count; i++)
        {
            trainer.Read(i, member);
            hash.Add(member);
        }
    }

    private static void Fit(Work work, Hash hash)
    {
        const int samples = 60;
        float[] x = Work.Values(5, samples * 4), y = Work.Values(6, samples * 2);
        var ensemble = new NetworkEnsemble([4, 9, 2], Activation.Tanh, Activation.Identity, 20, seed: 1, kernels: work.Kernels);
        var trainer = new EnsembleTrainer(ensemble, new Adam(0.02f), threads: 2);
        var options = new FitOptions { Epochs = work.Pick(4, 30), BatchSize = 8, ValidationSplit = 0.25f, Patience = 2 };
        foreach (MemberFitResult result in trainer.FitShared(x, y, options))
        {
            hash.Add(result.Epochs);
            hash.Add(result.BestEpoch);
            hash.Add(result.Cost ?? float.NaN);
            hash.Add(result.ValidationCost ?? float.NaN);
        }

        trainer.Rearrange([.. Enumerable.Range(0, 20).Select(i => i * 7 % 20)]);
        Add(hash, ensemble, trainer, new Network([4, 9, 2], Activation.Tanh, Activation.Identity, 0));
    }

    private static Optimizer OptimizerOf(int turn) => (turn % 5) switch
    {
        0 => new Sgd(0.1f),
        1 => new Adam(0.01f) { ClipNorm = 0.5f },
        2 => new Momentum(0.05f) { WeightDecay = 0.01f },
        3 => new AdamW(0.01f),
        _ => new RmsProp(0.01f) { ClipValue = 0.1f },
    };
}
