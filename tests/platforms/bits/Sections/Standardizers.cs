namespace FastNN.Bits.Sections;

/// <summary>Standardizers from samples, and networks that have them.</summary>
internal static class Standardizers
{
    internal static void Run(Work work, Hash hash)
    {
        for (int k = 0; k < work.Shapes.Length; k++)
        {
            int[] widths = work.Shapes[k];
            var network = new Network(widths, Work.Hidden(k), Activation.Identity, seed: k, Initializer.Glorot, work.Kernels);
            int n = network.Inputs, m = network.Outputs;
            if (k % 3 != 1) network.InputStandardizer = Standardizer.Fit(Work.Values(1, 50 * n, -3f, 9f), n);
            if (k % 3 != 2) network.OutputStandardizer = Standardizer.FitRange(Work.Values(2, 50 * m, -7f, 2f), m, -1f, 1f);
            Add(hash, network.InputStandardizer);
            Add(hash, network.OutputStandardizer);
            var trainer = new Trainer(network, new Adam(), threads: 1 + k % 2);
            foreach (int batch in (int[])[1, 3, 16, 37, 130])
            {
                float[] x = Work.Values((uint)k, batch * n, -3f, 9f), y = Work.Values(7, batch * m, -7f, 2f);
                float[] outputs = new float[y.Length], byInputs = new float[x.Length];
                network.InputStandardizer?.Update(x);
                network.Forward(x, outputs, threads: 1 + k % 2);
                hash.Add(outputs);
                hash.Add(trainer.Step(x, y));
                trainer.Gradient.Clear();
                trainer.Backward(x, y, byInputs);
                hash.Add(trainer.Gradient);
                hash.Add(byInputs);
            }

            hash.Add(trainer);
            Add(hash, network.InputStandardizer);
        }
    }

    private static void Add(Hash hash, Standardizer? standardizer)
    {
        if (standardizer == null) return;

        hash.Add(standardizer.Mean);
        hash.Add(standardizer.Factor);
    }
}
