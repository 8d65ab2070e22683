using FastNN.Bench.Contests;
using FastNN.Bench.Machine;
using FastNN.Bench.Runs;
using FastNN.Bench.WholeNetworks;
using Spectre.Console;

namespace FastNN.Bench.Results;

/// <summary>The launches of a run put together: the rows of its report, and how they are shown.</summary>
internal static class Comparison
{
    /// <summary>A ratio that spreads by more from launch to launch may differ by more between two runs, and is marked.</summary>
    private const double LargestSpread = 0.1;

    /// <summary>A row for each entry: of times and ratios the median over the launches, of ratios the smallest and largest too.</summary>
    internal static List<Row> ToRows(IReadOnlyList<Launch> launches, Roofline roofline)
    {
        List<Row> rows = [];
        int baseline = 0;
        for (int k = 0; k < Contest.Entries.Count; k++)
        {
            Contest entry = Contest.Entries[k];
            if (entry.Contestant == entry.Contestants.First()) baseline = k;
            double[] ratios = [.. launches.Select(launch => launch.Times[baseline].Nanoseconds / launch.Times[k].Nanoseconds).Order()];
            double nanoseconds = Median([.. launches.Select(launch => launch.Times[k].Nanoseconds)]);
            Reached reached = roofline.Reach(entry.Work, nanoseconds);
            rows.Add(new Row(
                entry.Name, entry.Size.Name, entry.Size.Batch, $"{entry.Contestant}", nanoseconds, reached.Rate, reached.Unit,
                reached.Limit, reached.OfLimit, Median(ratios), ratios[0], ratios[^1],
                launches.Max(launch => launch.Times[k].AllocatedBytes),
                entry.OfPeak(roofline, nanoseconds), Kind: entry.Size.Kind.Name));
        }

        return rows;
    }

    /// <summary>All contestants at a task, size by size.</summary>
    internal static Table ToTable(Contest task, IEnumerable<Row> rows)
    {
        Table table = Screen.Table(
            task.Name, "size", "kernels", "ns", "ns/sample", "rate", "limited by", "of the limit", "of FMA peak", $"× {task.Baseline}",
            "spread", "bytes");
        foreach (IGrouping<(string, int), Row> size in rows.Where(row => row.Task == task.Name).GroupBy(row => (row.Name, row.Batch)))
        {
            if (table.Rows.Count > 0) table.AddEmptyRow();
            foreach (Row row in size)
            {
                table.AddRow(
                    row != size.First() ? "" : row.Batch == 1 ? row.Name : $"{row.Name} by {row.Batch}", row.Contestant,
                    $"{row.Nanoseconds:N1}", $"{row.Nanoseconds / row.Batch:N1}", $"{row.Rate:N1} {row.Unit}", row.Limit,
                    $"{row.OfLimit:P0}", $"{row.OfPeak:P0}", $"{row.Ratio:F2}",
                    IsUnstable(row) ? $"[yellow]unstable {Spread(row):P1}[/]" : $"{Spread(row):P1}",
                    $"{row.AllocatedBytes:F0}");
            }
        }

        return table;
    }

    /// <summary>How many times as long as a step of SGD one of Adam takes, for the same network.</summary>
    internal static Table ToOptimizerTable(IReadOnlyList<Row> rows)
    {
        (string? sgd, string? adam) = (NetworkKind.Classifier.Name, NetworkKind.ClassifierByAdam.Name);
        string[] contestants = [.. rows.Where(row => row.Kind == adam).Select(row => row.Contestant).Distinct()];
        Table table = Screen.Table("Adam's step in SGD's", "network", ["batch", .. contestants]);
        foreach (var step in rows.Where(row => row.Kind == adam).GroupBy(row => (row.Task, row.Size, row.Batch)))
        {
            Row any = step.First();
            table.AddRow([
                NetworkKind.NameOf(any.Size, sgd), $"{any.Batch}",
                .. contestants.Select(contestant => step.Where(row => row.Contestant == contestant).Select(Ratio).FirstOrDefault(""))]);
        }

        return table;

        string Ratio(Row row)
        {
            (string, string, int, string) Key(Row any) => (any.Task, any.Size, any.Batch, any.Contestant);
            Row same = rows.First(other => other.Kind == sgd && Key(other) == Key(row));
            return $"{row.Nanoseconds / same.Nanoseconds:F2}";
        }
    }

    /// <summary>Throughput alone, a line for each size, where there are many.</summary>
    internal static Table ToSweepTable(string task, IReadOnlyList<Row> rows)
    {
        string[] contestants = [.. rows.Select(row => row.Contestant).Distinct()];
        Table table = Screen.Table($"{task}: GB/s or GFLOP/s, and of the limit", "size", ["limited by", .. contestants]);
        foreach (IGrouping<string, Row> size in rows.GroupBy(row => row.Size))
        {
            Row any = size.First();
            table.AddRow([size.Key, any.Limit, .. size.Select(row => $"{row.Rate:F1} {row.OfLimit,4:P0}{(IsUnstable(row) ? '*' : ' ')}")]);
        }

        return table.Caption("* unstable");
    }

    internal static bool IsUnstable(Row row) => Spread(row) > LargestSpread;

    private static double Spread(Row row) => (row.RatioHigh - row.RatioLow) / row.Ratio;

    private static double Median(double[] values)
    {
        Array.Sort(values);
        return (values[values.Length / 2] + values[(values.Length - 1) / 2]) / 2;
    }
}
