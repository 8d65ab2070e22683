using System.Diagnostics;
using System.Globalization;
using System.Numerics.Tensors;
using System.Runtime.InteropServices;
using System.Security.Cryptography;
using Spectre.Console;

namespace FastNN.Bench;

/// <summary>
/// Real work: 64-64-10 learns handwritten digits of 8 × 8 pixels (UCI, 1797 of them, in order: 1347 to train on, 450 held out) in batches
/// of 32, on every variant. They differ in time alone: the parameters are the same to the last bit.
/// </summary>
internal static class Digits
{
    private const int Pixels = 64, Classes = 10, TrainingSamples = 1347, Batch = 32, Epochs = 50;
    private const float LearningRate = 1f, WorstAccuracy = 0.9f;

    /// <summary>Prints a line for each variant; false if bits differ or too little was learned.</summary>
    internal static bool Run()
    {
        (float[] inputs, float[] targets) = Load(Path.Combine(AppContext.BaseDirectory, "data", "digits.csv"));
        List<Training> trainings = [];
        Screen.Progress($"Digits, {Epochs} epochs", Contestant.Variants.Length, done =>
        {
            foreach (Contestant kernels in Contestant.Variants)
            {
                double first = Train(kernels, inputs, targets).Seconds;
                trainings.Add(Train(kernels, inputs, targets) with { FirstSeconds = first });
                done();
            }
        });

        Table table = Screen.Table(
            $"Digits: 64-64-10, {Epochs} epochs in batches of {Batch}", "kernels", "first, s", "again, s", "times Scalar", "held-out accuracy", "SHA-256 of the parameters");
        foreach (Training training in trainings)
        {
            table.AddRow(
                $"{training.Kernels}", $"{training.FirstSeconds:F3}", $"{training.Seconds:F3}", $"×{trainings[0].Seconds / training.Seconds:F1}",
                $"{training.Accuracy:F4}", training.Hash[..16]);
        }

        bool identical = trainings.TrueForAll(training => training.Hash == trainings[0].Hash);
        AnsiConsole.Write(table.Caption(identical ? "All variants reached identical parameters, bit for bit." : "PARAMETERS DIFFER BETWEEN VARIANTS"));
        return identical && trainings[0].Accuracy >= WorstAccuracy;
    }

    private static Training Train(Contestant kernels, ReadOnlySpan<float> inputs, ReadOnlySpan<float> targets)
    {
        Network network = Networks.Create([Pixels, 64, Classes], kernels);
        var trainer = new Trainer(network, new Sgd(LearningRate));
        long start = Stopwatch.GetTimestamp();
        for (int epoch = 0; epoch < Epochs; epoch++)
        {
            for (int s = 0; s < TrainingSamples; s += Batch)
            {
                int batch = Math.Min(Batch, TrainingSamples - s);
                trainer.Step(inputs.Slice(s * Pixels, batch * Pixels), targets.Slice(s * Classes, batch * Classes));
            }
        }

        double seconds = Stopwatch.GetElapsedTime(start).TotalSeconds;
        string hash = Convert.ToHexStringLower(SHA256.HashData(MemoryMarshal.AsBytes(network.Parameters)));
        double accuracy = Accuracy(network, inputs[(TrainingSamples * Pixels)..], targets[(TrainingSamples * Classes)..]);
        return new Training(kernels, seconds, accuracy, hash);
    }

    private static double Accuracy(Network network, ReadOnlySpan<float> inputs, ReadOnlySpan<float> targets)
    {
        int samples = inputs.Length / Pixels, right = 0;
        var outputs = new float[samples * Classes];
        network.Forward(inputs, outputs);
        for (int s = 0; s < samples; s++)
        {
            var sample = new Range(s * Classes, (s + 1) * Classes);
            if (TensorPrimitives.IndexOfMax(outputs[sample]) == TensorPrimitives.IndexOfMax(targets[sample])) right++;
        }

        return (double)right / samples;
    }

    /// <summary>Rows of 64 pixels from 0 to 16 and the digit they show.</summary>
    private static (float[] Inputs, float[] Targets) Load(string path)
    {
        List<float> inputs = [], targets = [];
        foreach (string line in File.ReadLines(path))
        {
            int[] row = Array.ConvertAll(line.Split(','), value => int.Parse(value, CultureInfo.InvariantCulture));
            inputs.AddRange(row.Take(Pixels).Select(pixel => pixel / 16f));
            targets.AddRange(Enumerable.Range(0, Classes).Select(digit => digit == row[Pixels] ? 1f : 0f));
        }

        return ([.. inputs], [.. targets]);
    }

    private sealed record Training(Contestant Kernels, double Seconds, double Accuracy, string Hash)
    {
        /// <summary>The same training before, while the JIT was still replacing its first, slow code.</summary>
        internal double FirstSeconds { get; init; }
    }
}
