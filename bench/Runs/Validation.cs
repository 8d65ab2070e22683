using FastNN.Bench.Contests;
using FastNN.Bench.Machine;
using FastNN.Bench.Results;
using FastNN.Bench.Spans;
using Spectre.Console;

namespace FastNN.Bench.Runs;

/// <summary>
/// Before anything is timed: every kernel at every size that will be, and whole networks, on smaller batches, against the scalar reference.
/// </summary>
internal static class Validation
{
    /// <summary>The table of what was compared; not valid if anything is not as it must be, and then printed with what that is.</summary>
    internal static Table Run(out bool isValid)
    {
        Table table = Screen.Table(
            "Validation: bits as Scalar's, or the largest deviation in parts of the largest result",
            "kernel", ["sizes", .. Contestant.All.Select(contestant => contestant.ToString()), "bytes allocated"]);
        List<Deviation> rejected = [];
        void AddRow(string name, IEnumerable<Deviation> comparisons)
        {
            List<Deviation> deviations = [.. comparisons];
            rejected.AddRange(deviations.Where(deviation => !deviation.IsAccepted));
            string[] cells = [.. Contestant.All.Select(contestant => Describe([.. deviations.Where(d => d.Contestant == contestant)]))];
            int sizes = deviations.DistinctBy(deviation => deviation.What).Count();
            table.AddRow([name, $"{sizes}", .. cells, $"{deviations.Max(deviation => deviation.AllocatedBytes)}"]);
        }

        List<Contest> contests = [.. Contest.All, Contest.Sweep];
        Screen.Progress("Validation", contests.Count, contestDone =>
        {
            foreach (Contest contest in contests)
            {
                AddRow(contest.Name, Compare(contest));
                contestDone();
            }
        });
        foreach (Activation activation in Activation.All.Where(activation => activation.IsElementwise))
        {
            IEnumerable<Contestant> contestants = new Activate { Activation = activation }.Contestants;
            string ErrorOf(Contestant contestant) => contestants.Contains(contestant) ? $"{LargestError(activation, contestant):F2}" : "";
            table.AddRow([$"{activation}, ULP", "", .. Contestant.All.Select(ErrorOf), ""]);
        }

        foreach (Deviation deviation in rejected) AnsiConsole.MarkupLineInterpolated($"[red]{deviation}[/]");
        table.Caption("ULP: largest error of 262,144 values in ±87, or less, in units in the last place of the exact result");
        isValid = rejected.Count == 0;
        if (!isValid) AnsiConsole.Write(table);
        return table;
    }

    private static IEnumerable<Deviation> Compare(Contest contest) =>
        from size in contest.ValidatedSizes
        from contestant in contest.Contestants
        select contest.For(size, contestant).CompareWithScalar();

    private static string Describe(List<Deviation> deviations)
    {
        if (deviations.Count == 0) return "";

        return deviations.TrueForAll(deviation => deviation.Identical)
            ? "identical"
            : $"{deviations.Max(deviation => deviation.Largest):0.0E0}";
    }

    /// <summary>In the range of the table no result is subnormal; an exact result's last place is 2⁻²³ of its power of two.</summary>
    private static unsafe double LargestError(Activation activation, Contestant contestant)
    {
        const int Values = 262_144;
        float range = ActivationFormula.Of(activation).Range;
        float[] values = [.. Enumerable.Range(0, Values).Select(k => range * (2f * k / Values - 1f))], results = new float[Values];
        fixed (float* x = values, y = results) contestant.Set.Of(activation).Activate(x, y, Values);

        double largest = 0;
        for (int k = 0; k < Values; k++)
        {
            double exact = activation.Exact(values[k]);
            if (exact != 0) largest = Math.Max(largest, Math.Abs(results[k] - exact) / Math.ScaleB(1, Math.ILogB(exact) - 23));
        }

        return largest;
    }
}
