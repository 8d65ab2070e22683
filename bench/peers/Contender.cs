using System.Numerics.Tensors;
using System.Text.RegularExpressions;
using FastNN.Bench.Results;
using FastNN.Bench.WholeNetworks;
using Microsoft.ML.OnnxRuntime;
using TorchSharp;

namespace FastNN.Bench.Peers;

/// <summary>A library that takes part.</summary>
/// <param name="Name">In tables and reports.</param>
/// <param name="Version">Of the library, asked where it can run.</param>
/// <param name="Create">Puts a problem in its hands.</param>
/// <param name="NoStep">Why it does not train; null if it does.</param>
/// <param name="Hint">How to get it, where it is not in a package.</param>
/// <param name="Lacks">What a kind of network needs that it does not have; null if there is nothing.</param>
internal sealed partial record Contender(
    string Name, Func<string> Version, Func<Problem, IPeer> Create, string? NoStep = null, string? Hint = null,
    Func<NetworkKind, string?>? Lacks = null)
{
    /// <summary>The baseline of all ratios, then the peers in the order of the tables' columns.</summary>
    internal static IReadOnlyList<Contender> All { get; } =
    [
        new("FastNN", () => MachineReport.VersionOf(typeof(Network)), problem => new FastNNPeer(problem)),
        new(
            "ONNX Runtime", () => MachineReport.VersionOf(typeof(InferenceSession)), problem => new OnnxRuntimePeer(problem),
            NoStep: "the package runs models, it does not train them"),
        new("libtorch", () => $"2.10.0 through TorchSharp {MachineReport.VersionOf(typeof(torch))}", LibtorchPeer.Load),
        new("OpenBLAS", () => OpenBlas.Version, OpenBlasPeer.Load, Hint: "apt-get install libopenblas0"),
        new("FANN", () => "2 (libfann.so.2)", problem => new FannPeer(problem), Hint: "apt-get install libfann2", Lacks: FannPeer.Lacks),
        new("TensorPrimitives", () => MachineReport.VersionOf(typeof(TensorPrimitives)), problem => new TensorPrimitivesPeer(problem)),
    ];

    internal static Contender FastNN => All[0];

    internal static Contender Libtorch => All[2];

    public override string ToString() => Name;

    /// <summary>Why the library cannot run here, in one line; null if it can.</summary>
    internal string? FindObstacle()
    {
        try
        {
            using IPeer peer = Create(Problem.Create(NetworkKind.Article, [2, 2], batch: 1));
            return null;
        }
        catch (Exception e) when (
            e.GetBaseException() is DllNotFoundException or EntryPointNotFoundException or BadImageFormatException or NotSupportedException)
        {
            string reason = Essence(e.GetBaseException().Message);
            return Hint == null ? reason : $"{reason}; {Hint}";
        }
    }

    /// <summary>
    /// A loader tries many names and folders, and says of each why not: what matters is the line that is not about a missing file. Folders
    /// say nothing to others.
    /// </summary>
    private static string Essence(string message)
    {
        string[] lines = message.Split('\n', StringSplitOptions.RemoveEmptyEntries | StringSplitOptions.TrimEntries);
        string line = lines.Skip(1).FirstOrDefault(line => !line.EndsWith("No such file or directory", StringComparison.Ordinal))
            ?? lines[0].Split(". ")[0];
        return Folders.Replace(line, "");
    }

    [GeneratedRegex(@"(?<!\w)/\S*/")]
    private static partial Regex Folders { get; }
}
