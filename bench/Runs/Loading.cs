using FastNN.Bench.Machine;
using FastNN.Bench.Results;
using Spectre.Console;

namespace FastNN.Bench.Runs;

/// <summary>
/// Loading a network from a file, verified, beside <see cref="File.ReadAllBytes"/> of the same file, in the same rounds. Both allocate what
/// they return; the file is in the system's cache.
/// </summary>
internal static class Loading
{
    private const int Rounds = 200;
    private static readonly int[][] s_widths = [[784, 128, 10], [1024, 1024, 1024]];

    /// <summary>The table, in a few seconds.</summary>
    internal static Table Run()
    {
        string folder = Directory.CreateTempSubdirectory().FullName;
        try
        {
            Table table = Screen.Table(
                "Load", "network", "file", "File.ReadAllBytes", "Network.Load", "× ReadAllBytes", "10 % to 90 %", "without verifying",
                "bytes");
            table.Caption("Medians; ratios to ReadAllBytes in the same round, and how far they spread. Both allocate what they return.");
            foreach (int[] widths in s_widths) AddRow(table, widths, Path.Combine(folder, "network.safetensors"));
            return table;
        }
        finally
        {
            Directory.Delete(folder, recursive: true);
        }
    }

    private static void AddRow(Table table, int[] widths, string path)
    {
        var unverified = new LoadOptions { Verify = false };
        new Network(widths, seed: 1).Save(path);
        Measurement read = Of(() => File.ReadAllBytes(path)), load = Of(() => Network.Load(path)),
            loadOnly = Of(() => Network.Load(path, unverified));
        Measurement[] all = [read, load, loadOnly];
        Measurement.Prepare(all);
        Measurement.Run(all, Rounds, () => { });
        Ratio ratio = load.RatioTo(read);
        table.AddRow(
            string.Join('-', widths), $"{new FileInfo(path).Length:N0}", Microseconds(read), Microseconds(load), $"{ratio.Median:F2}",
            $"{ratio.Low:F2} … {ratio.High:F2}", $"{loadOnly.RatioTo(read).Median:F2}", $"{load.AllocatedBytes:N0}");
    }

    private static Measurement Of(Func<object> call) => new(calls =>
    {
        for (int k = 0; k < calls; k++) GC.KeepAlive(call());
    });

    private static string Microseconds(Measurement measurement) => $"{measurement.Nanoseconds / 1000:N1} µs";
}
