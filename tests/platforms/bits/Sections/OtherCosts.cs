namespace FastNN.Bits.Sections;

/// <summary>Huber's cost, absolute error, pinball, Poisson's cost with the exponential, and smoothed labels.</summary>
internal static class OtherCosts
{
    private const int Length = 4096;

    private static readonly Activation[] s_last = [Activation.Identity, Activation.Tanh, Activation.Softmax, Activation.Mish];

    internal static void Run(Work work, Hash hash)
    {
        Exponential(work, hash);
        int k = 0;
        foreach (Cost cost in (Cost[])[Cost.Huber(0.3f), Cost.AbsoluteError, Cost.Pinball(0.8f)])
        {
            foreach (Activation last in s_last) Steps(work, hash, cost, last, k++);
        }

        Steps(work, hash, Cost.Poisson, Activation.Exponential, k++);
        Steps(work, hash, Cost.CrossEntropyWithSmoothing(0.1f), Activation.Softmax, k++);
        Steps(work, hash, Cost.BinaryCrossEntropyWithSmoothing(0.2f), Activation.Sigmoid, k);
    }

    private static void Exponential(Work work, Hash hash)
    {
        float[] y = new float[Length], slopes = new float[Length];
        for (uint seed = 0; seed < work.Pick(8, 100); seed++)
        {
            Kernels.ActivateWithSlope(Activation.Exponential, Work.Values(seed, Length, -110f, 95f), y, slopes, work.Kernels);
            hash.Add(y);
            hash.Add(slopes);
        }
    }

    private static void Steps(Work work, Hash hash, Cost cost, Activation last, int k)
    {
        foreach (int[] widths in (int[][])[[2, 4, 3], [5, 7, 4], [9, 20, 19], [12, 64, 37]])
        {
            var network = new Network(widths, Work.Hidden(k), last, seed: k, Initializer.LeCun, work.Kernels);
            if (last == Activation.Identity && k % 2 == 0)
                network.OutputStandardizer = Standardizer.Fit(Work.Values(9, 8 * network.Outputs), network.Outputs);
            var trainer = new Trainer(network, new Sgd(0.1f), cost, threads: 1 + k % 2);
            int n = network.Inputs, m = network.Outputs;
            for (uint round = 0; round < work.Pick(2, 20); round++)
            {
                foreach (int batch in (int[])[1, 2, 37])
                    hash.Add(trainer.Step(Work.Values(round, batch * n), Work.Targets(cost, round + 100, batch * m, m)));
                hash.Add(trainer);
            }

            hash.Add(trainer.Measure(Work.Values(50, 40 * n), Work.Targets(cost, 51, 40 * m, m)));
        }
    }
}
