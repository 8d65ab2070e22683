namespace FastNN.Bits.Sections;

/// <summary>What a network starts with, and what it computes.</summary>
internal static class Networks
{
    internal static Initializer[] AllInitializers { get; } =
    [
        Initializer.Article, Initializer.Glorot, Initializer.He, Initializer.LeCun, Initializer.PyTorch, Initializer.Uniform(0.3f),
    ];

    internal static Network Of(Work work, int[] widths, int k)
    {
        Initializer initializer = AllInitializers[k % AllInitializers.Length];
        return new Network(widths, Work.Hidden(k), Work.Ends[k % Work.Ends.Length].Last, seed: k, initializer, work.Kernels);
    }

    internal static void Initializers(Work work, Hash hash)
    {
        foreach (int[] widths in work.Shapes)
        {
            hash.Add(new Network(widths, seed: 42, work.Kernels).Parameters);
            foreach (Initializer initializer in AllInitializers)
            {
                foreach (int seed in (int[])[0, 1, -1, int.MaxValue, int.MinValue])
                    hash.Add(new Network(widths, Activation.Tanh, Activation.Identity, seed, initializer, work.Kernels).Parameters);
            }
        }
    }

    internal static void Forward(Work work, Hash hash)
    {
        int k = 0;
        foreach (int[] widths in work.Shapes)
        {
            Network network = Of(work, widths, k++);
            foreach (int batch in work.BatchesFor(widths))
            {
                float[] inputs = Work.Values((uint)batch, batch * network.Inputs), outputs = new float[batch * network.Outputs];
                network.Forward(inputs, outputs, threads: 1 + k % 3);
                hash.Add(outputs);
            }
        }
    }

    internal static void Served(Work work, Hash hash)
    {
        int k = 0;
        foreach (int[] widths in work.Shapes)
        {
            Network network = Of(work, widths, k++);
            var served = new ServedNetwork(network);
            for (int publication = 0; publication < 3; publication++)
            {
                foreach (int batch in work.BatchesFor(widths))
                {
                    float[] inputs = Work.Values(9, batch * network.Inputs), outputs = new float[batch * network.Outputs];
                    hash.Add(served.Forward(inputs, outputs, threads: 1 + k % 2));
                    hash.Add(outputs);
                }

                foreach (ref float parameter in network.Parameters) parameter *= 0.75f;
                served.Publish(network);
            }
        }
    }
}
