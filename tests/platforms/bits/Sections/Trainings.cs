namespace FastNN.Bits.Sections;

/// <summary>Training steps: all shapes, costs, optimizers, reductions, batch sizes and some numbers of threads.</summary>
internal static class Trainings
{
    private static readonly LearningRateSchedule s_warmUp = LearningRateSchedule.WarmUp(7, LearningRateSchedule.StepDecay(3, 0.7)),
        s_cosine = LearningRateSchedule.Cosine(steps: 15, final: 0.1);

    private static readonly Func<Optimizer>[] s_optimizers =
    [
        () => new Sgd(0.05f),
        () => new Sgd(0.02f) { WeightDecay = 0.01f },
        () => new Sgd(0.5f) { ClipNorm = 0.01f, ClipValue = 0.003f },
        () => new Momentum(0.01f),
        () => new Momentum(0.02f, momentum: 0.5f) { ClipNorm = 0.1f, WeightDecay = 0.001f },
        () => new Nesterov(0.01f) { ClipValue = 0.05f },
        () => new RmsProp(0.002f),
        () => new RmsProp(0.001f, smoothing: 0.9f, epsilon: 1e-5f) { Schedule = s_warmUp },
        () => new Adam(),
        () => new Adam(0.002f, beta1: 0.8f, beta2: 0.99f) { ClipNorm = 0.5f, Schedule = s_cosine },
        () => new AdamW(0.003f) { WeightDecay = 0.1f },
    ];

    internal static void Steps(Work work, Hash hash)
    {
        int k = 0;
        foreach (int[] widths in work.Shapes)
        {
            (Activation last, Cost cost) = Work.Ends[k % Work.Ends.Length];
            var network = new Network(widths, Work.Hidden(k), last, seed: k, Initializer.Glorot, work.Kernels);
            var trainer = new Trainer(network, new Sgd(0.05f), cost, k % 2 == 0 ? Reduction.Mean : Reduction.Sum, threads: 1 + k % 3);
            Train(trainer, work.BatchesFor(widths), 2, hash);
            k++;
        }
    }

    internal static void Costs(Work work, Hash hash)
    {
        int k = 0;
        foreach ((Activation last, Cost cost) in Work.Ends)
        {
            foreach (int[] widths in (int[][])[[5, 7, 4], [9, 20, 19]])
            {
                var network = new Network(widths, Work.Hidden(k++), last, seed: k, Initializer.LeCun, work.Kernels);
                Train(new Trainer(network, new Sgd(0.1f), cost), [1, 1, 2, 37], work.Pick(3, 30), hash);
            }
        }
    }

    internal static void Gradients(Work work, Hash hash)
    {
        int k = 0;
        foreach (int[] widths in work.Shapes)
        {
            (Activation last, Cost cost) = Work.Ends[k % Work.Ends.Length];
            var network = new Network(widths, Work.Hidden(k), last, seed: k, Initializer.He, work.Kernels);
            var trainer = new Trainer(network, new Momentum(0.1f), cost, threads: 1 + k % 2);
            int n = trainer.Network.Inputs, m = trainer.Network.Outputs;
            foreach (int batch in work.BatchesFor(widths))
            {
                float[] inputs = Work.Values(1, batch * n), inputGradient = new float[batch * n];
                hash.Add(trainer.ComputeGradient(inputs, Work.Targets(cost, 2, batch * m, m)));
                hash.Add(trainer.Gradient);
                trainer.Backward(inputs, Work.Values(3, batch * m), inputGradient);
                hash.Add(trainer.Gradient);
                hash.Add(inputGradient);
                trainer.Apply();
                hash.Add(trainer);
            }

            k++;
        }
    }

    internal static void Optimizers(Work work, Hash hash)
    {
        int k = 0;
        foreach (Func<Optimizer> optimizer in s_optimizers)
        {
            foreach (int[] widths in (int[][])[[2, 4, 3, 2], [17, 33, 9, 5], [70, 41]])
            {
                var network = new Network(widths, Work.Hidden(k++), Activation.Sigmoid, seed: k, Initializer.PyTorch, work.Kernels);
                Train(new Trainer(network, optimizer(), threads: 1 + k % 3), [1, 5, 34], work.Pick(7, 50), hash);
            }
        }
    }

    /// <summary>Batches of several segments.</summary>
    internal static void Segments(Work work, Hash hash)
    {
        int k = 0;
        foreach (int[] widths in (int[][])[[2, 4, 3, 2], [5, 20, 3], [17, 33, 9]])
        {
            var network = new Network(widths, Activation.Tanh, Activation.Identity, seed: k, Initializer.Glorot, work.Kernels);
            Optimizer optimizer = k % 2 == 0 ? new Sgd(0.05f) : new Adam(0.01f) { ClipNorm = 0.1f };
            Train(new Trainer(network, optimizer, threads: 1 + k), work.Pick<int[]>([1025, 2500], [1024, 1025, 2048, 2500, 9000]), 2, hash);
            k++;
        }
    }

    private static void Train(Trainer trainer, int[] batches, int rounds, Hash hash)
    {
        int n = trainer.Network.Inputs, m = trainer.Network.Outputs;
        for (uint round = 0; round < rounds; round++)
        {
            foreach (int batch in batches)
                hash.Add(trainer.Step(Work.Values(round, batch * n), Work.Targets(trainer.Cost, round + 100, batch * m, m)));
            hash.Add(trainer);
        }
    }
}
