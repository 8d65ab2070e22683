using System.Globalization;

namespace FastNN.Bits.Sections;

/// <summary>Real data: handwritten digits of 8 × 8 pixels, learned by Fit.</summary>
internal static class Digits
{
    private const int Pixels = 64, Classes = 10;

    internal static void Run(Work work, Hash hash)
    {
        (float[] inputs, float[] targets) = Read(work.Pick(300, 1347));
        int[] widths = [Pixels, work.Pick(16, 32), Classes];
        var network = new Network(widths, Activation.Relu, Activation.Softmax, seed: 1, Initializer.He, work.Kernels);
        var optimizer = new Adam(0.003f) { Schedule = LearningRateSchedule.Cosine(200, 0.1) };
        var trainer = new Trainer(network, optimizer, Cost.CrossEntropy, threads: 2);
        FitResult result = trainer.Fit(
            inputs, targets, new FitOptions { Epochs = work.Pick(2, 10), BatchSize = 32, ValidationSplit = 0.2f, RestoreBest = true });
        hash.Add(result.Cost ?? float.NaN);
        hash.Add(trainer);
        hash.Add(trainer.Measure(inputs, targets));
    }

    private static (float[] Inputs, float[] Targets) Read(int count)
    {
        using Stream stream = typeof(Digits).Assembly.GetManifestResourceStream("digits.csv")!;
        using var reader = new StreamReader(stream);
        float[] inputs = new float[count * Pixels], targets = new float[count * Classes];
        for (int k = 0; k < count; k++)
        {
            int[] numbers = Array.ConvertAll(reader.ReadLine()!.Split(','), text => int.Parse(text, CultureInfo.InvariantCulture));
            for (int i = 0; i < Pixels; i++) inputs[k * Pixels + i] = numbers[i] / 16f;
            targets[k * Classes + numbers[Pixels]] = 1f;
        }

        return (inputs, targets);
    }
}
