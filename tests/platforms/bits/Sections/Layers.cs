namespace FastNN.Bits.Sections;

/// <summary>The kernels without a network, on layers of all small sizes.</summary>
internal static class Layers
{
    internal static void Run(Work work, Hash hash)
    {
        int[] sizes = work.Pick<int[]>(
            [1, 3, 4, 5, 8, 17, 33, 70], [.. Enumerable.Range(1, 40), 47, 48, 49, 63, 64, 65, 70, 127, 128, 129, 300]);
        foreach (int inputs in sizes)
        {
            foreach (int outputs in sizes) Layer(work.Kernels, inputs, outputs, hash);
        }
    }

    private static void Layer(KernelVariant kernels, int inputs, int outputs, Hash hash)
    {
        float[] x = Work.Values(1, inputs), w = Work.Values(2, inputs * outputs), b = Work.Values(3, outputs), y = Work.Values(4, outputs);
        float[] a = new float[outputs], delta = new float[outputs], inputDelta = new float[inputs];
        Kernels.Forward(x, w, b, a, kernels);
        hash.Add(a);
        Kernels.Sigmoid(a, a, kernels);
        Kernels.OutputDelta(a, y, delta, kernels);
        hash.Add(delta);

        float[] wg = Work.Values(5, w.Length), bg = Work.Values(6, outputs);
        Kernels.BackwardAccumulate(x, delta, w, wg, bg, inputDelta, kernels);
        hash.Add(wg);
        hash.Add(bg);
        hash.Add(inputDelta);

        Kernels.BackwardUpdate(x, delta, w, b, inputDelta, learningRate: 0.3f, kernels);
        hash.Add(inputDelta);
        Kernels.GradientDescent(w, wg, scale: 1f / 3, learningRate: 0.1f, kernels);
        hash.Add(w);
        hash.Add(b);
    }
}
