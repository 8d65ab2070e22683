using Spectre.Console;

namespace FastNN.Bench;

/// <summary>Before anything is timed: every kernel at every size that will be, and whole networks, against the scalar reference.</summary>
internal static class Validation
{
    /// <summary>Prints what was compared; false if anything is not as it must be.</summary>
    internal static bool Run()
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
            table.AddRow([name, $"{deviations.DistinctBy(deviation => deviation.What).Count()}", .. cells, $"{deviations.Max(deviation => deviation.AllocatedBytes)}"]);
        }

        foreach (KernelBenchmark kernel in KernelBenchmark.All) AddRow(kernel.GetType().Name, Compare(kernel));
        AddRow("networks, forward and 3 steps", SingleSample.CompareWithScalar());

        AnsiConsole.Write(table);
        foreach (Deviation deviation in rejected) AnsiConsole.MarkupLineInterpolated($"[red]{deviation}[/]");
        return rejected.Count == 0;
    }

    private static IEnumerable<Deviation> Compare(KernelBenchmark kernel)
    {
        foreach (Shape shape in kernel.Shapes.Concat(kernel.RaggedShapes))
        {
            foreach (Contestant contestant in Contestant.All)
            {
                (kernel.Shape, kernel.Kernels) = (shape, contestant);
                yield return kernel.CompareWithScalar();
            }
        }
    }

    private static string Describe(List<Deviation> deviations)
    {
        if (deviations.Count == 0) return "";

        return deviations.TrueForAll(deviation => deviation.Identical) ? "identical" : $"{deviations.Max(deviation => deviation.Largest):0.0E0}";
    }
}
