using System.Diagnostics;
using System.Globalization;
using System.Runtime.InteropServices;
using System.Security.Cryptography;
using FastNN.Bench.Contests;
using FastNN.Bench.Results;
using Spectre.Console;

namespace FastNN.Bench.Learning;

/// <summary>
/// Real work: networks learn handwritten digits of 8 × 8 pixels (UCI, 1797 of them, in order: 1347 to train on, 450 held out), on every
/// variant. They differ in time alone: the parameters are the same to the last bit.
/// </summary>
internal static class Digits
{
    internal const int Pixels = 64, Classes = 10;
    private const int TrainingSamples = 1347;

    /// <summary>Prints a line for each variant; false if bits differ or too little was learned.</summary>
    internal static bool Run()
    {
        bool good = true;
        foreach (Lesson lesson in Lesson.All) good &= Run(lesson);
        return good;
    }

    private static bool Run(Lesson lesson)
    {
        (Samples training, Samples heldOut) = Load(lesson);
        List<Training> trainings = [];
        double[] accuracies = [];
        Screen.Progress("Digits", Contestant.Variants.Length + 1, done =>
        {
            foreach (Contestant kernels in Contestant.Variants)
            {
                double first = Train(lesson, kernels, lesson.Seeds[0], training, heldOut).Seconds;
                trainings.Add(Train(lesson, kernels, lesson.Seeds[0], training, heldOut) with { FirstSeconds = first });
                done();
            }

            Training widest = trainings[^1];
            accuracies =
                [widest.Accuracy, .. lesson.Seeds[1..].Select(seed => Train(lesson, widest.Kernels, seed, training, heldOut).Accuracy)];
            done();
        });

        bool identical = trainings.TrueForAll(one => one.Hash == trainings[0].Hash);
        double median = accuracies.Order().ElementAt(accuracies.Length / 2);
        AnsiConsole.Write(ToTable(lesson, trainings).Caption(Caption(lesson, identical, accuracies, median)));
        return identical && median >= lesson.WorstAccuracy;
    }

    private static Table ToTable(Lesson lesson, IReadOnlyList<Training> trainings)
    {
        Table table = Screen.Table(
            $"Digits: {lesson.Title}", "kernels", "first, s", "again, s", "times Scalar", "held-out accuracy", "SHA-256 of the parameters");
        foreach (Training one in trainings)
        {
            table.AddRow(
                $"{one.Kernels}", $"{one.FirstSeconds:F3}", $"{one.Seconds:F3}", $"×{trainings[0].Seconds / one.Seconds:F1}",
                $"{one.Accuracy:F4}", one.Hash[..16]);
        }

        return table;
    }

    private static string Caption(Lesson lesson, bool identical, double[] accuracies, double median)
    {
        string caption = identical ? "All variants reached identical parameters, bit for bit." : "PARAMETERS DIFFER BETWEEN VARIANTS";
        if (accuracies.Length > 1)
        {
            string counts = string.Join(", ", accuracies.Select(accuracy => $"{accuracy:F4}"));
            caption += $"\nSeeds {string.Join(", ", lesson.Seeds)}: {counts}, median {median:F4}";
        }

        return caption;
    }

    private static Training Train(Lesson lesson, Contestant kernels, int seed, Samples training, Samples heldOut)
    {
        Network network = lesson.Create(seed, kernels.Set.Variant);
        long start = Stopwatch.GetTimestamp();
        Trainer trainer = lesson.Learn(seed, network, training.Inputs, training.Targets);
        double seconds = Stopwatch.GetElapsedTime(start).TotalSeconds;
        string hash = Convert.ToHexStringLower(SHA256.HashData(MemoryMarshal.AsBytes(network.Parameters)));
        return new Training(kernels, seconds, trainer.Measure(heldOut.Inputs, heldOut.Targets).Accuracy!.Value, hash);
    }

    /// <summary>The file has rows of 64 pixels from 0 to 16 and the digit they show.</summary>
    internal static (Samples Training, Samples HeldOut) Load(Lesson lesson)
    {
        List<float> inputs = [], targets = [];
        foreach (string line in File.ReadLines(Path.Combine(AppContext.BaseDirectory, "data", "digits.csv")))
        {
            int[] row = Array.ConvertAll(line.Split(','), value => int.Parse(value, CultureInfo.InvariantCulture));
            inputs.AddRange(row.Take(Pixels).Select(lesson.Scale));
            targets.AddRange(Enumerable.Range(0, Classes).Select(digit => digit == row[Pixels] ? 1f : 0f));
        }

        var all = new Samples([.. inputs], [.. targets]);
        return (all.Take(..TrainingSamples), all.Take(TrainingSamples..));
    }

    /// <summary>Row by row.</summary>
    internal sealed record Samples(float[] Inputs, float[] Targets)
    {
        internal Samples Take(Range range)
        {
            (int first, int count) = range.GetOffsetAndLength(Inputs.Length / Pixels);
            return new(Inputs[(first * Pixels)..((first + count) * Pixels)], Targets[(first * Classes)..((first + count) * Classes)]);
        }
    }

    private sealed record Training(Contestant Kernels, double Seconds, double Accuracy, string Hash)
    {
        /// <summary>The same training before, while the JIT was still replacing its first, slow code.</summary>
        internal double FirstSeconds { get; init; }
    }
}
