using System.Numerics;
using System.Runtime.InteropServices;
using BenchmarkDotNet.Environments;
using Microsoft.ML.OnnxRuntime;
using TorchSharp;

namespace FastNN.Bench.Peers;

/// <summary>What the bench's model of the machine says of it, in a first version that knows the peak of multiply-adds alone.</summary>
internal static class Placeholder
{
    private const int Chains = 12, Steps = 1000;
    private static Vector<float> s_sum;

    internal static MachineReport DescribeMachine()
    {
        var peak = new Measurement(MultiplyAdd);
        Measurement.Prepare([peak]);
        Measurement.Run([peak], rounds: 101, () => { });
        double gigaflops = 2.0 * Vector<float>.Count * Chains * Steps / peak.Nanoseconds;
        HostEnvironmentInfo host = HostEnvironmentInfo.GetCurrent();
        return new MachineReport(
            host.Cpu.Value?.ProcessorName ?? "unknown",
            RuntimeInformation.OSDescription,
            RuntimeInformation.FrameworkDescription,
            Contestant.Variants[^1].ToString(),
            DateOnly.FromDateTime(DateTime.UtcNow),
            Gigahertz: 0,
            new Dictionary<string, double> { [$"Vector{8 * Vector<byte>.Count}"] = gigaflops },
            [],
            new Dictionary<string, string>
            {
                ["Microsoft.ML.OnnxRuntime"] = VersionOf(typeof(InferenceSession)),
                ["TorchSharp"] = VersionOf(typeof(torch)),
                ["System.Numerics.Tensors"] = VersionOf(typeof(System.Numerics.Tensors.TensorPrimitives)),
            });
    }

    internal static Row WithLimit(Row row) => row;

    internal static string PathFor(MachineReport machine) =>
        Path.Combine("bench", "results", machine.Cpu.Replace(' ', '-').ToLowerInvariant(), "peers.json");

    private static string VersionOf(Type type) => type.Assembly.GetName().Version?.ToString() ?? "";

    private static void MultiplyAdd(int calls)
    {
        Vector<float> half = new(0.5f), one = Vector<float>.One;
        Vector<float> s0 = s_sum, s1 = s0, s2 = s0, s3 = s0, s4 = s0, s5 = s0, s6 = s0, s7 = s0, s8 = s0, s9 = s0, s10 = s0, s11 = s0;
        for (; calls > 0; calls--)
        {
            for (int step = 0; step < Steps; step++)
            {
                s0 = Vector.FusedMultiplyAdd(s0, half, one);
                s1 = Vector.FusedMultiplyAdd(s1, half, one);
                s2 = Vector.FusedMultiplyAdd(s2, half, one);
                s3 = Vector.FusedMultiplyAdd(s3, half, one);
                s4 = Vector.FusedMultiplyAdd(s4, half, one);
                s5 = Vector.FusedMultiplyAdd(s5, half, one);
                s6 = Vector.FusedMultiplyAdd(s6, half, one);
                s7 = Vector.FusedMultiplyAdd(s7, half, one);
                s8 = Vector.FusedMultiplyAdd(s8, half, one);
                s9 = Vector.FusedMultiplyAdd(s9, half, one);
                s10 = Vector.FusedMultiplyAdd(s10, half, one);
                s11 = Vector.FusedMultiplyAdd(s11, half, one);
            }
        }

        s_sum = s0 + s1 + s2 + s3 + s4 + s5 + s6 + s7 + s8 + s9 + s10 + s11;
    }
}
