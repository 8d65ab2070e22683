namespace FastNN.Bits.Sections;

/// <summary>Derivatives by the inputs, of samples alone and in batches, with every activation.</summary>
internal static class Derivatives
{
    internal static void Run(Work work, Hash hash)
    {
        int[][] networks = work.Pick<int[][]>(
            [[2, 4, 3, 2], [7, 19, 5], [33, 40, 3]],
            [[2, 4, 3, 2], [1, 1], [7, 19, 5], [5, 17, 33, 9, 3], [33, 40, 3], [16, 48, 20], [70, 129, 4]]);
        foreach (int[] widths in networks)
        {
            foreach (Activation f in Activation.All.Where(f => f.IsElementwise)) Network(work, widths, f, hash);
        }
    }

    private static void Network(Work work, int[] widths, Activation f, Hash hash)
    {
        Activation last = widths[^1] > 1 ? Activation.Softmax : Activation.Identity;
        foreach (Activation end in (Activation[])[f, last])
        {
            var network = new Network(widths, f, end, seed: 5, kernels: work.Kernels);
            if (end == Activation.Identity)
                network.OutputStandardizer = Standardizer.Fit(Work.Values(4, 5 * network.Outputs), network.Outputs);
            network.InputStandardizer = Standardizer.Fit(Work.Values(3, 5 * network.Inputs), network.Inputs);
            foreach (int batch in work.Pick<int[]>([1, 37], [1, 2, 7, 16, 37, 130]))
            {
                float[] x = Work.Values(1, batch * network.Inputs), g = Work.Values(2, batch * network.Outputs);
                float[] byInputs = new float[x.Length], jacobian = new float[x.Length * network.Outputs];
                network.InputGradient(x, g, byInputs, threads: 1 + batch % 2);
                network.Jacobian(x, jacobian);
                hash.Add(byInputs);
                hash.Add(jacobian);
            }
        }
    }
}
