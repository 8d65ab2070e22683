namespace FastNN.Bits.Sections;

/// <summary>The activations and their slopes over all kinds of floats.</summary>
internal static class Functions
{
    private const int Length = 4096;

    internal static void Activations(Work work, Hash hash)
    {
        float[] y = new float[Length];
        foreach (float[] x in Blocks(work))
        {
            foreach (Activation activation in Work.Elementwise)
            {
                Kernels.Activate(activation, x, y, work.Kernels);
                hash.Add(y);
            }
        }

        // Softmax couples its numbers, so each length is a case.
        for (int n = 1; n <= work.Pick(40, 300); n++)
        {
            Kernels.Activate(Activation.Softmax, Work.Values((uint)n, n, -30f, 30f), y.AsSpan(0, n), work.Kernels);
            hash.Add(y.AsSpan(0, n));
        }
    }

    internal static void Slopes(Work work, Hash hash)
    {
        float[] y = new float[Length], slopes = new float[Length];
        foreach (float[] x in Blocks(work))
        {
            foreach (Activation activation in Work.Elementwise)
            {
                Kernels.ActivateWithSlope(activation, x, y, slopes, work.Kernels);
                hash.Add(y);
                hash.Add(slopes);
            }
        }
    }

    /// <summary>The activations that follow the sums in a pass of their own: values and slopes, and steps of networks with them.</summary>
    internal static void Following(Work work, Hash hash)
    {
        Activation[] following =
        [
            Activation.Elu, Activation.EluWithAlpha(0.7f), Activation.Selu, Activation.LeakyReluWithSlope(0.2f), Activation.Clip(0f, 6f),
            Activation.HardSigmoid, Activation.HardSigmoidWith(0.2f, 0.5f), Activation.HardSwish, Activation.Mish, Activation.GeluTanh,
            Activation.Softsign,
        ];
        float[] y = new float[Length], slopes = new float[Length];
        foreach (float[] x in Blocks(work))
        {
            foreach (Activation activation in following)
            {
                Kernels.ActivateWithSlope(activation, x, y, slopes, work.Kernels);
                hash.Add(y);
                hash.Add(slopes);
            }
        }

        for (int k = 0; k < following.Length; k++)
        {
            int[] widths = work.Shapes[k];
            var network = new Network(widths, following[k], following[^(k + 1)], seed: k, Initializer.Glorot, work.Kernels);
            var trainer = new Trainer(network, new Adam(), threads: 1 + k % 2);
            foreach (int batch in (int[])[1, 3, 16, 37])
            {
                float[] inputs = Work.Values((uint)k, batch * network.Inputs), outputs = new float[batch * network.Outputs];
                network.Forward(inputs, outputs);
                hash.Add(outputs);
                hash.Add(trainer.Step(inputs, Work.Values(7, outputs.Length)));
            }

            hash.Add(trainer);
        }
    }

    /// <summary>Floats at equal distances among all 2³² bit patterns, from the same places on every machine; and ordinary ones.</summary>
    private static IEnumerable<float[]> Blocks(Work work)
    {
        long step = work.Pick(10_007, 3_001);
        for (long bits = 0; bits <= uint.MaxValue; bits += step * Length)
        {
            var x = new float[Length];
            for (int i = 0; i < Length; i++) x[i] = BitConverter.UInt32BitsToSingle((uint)(bits + i * step));
            yield return x;
        }

        for (uint seed = 0; seed < work.Pick(2, 10); seed++) yield return Work.Values(seed, Length, -20f, 20f);
    }
}
