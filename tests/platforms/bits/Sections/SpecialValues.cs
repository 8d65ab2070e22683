namespace FastNN.Bits.Sections;

/// <summary>Infinities, NaN, zeros of both signs, subnormal and huge numbers go through everything as IEEE 754 says.</summary>
internal static class SpecialValues
{
    private static readonly float[] s_special =
    [
        float.NaN, float.PositiveInfinity, float.NegativeInfinity, 0f, -0f, float.Epsilon, -float.Epsilon, 1e-39f, -1e-39f, 1.17549435e-38f,
        float.MaxValue, float.MinValue, 88.7f, -88.7f, 104f, -104f, 1e-20f, -1e20f, 1f, -1f,
    ];

    internal static void Run(Work work, Hash hash)
    {
        for (int k = 0; k < work.Pick(22, 70); k++)
        {
            (Activation last, Cost cost) = Work.Ends[k % Work.Ends.Length];
            int[] widths = work.Shapes[k % work.Shapes.Length];
            if (last == Activation.Softmax && widths[^1] == 1) continue; // a trainer refuses it
            var network = new Network(widths, Work.Hidden(k), last, seed: k, Initializer.Glorot, work.Kernels);
            var trainer = new Trainer(network, k % 2 == 0 ? new Sgd(0.1f) : new Adam(), cost);
            foreach (int batch in (int[])[1, 4, 35])
            {
                float[] inputs = Work.Values((uint)k, batch * network.Inputs), outputs = new float[batch * network.Outputs];
                for (int i = k % 5; i < inputs.Length; i += 11) inputs[i] = s_special[(i + k) % s_special.Length];
                network.Forward(inputs, outputs);
                hash.Add(outputs);
                hash.Add(trainer.ComputeGradient(inputs, Work.Targets(cost, 2, outputs.Length, network.Outputs)));
                hash.Add(trainer.Gradient);
                trainer.Apply();
                hash.Add(trainer);
            }
        }
    }
}
