using System.Diagnostics;
using FastNN.Bench.Results;
using Spectre.Console;

namespace FastNN.Bench.Learning;

/// <summary>
/// The digits by the recipe of src/docs/training.md beside a plain one: what is right of the digits of other writers, and of a quarter of
/// all digits, and the time.
/// </summary>
internal static class DigitsTable
{
    private const int Runs = 10;
    private const double WorstOfAll = 0.975, LongestTime = 1.2;

    /// <summary>Whether the recipe reads enough digits in time.</summary>
    internal static bool Show()
    {
        Lesson[] lessons = [Lesson.Plain, Lesson.Recipe];
        Result[] results = [new(), new()];
        Screen.Progress("Digits", Runs + 1, done =>
        {
            for (int run = 0; run <= Runs; run++)
            {
                for (int k = 0; k < lessons.Length; k++)
                {
                    if (run == 0) new Result().Add(lessons[k], 1); // to warm up
                    else results[k].Add(lessons[k], run);
                }

                done();
            }
        });

        Table table = Screen.Table(
            "Digits held out that are right",
            "recipe", "of other writers, median of 5", "mean of 10", "of all, mean of 10", "s", "time");
        table.Caption("Other writers: the last 450. Of all: a quarter of each digit. Time: that of a training ÷ that by the first recipe.");
        double[] ratios = [1, Median(results[1].Seconds.Zip(results[0].Seconds, (recipe, plain) => recipe / plain))];
        for (int k = 0; k < lessons.Length; k++)
        {
            Result of = results[k];
            table.AddRow(
                lessons[k].Title.Replace(", ReLU and softmax, cross-entropy", ""), $"{of.OfFive:F4}", $"{of.OfWriters.Average():F4}",
                $"{of.OfAll.Average():F4}", $"{Median(of.Seconds):F3}", $"{ratios[k]:F2}");
        }

        AnsiConsole.Write(table);
        return results[1].OfFive >= Lesson.Recipe.WorstAccuracy && results[1].OfAll.Average() >= WorstOfAll && ratios[1] <= LongestTime;
    }

    private static double Median(IEnumerable<double> values) => values.Order().ElementAt(values.Count() / 2);

    private sealed class Result
    {
        internal List<double> OfWriters { get; } = [];

        internal List<double> OfAll { get; } = [];

        internal List<double> Seconds { get; } = [];

        internal double OfFive => Median(OfWriters.Take(5));

        internal void Add(Lesson lesson, int seed)
        {
            (Digits.Samples training, Digits.Samples heldOut) = Digits.Load(lesson);
            OfWriters.Add(Learn(lesson, seed, training, heldOut));
            float[] x = [.. training.Inputs, .. heldOut.Inputs], y = [.. training.Targets, .. heldOut.Targets];
            var all = new DataSet("digits", Digits.Pixels, Digits.Classes, HasClasses: true, x, y);
            (DataSet most, DataSet quarter) = all.Split(seed);
            OfAll.Add(Learn(lesson, seed, new(most.X, most.Y), new(quarter.X, quarter.Y)));
        }

        private double Learn(Lesson lesson, int seed, Digits.Samples training, Digits.Samples heldOut)
        {
            Network network = lesson.Create(seed, KernelVariant.Auto);
            long start = Stopwatch.GetTimestamp();
            Trainer trainer = lesson.Learn(seed, network, training.Inputs, training.Targets);
            Seconds.Add(Stopwatch.GetElapsedTime(start).TotalSeconds);
            return trainer.Measure(heldOut.Inputs, heldOut.Targets).Accuracy!.Value;
        }
    }
}
