using System.Diagnostics;
using System.Globalization;
using FastNN.Bench.Results;
using Spectre.Console;

namespace FastNN.Bench.Runs;

/// <summary>
/// What <c>-- --aot</c> does, in about three minutes: builds <c>bench/probe</c> as NativeAOT and for the JIT, and runs both in turn, each
/// time a process of its own: how long calls take, and how long it is from the start of the process to the first prediction of a network
/// from a file.
/// </summary>
internal static class AheadRun
{
    private const int Rounds = 7, Starts = 3;

    /// <summary>Targets of NativeAOT, what they accelerate, and what leaves the JIT with the same.</summary>
    private static readonly (string Target, KernelVariant Kernels, string? Setting)[] s_targets =
    [
        ("x86-64-v4", KernelVariant.Vector512, null),
        ("x86-64-v3", KernelVariant.Vector256, "DOTNET_EnableAVX512"),
    ];

    /// <summary>Builds, measures and prints; the exit code says whether NativeAOT ran what the JIT ran.</summary>
    /// <param name="file">Where to keep what is printed; null not to.</param>
    internal static int Run(string? file)
    {
        string folder = Directory.CreateTempSubdirectory().FullName;
        try
        {
            string model = Path.Combine(folder, "network.safetensors");
            new Network([784, 128, 10], seed: 1).Save(model);
            string jit = Publish(Path.Combine(folder, "jit"));
            List<(string Target, List<Build> Builds)> pairs = [];
            foreach ((string target, KernelVariant kernels, string? setting) in s_targets.Where(t => Kernels.Supported.Contains(t.Kernels)))
            {
                string ahead = Publish(Path.Combine(folder, target), "-p:PublishAot=true", $"-p:IlcInstructionSet={target}");
                pairs.Add((target, [new Build(ahead, kernels, null), new Build(jit, kernels, setting)]));
            }

            Screen.Progress("NativeAOT and JIT", Rounds, roundDone =>
            {
                for (int round = 0; round < Rounds; round++, roundDone())
                {
                    foreach (Build build in pairs.SelectMany(pair => pair.Builds)) build.Measure(model, Starts);
                }
            });
            Screen.Show(file, () =>
            {
                Screen.Header();
                foreach ((string target, List<Build> builds) in pairs) AnsiConsole.Write(ToTable(target, builds[0], builds[1]));
            });
            return pairs.Count > 0 && pairs.TrueForAll(pair => pair.Builds.TrueForAll(build => build.RanAsMeant)) ? 0 : 1;
        }
        finally
        {
            Directory.Delete(folder, recursive: true);
        }
    }

    private static Table ToTable(string target, Build ahead, Build jit)
    {
        Table table = Screen.Table(
            $"NativeAOT for {target} and the JIT, {ahead.Kernels}: medians of {Rounds} processes", "", "NativeAOT", "JIT",
            "JIT / NativeAOT");
        foreach (string task in ahead.Times.Keys)
        {
            double[] ratios = [.. jit.Times[task].Zip(ahead.Times[task], (its, mine) => its / mine)];
            table.AddRow(task, $"{Median(ahead.Times[task]):N0}", $"{Median(jit.Times[task]):N0}", $"{Median(ratios):F2}");
        }

        return table;
    }

    private static double Median(IEnumerable<double> values) => values.Order().ElementAt(values.Count() / 2);

    /// <summary>Publishes the probe; the result is the path of the program.</summary>
    private static string Publish(string output, params string[] properties)
    {
        string project = Path.Combine(ResultsFolder.Repository, "bench", "probe");
        using Process process = Process.Start(
            new ProcessStartInfo("dotnet", ["publish", project, "-c", "Release", "-o", output, .. properties])
            {
                RedirectStandardOutput = true,
            })!;
        string log = process.StandardOutput.ReadToEnd();
        process.WaitForExit();
        if (process.ExitCode != 0) throw new InvalidOperationException($"Publishing {project} failed:\n{log}");

        return Path.Combine(output, OperatingSystem.IsWindows() ? "FastNN.Bench.Probe.exe" : "FastNN.Bench.Probe");
    }

    /// <summary>A build of the probe, and what it took in each round.</summary>
    private sealed class Build(string program, KernelVariant kernels, string? setting)
    {
        private const string First = "µs from start to first prediction of 784-128-10 from a file, best of three";

        internal KernelVariant Kernels => kernels;

        internal bool RanAsMeant { get; private set; } = true;

        /// <summary>Of each task in each round.</summary>
        internal Dictionary<string, List<double>> Times { get; } = [];

        internal void Measure(string model, int starts)
        {
            Add(First, Enumerable.Range(0, starts).Min(_ => Start(model)));
            using Process process = Launch("throughput");
            RanAsMeant &= process.StandardOutput.ReadLine() == $"{kernels}";
            while (process.StandardOutput.ReadLine() is { } line)
            {
                string[] parts = line.Split(", ", 2);
                Add($"ns, {parts[1]}", double.Parse(parts[0], CultureInfo.InvariantCulture));
            }

            End(process);
        }

        private void Add(string task, double time)
        {
            if (!Times.TryGetValue(task, out List<double>? times)) Times[task] = times = [];
            times.Add(time);
        }

        private double Start(string model)
        {
            long start = Stopwatch.GetTimestamp();
            using Process process = Launch("first", model);
            process.StandardOutput.ReadLine();
            double time = Stopwatch.GetElapsedTime(start).TotalMicroseconds;
            End(process);
            return time;
        }

        private static void End(Process process)
        {
            process.WaitForExit();
            if (process.ExitCode != 0) throw new InvalidOperationException($"The probe ended with exit code {process.ExitCode}.");
        }

        private Process Launch(params string[] arguments)
        {
            var start = new ProcessStartInfo(program, arguments) { RedirectStandardOutput = true };
            if (setting is not null) start.Environment[setting] = "0";
            return Process.Start(start)!;
        }
    }
}
