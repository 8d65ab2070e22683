using System.Diagnostics;
using System.Reflection;
using System.Reflection.Emit;
using System.Runtime.InteropServices;
using System.Runtime.Intrinsics;
using FastNN.Dispatch;
using Xunit;

namespace FastNN.Tests.Dispatch;

/// <summary><see cref="Kernels.Describe"/> tells the truth about this process. It would tell the truth about others, too.</summary>
public class KernelReportTests
{
    private static readonly KernelVariant[] s_all =
        [KernelVariant.Scalar, KernelVariant.Vector128, KernelVariant.Vector256, KernelVariant.Vector512];

    /// <summary>A processor with everything, under the JIT.</summary>
    private static KernelReport Full { get; } = new(
        s_all, Setting: null, IsCompiledAhead: false, WhyUnoptimized: null, Architecture.X64,
        HasFusedMultiplyAdd: true, HasIntrinsics: true, HasAvx2: true, HasAvx512: true, Caches: "L1d 48 KiB; measured",
        WhyNoNetwork: null);

    [Fact]
    public void It_says_what_runs_here()
    {
        string[] lines = Kernels.Describe().Split('\n');
        string version = typeof(Network).Assembly.GetCustomAttribute<AssemblyInformationalVersionAttribute>()!.InformationalVersion;
        Assert.StartsWith(
            $"FastNN {version}: {Kernels.Default}, the widest that this process accelerates", lines[0], StringComparison.Ordinal);
        foreach (KernelVariant variant in s_all[1..])
        {
            string status = Assert.Single(lines, line => line.StartsWith($"{variant}: ", StringComparison.Ordinal));
            Assert.StartsWith(
                Kernels.Supported.Contains(variant) ? $"{variant}: accelerated" : $"{variant}: no, ", status, StringComparison.Ordinal);
        }

        Assert.Single(lines, line => line.StartsWith("caches: L1d ", StringComparison.Ordinal) && line.Contains("; "));
        string process = Assert.Single(lines, line => line.StartsWith("process: ", StringComparison.Ordinal));
        Assert.Contains($"{RuntimeInformation.FrameworkDescription}, {RuntimeInformation.ProcessArchitecture}, JIT, ", process);
        Assert.Single(lines, line => line.StartsWith("environment: ", StringComparison.Ordinal) && SettingsHere().All(line.Contains));
    }

    [Fact]
    public void It_knows_what_the_processor_has()
    {
        const string linux = "/proc/cpuinfo";
        Assert.Equal(Vector128.IsHardwareAccelerated, KernelReport.Current.HasIntrinsics);
        if (File.Exists(linux) && RuntimeInformation.ProcessArchitecture == Architecture.X64 && KernelReport.Current.HasIntrinsics)
        {
            string[] flags = File.ReadLines(linux).First(line => line.StartsWith("flags", StringComparison.Ordinal)).Split(' ');
            Assert.Equal(flags.Contains("avx2") && flags.Contains("fma"), KernelReport.Current.HasAvx2);
            Assert.Equal(
                flags.Intersect(["avx512f", "avx512dq", "avx512cd", "avx512bw", "avx512vl", "avx2", "fma"]).Count() == 7,
                KernelReport.Current.HasAvx512);
        }

        // If vectors run, the processor has what they need.
        Assert.True(KernelReport.Current.HasAvx2 || !Vector256.IsHardwareAccelerated);
        Assert.True(KernelReport.Current.HasAvx512 || !Vector512.IsHardwareAccelerated);
    }

    [Fact]
    public void It_says_why_a_variant_is_missing()
    {
        Assert.All(s_all[1..], variant => Assert.Equal("accelerated", Full.StatusOf(variant)));

        KernelReport narrow = Full with { Supported = s_all[..2], HasFusedMultiplyAdd = false },
            old = narrow with { HasAvx2 = false, HasAvx512 = false };
        Says(narrow, KernelVariant.Vector128, "accelerated, but", "fused multiply-add", "slowly");
        Says(narrow, KernelVariant.Vector256, "no, ", "has AVX2 and FMA", "by a setting");
        Says(narrow, KernelVariant.Vector512, "no, ", "has AVX-512", "by a setting", "slow on this processor");
        Says(old, KernelVariant.Vector256, "no, ", "has not AVX2 and FMA");
        Says(old, KernelVariant.Vector512, "no, ", "has not AVX-512");
        Says(narrow with { IsCompiledAhead = true }, KernelVariant.Vector256, "no, ", "NativeAOT", "IlcInstructionSet", "x86-64-v3");
        Says(narrow with { IsCompiledAhead = true }, KernelVariant.Vector512, "no, ", "NativeAOT", "IlcInstructionSet", "x86-64-v4");
        Says(old with { IsCompiledAhead = true }, KernelVariant.Vector256, "no, ", "has not AVX2 and FMA");
        Says(Full with { Supported = s_all[..2], Architecture = Architecture.Arm64 }, KernelVariant.Vector256, "no, ", "Arm64", "128 bits");
        Says(old with { Supported = s_all[..1], HasIntrinsics = false }, KernelVariant.Vector128, "no, ", "intrinsics are off");
        Says(old with { Supported = s_all[..1], HasIntrinsics = false }, KernelVariant.Vector512, "no, ", "intrinsics are off");
    }

