namespace FastNN.Bits.Sections;

/// <summary>Costs and steps with weights of samples and of outputs, under all costs, and targets that do not add up to 1.</summary>
internal static class Weights
{
    internal static void Run(Work work, Hash hash)
    {
        int k = 0;
        foreach ((Activation last, Cost cost) in Work.Ends)
        {
            foreach (int[] widths in (int[][])[[2, 4, 3, 2], [17, 33, 9, 5], [7, 40, 20]])
            {
                var network = new Network(widths, Work.Hidden(k), last, seed: k, Initializer.Glorot, work.Kernels);
                if (last == Activation.Identity)
                    network.OutputStandardizer = Standardizer.Fit(Work.Values(3, 50 * network.Outputs), network.Outputs);
                Reduction reduction = k % 2 == 0 ? Reduction.Mean : Reduction.Sum;
                var trainer = new Trainer(network, k % 3 == 0 ? new Adam() : new Sgd(0.01f), cost, reduction, threads: 1 + k % 2);
                foreach (int batch in (int[])[1, 2, 5, 37, 130]) Step(trainer, hash, batch, k);
                hash.Add(trainer);
                k++;
            }
        }
    }

    /// <summary>Weights of outputs in [0, 4) and of samples in [0, 2.5). A part of them is 0.</summary>
    private static void Step(Trainer trainer, Hash hash, int batch, int k)
    {
        int n = trainer.Network.Inputs, m = trainer.Network.Outputs;
        float[] x = Work.Values((uint)k, batch * n), y = Work.Targets(trainer.Cost, 5, batch * m, m);
        float[] ofOutputs = Work.Values(11, batch * m, -1f, 4f), ofSamples = Work.Values(12, batch, -0.5f, 2.5f);
        foreach (ref float w in ofOutputs.AsSpan()) w = w > 0f ? w : 0f;
        foreach (ref float w in ofSamples.AsSpan()) w = w > 0f ? w : 0f;
        hash.Add(trainer.Evaluate(x, y, ofSamples));
        hash.Add(trainer.ComputeGradient(x, y, ofSamples));
        hash.Add(trainer.Gradient);
        hash.Add(trainer.Step(x, y, ofSamples));
        hash.Add(trainer.ComputeGradient(x, y, ofOutputs));
        hash.Add(trainer.Gradient);
        hash.Add(trainer.Step(x, y, ofOutputs));
        if (!trainer.Cost.TargetsSumToOne) return;

        foreach (ref float target in y.AsSpan()) target *= 3f;
        hash.Add(trainer.Step(x, y));
    }
}
