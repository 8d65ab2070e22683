using System.Reflection;
using System.Runtime.InteropServices;
using System.Security.Cryptography;
using System.Text.Json;
using System.Text.Json.Serialization;
using FastNN.Bench.Machine;
using FastNN.Bench.WholeNetworks;

namespace FastNN.Bench.Results;

/// <summary>
/// What a run measured: the file <c>bench/results/&lt;cpu&gt;/&lt;name&gt;.json</c>. Pictures and tables of pages are made from it.
/// </summary>
/// <param name="Machine">Where and when, and what the machine allows.</param>
/// <param name="Rows">Every line of every table.</param>
/// <param name="Absent">Contestants that could not run, with the reason.</param>
internal sealed record Report(MachineReport Machine, IReadOnlyList<Row> Rows, IReadOnlyDictionary<string, string> Absent)
{
    private static readonly JsonSerializerOptions s_format = new(JsonSerializerDefaults.Web) { WriteIndented = true };

    /// <summary>SHA-256 of the file it was loaded from, which pictures carry, so that one can tell that they are of this report.</summary>
    [JsonIgnore]
    public string Digest { get; private init; } = "";

    internal static Report Load(string path)
    {
        byte[] file = File.ReadAllBytes(path);
        Report report = JsonSerializer.Deserialize<Report>(file, s_format) ?? throw new InvalidDataException($"{path} holds no report.");
        return report with { Digest = Convert.ToHexStringLower(SHA256.HashData(file)) };
    }

    internal void Save(string path) => File.WriteAllText(path, JsonSerializer.Serialize(this, s_format) + "\n");
}

/// <summary>The machine of a report, with the limits measured in the same run.</summary>
/// <param name="Cpu">Its name, family and model, and what of it the process did not use.</param>
/// <param name="System">The operating system.</param>
/// <param name="Runtime">The version of .NET.</param>
/// <param name="Kernels">The variant that Auto takes.</param>
/// <param name="Date">Of the run, UTC.</param>
/// <param name="Limits">What it allows.</param>
/// <param name="Versions">Of the libraries compared.</param>
/// <param name="Processors">That .NET sees; 0 in a report from before they were counted.</param>
internal sealed record MachineReport(
    string Cpu,
    string System,
    string Runtime,
    string Kernels,
    DateOnly Date,
    LimitFigures Limits,
    IReadOnlyDictionary<string, string> Versions,
    int Processors = 0)
{
    /// <summary>This machine, today.</summary>
    internal static MachineReport Of(LimitFigures limits, params ReadOnlySpan<(string Library, string Version)> versions)
    {
        var all = new SortedDictionary<string, string>(StringComparer.Ordinal)
        {
            ["FastNN"] = VersionOf(typeof(Network)),
        };
        foreach ((string library, string version) in versions) all[library] = version;
        return new MachineReport(
            Bench.Machine.Cpu.Description, RuntimeInformation.OSDescription, RuntimeInformation.FrameworkDescription,
            $"{FastNN.Kernels.Default}", DateOnly.FromDateTime(DateTime.UtcNow), limits, all, Environment.ProcessorCount);
    }

    /// <summary>The package's version, without the commit it was built from.</summary>
    internal static string VersionOf(Type type) =>
        type.Assembly.GetCustomAttribute<AssemblyInformationalVersionAttribute>()!.InformationalVersion.Split('+')[0];
}

/// <summary>One contestant at one task.</summary>
/// <param name="Task">A kernel, or what is timed and which pass: <c>Network forward</c>, <c>Batch step</c>, <c>Threads step</c>.</param>
/// <param name="Size">Of the kernel, or the widths of the network.</param>
/// <param name="Batch">Samples in a call.</param>
/// <param name="Contestant">A variant or a library.</param>
/// <param name="Nanoseconds">Of one call.</param>
/// <param name="Rate">GFLOP/s or GB/s, whichever limits.</param>
/// <param name="Unit">Of the rate.</param>
/// <param name="Limit">What limits: multiply-adds, or the bandwidth of a cache.</param>
/// <param name="OfLimit">How much of it is reached, 1 for all; 0 with several threads, because the limits are those of one.</param>
/// <param name="Ratio">How many times as fast as the baseline; the median where there are several.</param>
/// <param name="RatioLow">The spread of the ratio: its lower end.</param>
/// <param name="RatioHigh">And its upper end.</param>
/// <param name="AllocatedBytes">Managed bytes a call allocates on its thread.</param>
/// <param name="OfPeak">
/// How much of the peak of multiply-adds, of as many cores as there are threads, the products of a network's batch reach; null elsewhere.
/// </param>
/// <param name="Threads">The most that work on a call.</param>
/// <param name="Kind">
/// The kind of a network, if it is not the article's; null elsewhere, and in reports from before there were others.
/// </param>
/// <param name="Members">Of an ensemble: the networks in a call; null elsewhere.</param>
internal sealed record Row(
    string Task,
    string Size,
    int Batch,
    string Contestant,
    double Nanoseconds,
    double Rate,
    string Unit,
    string Limit,
    double OfLimit,
    double Ratio,
    double RatioLow,
    double RatioHigh,
    double AllocatedBytes,
    double? OfPeak = null,
    int Threads = 1,
    string? Kind = null,
    int? Members = null)
{
    /// <summary>The size with the kind: what tables call the network.</summary>
    internal string Name => NetworkKind.NameOf(Size, Kind);

    /// <summary>Of a network: forward or step.</summary>
    internal string Pass => Task.Split(' ')[^1];
}