    [Fact]
    public void It_says_how_the_process_is_compiled()
    {
        Assert.Contains(", X64, JIT, ", Of(Full));
        Assert.Contains(", X64, NativeAOT, ", Of(Full with { IsCompiledAhead = true }));
        Assert.Contains(", Wasm, WebAssembly, ", Of(Full with { IsCompiledAhead = true, Architecture = Architecture.Wasm }));

        static string Of(KernelReport report) =>
            report.Text.Split('\n').Single(line => line.StartsWith("process: ", StringComparison.Ordinal));
    }

    [Fact]
    public void It_says_what_FASTNN_KERNELS_does()
    {
        Assert.Equal($"{Kernels.Supported[^1]}, the widest that this process accelerates", Full.Choice);
        Assert.Equal(Full.Choice, (Full with { Setting = "AUTO" }).Choice);
        Assert.Equal("Scalar, because FASTNN_KERNELS is scalar", (Full with { Setting = "scalar" }).Choice);
        Assert.StartsWith(
            "none. The environment variable FASTNN_KERNELS is \"wide\"", (Full with { Setting = "wide" }).Choice, StringComparison.Ordinal);
    }

    [Fact]
    public void It_says_if_code_runs_unoptimized()
    {
        Assert.DoesNotContain("NOT OPTIMIZED", Full.Text);
        string first = Assert.Single(
            (Full with { WhyUnoptimized = "for a reason" }).Text.Split('\n'), line => line.EndsWith("; NOT OPTIMIZED: for a reason"));
        Assert.StartsWith("FastNN ", first, StringComparison.Ordinal);
    }

    [Fact]
    public void It_says_if_a_setting_prevents_networks()
    {
        Assert.DoesNotContain("NO NETWORK", Full.Text);
        string[] lines = (Full with { WhyNoNetwork = "a fault" }).Text.Split('\n');
        Assert.EndsWith("; NO NETWORK CAN BE MADE: a fault", lines[0]);
        Assert.Contains("caches: L1d 48 KiB; measured", lines);
    }

    [Fact]
    public void It_knows_what_prevents_optimization()
    {
        Assembly library = typeof(Network).Assembly;
        Assert.Null(Why());
        Assert.Null(Why(("DOTNET_JITMinOpts", "0"), ("DOTNET_TC_CallCounting", "1")));
        Assert.Null(Why(("DOTNET_TC_CallCounting", "0"), ("DOTNET_TieredCompilation", "0"))); // all code is optimized at once
        Assert.Equal("the environment sets JITMinOpts", Why(("DOTNET_JITMinOpts", "1")));
        Assert.Equal("the environment sets JITMinOpts", Why(("COMPlus_JITMinOpts", "1")));
        Assert.Equal("the environment sets TC_CallCounting", Why(("DOTNET_TC_CallCounting", "0")));
        Assert.Contains("debugger", KernelReport.WhyUnoptimizedBy(library, isDebugged: true, _ => null));

        var debug = AssemblyBuilder.DefineDynamicAssembly(new AssemblyName("Debug"), AssemblyBuilderAccess.Run);
        Type attribute = typeof(DebuggableAttribute);
        debug.SetCustomAttribute(new CustomAttributeBuilder(attribute.GetConstructor([typeof(bool), typeof(bool)])!, [true, true]));
        Assert.Contains("built without", KernelReport.WhyUnoptimizedBy(debug, isDebugged: false, _ => null));

        string? Why(params (string Name, string Value)[] variables) =>
            KernelReport.WhyUnoptimizedBy(library, isDebugged: false, name => variables.FirstOrDefault(pair => pair.Name == name).Value);
    }

    private static void Says(KernelReport report, KernelVariant variant, string start, params string[] reasons)
    {
        string status = report.StatusOf(variant);
        Assert.StartsWith(start, status, StringComparison.Ordinal);
        Assert.All(reasons, reason => Assert.Contains(reason, status));
    }

    /// <summary>Settings that CI runs the suite under.</summary>
    private static IEnumerable<string> SettingsHere() =>
        from name in (string[])["DOTNET_PreferredVectorBitWidth", "DOTNET_EnableAVX512", "DOTNET_EnableAVX2", "DOTNET_EnableHWIntrinsic"]
        let value = Environment.GetEnvironmentVariable(name)
        where value is not null
        select $"{name}={value}";
}
