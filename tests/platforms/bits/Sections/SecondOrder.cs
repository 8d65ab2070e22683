namespace FastNN.Bits.Sections;

/// <summary>Iterations of the optimizers that evaluate the cost several times in a step.</summary>
internal static class SecondOrder
{
    private static readonly Func<SecondOrderOptimizer>[] s_optimizers =
    [
        () => new Lbfgs(),
        () => new Lbfgs(memory: 3) { WeightDecay = 0.01f },
        () => new LevenbergMarquardt(),
        () => new LevenbergMarquardt(damping: 0.1f) { WeightDecay = 0.01f },
    ];

    internal static void Run(Work work, Hash hash)
    {
        int k = 0;
        int[][] networks = work.Pick<int[][]>([[1, 6, 1], [5, 9, 3]], [[1, 6, 1], [5, 9, 3], [3, 17, 8, 2], [20, 33, 1], [4, 5]]);
        foreach (int[] widths in networks)
        {
            foreach (Func<SecondOrderOptimizer> optimizer in s_optimizers)
            {
                foreach (int batch in work.Pick<int[]>([1, 50], [1, 2, 50, 333]))
                {
                    k++;
                    var network = new Network(widths, Activation.Tanh, Activation.Identity, seed: k, Initializer.Glorot, work.Kernels);
                    if (k % 3 == 0) network.OutputStandardizer = Standardizer.Fit(Work.Values(4, 5 * network.Outputs), network.Outputs);
                    var trainer = new Trainer(
                        network, optimizer(), reduction: k % 2 == 0 ? Reduction.Mean : Reduction.Sum, threads: 1 + k % 3);
                    float[] x = Work.Values(1, batch * network.Inputs), y = Work.Values(2, batch * network.Outputs);
                    for (int step = 0; step < work.Pick(8, 40); step++) hash.Add([trainer.Step(x, y)]);
                    hash.Add(network.Parameters);
                    foreach (string name in trainer.OptimizerState.Names) hash.Add(trainer.OptimizerState[name]);
                }
            }
        }
    }
}
