using System.Globalization;
using System.Text.RegularExpressions;
using FastNN.Bench.Machine;
using FastNN.Bench.Results;

namespace FastNN.Tests.Pages;

/// <summary>The committed results of a processor, in the terms that pages use.</summary>
internal sealed class Results
{
    internal static readonly Results Zen5 = new("amd-epyc-family-26-model-2"), Zen4 = new("amd-epyc-family-25-model-17");
    private const string Own = "FastNN", Widest = "Vector512", Peer = "TensorPrimitives";
    private readonly string _folder;

    private Results(string processor)
    {
        _folder = Path.Combine(Page.Root, "bench", "results", processor);
        Peers = Load("peers.json");
        Variants = Load("variants.json");
        Scaling = Load("scaling.json");
    }

    /// <summary>The Zen 5 with AVX-512 off, beside the peers. Other runs are not kept of it.</summary>
    internal static Report Zen5WithoutAvx512 { get; } =
        Report.Load(Path.Combine(Page.Root, "bench", "results", "amd-epyc-family-26-model-2-vector256", "peers.json"));

    internal Report Peers { get; }

    internal Report Variants { get; }

    internal Report Scaling { get; }

    /// <summary>The best share of a cache's bandwidth that one sample reaches.</summary>
    internal double BestOfBandwidth =>
        Peers.Rows.Where(row => row.Contestant == Own && row.Batch == 1 && row.Limit[0] == 'L').Max(row => row.OfLimit);

    /// <summary>The best share of the peak that batches reach.</summary>
    internal double BestOfPeak => Peers.Rows.Where(row => row.Contestant == Own && row.Batch > 1).Max(row => row.OfPeak ?? row.OfLimit);

    /// <summary>Nanoseconds of a sample, beside the peers.</summary>
    internal double Sample(string pass, string size, int batch, string? kind = null) => Peers.Rows.Single(
        row => (row.Task, row.Size, row.Batch, row.Kind, row.Contestant) == ($"Network {pass}", size, batch, kind, Own)).Nanoseconds
        / batch;

    /// <summary>The share of FastNN's time that OpenBLAS takes.</summary>
    internal double ShareOfOpenBlas(string pass, string size, int batch) => Peers.Rows.Single(
        row => (row.Task, row.Size, row.Batch, row.Kind, row.Contestant) == ($"Network {pass}", size, batch, null, "OpenBLAS")).Ratio;

    /// <summary>How many times as long as the widest vectors TensorPrimitives take for a kernel.</summary>
    internal double Faster(string task, string size) => Kernel(task, size, Peer) / Kernel(task, size, Widest);

    /// <summary>The kernels at which TensorPrimitives are faster.</summary>
    internal IEnumerable<(string Task, string Size)> Exceptions =>
        from row in Variants.Rows
        where row.Contestant == Peer && Faster(row.Task, row.Size) < 1
        select (row.Task, row.Size);

    /// <summary>The processor's time for a vector of 16 sigmoids.</summary>
    internal double CyclesOfSigmoids => Kernel("Sigmoid", "1000", Widest) / 1000 * 16 * Variants.Machine.Limits.Gigahertz;

    /// <summary>The share of the peak that the products of a network can reach if its sigmoids take their time, too.</summary>
    internal double LeftBySigmoids(params int[] widths)
    {
        LimitFigures limits = Variants.Machine.Limits;
        double products = widths.Zip(widths.Skip(1), (inputs, outputs) => (double)inputs * outputs).Sum();
        double multiplyAdds = products * 2 / (limits.Gigaflops.Values.Max() / limits.Gigahertz);
        return multiplyAdds / (multiplyAdds + widths.Skip(1).Sum() / 16.0 * CyclesOfSigmoids);
    }

    /// <summary>A sample in a step on two samples takes this many times as long as a sample alone.</summary>
    internal double StepOnTwo(string size) => Step(size, 2) / Step(size, 1);

    /// <summary>From this batch size on a sample takes less time than alone.</summary>
    internal int StepGainsFrom(string size) =>
        Scaling.Rows.Where(row => row.Task == "Batch step" && row.Size == size).Select(row => row.Batch).Distinct()
            .First(batch => batch > 1 && Step(size, batch) < Step(size, 1));

    /// <summary>
    /// A number in a file that was kept as it was printed. It stands in the first line with the name. Columns are counted from 0.
    /// </summary>
    internal double Printed(string file, string name, int column)
    {
        string line = File.ReadLines(Path.Combine(_folder, file)).First(line => line.Contains(name, StringComparison.Ordinal));
        string numbers = line[(line.IndexOf(name, StringComparison.Ordinal) + name.Length)..];
        return double.Parse(Regex.Matches(numbers, @"[\d,.]*\d")[column].Value, CultureInfo.InvariantCulture);
    }

    private double Step(string size, int batch) => Scaling.Rows.Single(
        row => (row.Task, row.Size, row.Batch, row.Contestant) == ("Batch step", size, batch, Widest)).Nanoseconds / batch;

    private double Kernel(string task, string size, string contestant) =>
        Variants.Rows.Single(row => (row.Task, row.Size, row.Contestant) == (task, size, contestant)).Nanoseconds;

    private Report Load(string file) => Report.Load(Path.Combine(_folder, file));
}
