using System.Collections.Immutable;
using System.Diagnostics;
using System.Globalization;
using System.Reflection;
using System.Runtime;
using System.Runtime.InteropServices;
using System.Runtime.Intrinsics;
using FastNN.Hardware;
using FastNN.Simd;
using FastNN.Tuning;

namespace FastNN.Dispatch;

/// <summary>What decides which variants a process has, and the text that says so.</summary>
/// <param name="Supported">The variants that this process accelerates, the widest last.</param>
/// <param name="Setting">The value of <see cref="KernelSet.EnvironmentVariable"/>, null if there is none.</param>
/// <param name="IsCompiledAhead">Whether NativeAOT compiled the program. Then nothing is compiled while it runs.</param>
/// <param name="WhyUnoptimized">
/// Why the code of this library may run without optimization, tens of times slower. Null if it is optimized.
/// </param>
/// <param name="Architecture">The architecture of the process.</param>
/// <param name="HasFusedMultiplyAdd">
/// Whether vectors of 128 bits have a fused multiply-add. Otherwise it is computed in double precision.
/// </param>
/// <param name="HasIntrinsics">Whether the hardware intrinsics of .NET are on.</param>
/// <param name="HasAvx2">Whether the processor has AVX2 and FMA.</param>
/// <param name="HasAvx512">Whether the processor has AVX-512 F, DQ, CD, BW and VL.</param>
/// <param name="Caches">The caches that routes count with, and who says so.</param>
/// <param name="WhyNoNetwork">What is wrong with a setting, so that no network can be made. Null if nothing is.</param>
internal sealed record KernelReport(
    IReadOnlyList<KernelVariant> Supported,
    string? Setting,
    bool IsCompiledAhead,
    string? WhyUnoptimized,
    Architecture Architecture,
    bool HasFusedMultiplyAdd,
    bool HasIntrinsics,
    bool HasAvx2,
    bool HasAvx512,
    string Caches,
    string? WhyNoNetwork)
{
    /// <summary>
    /// Settings of .NET that choose or change the code that runs. Some older names do nothing, but a report should show them.
    /// </summary>
    private static readonly ImmutableArray<string> s_settings =
    [
        "EnableHWIntrinsic", "EnableAVX", "EnableAVX2", "EnableFMA", "EnableAVX512", "EnableAVX512F", "PreferredVectorBitWidth",
        "TieredCompilation", "TieredPGO", "TC_QuickJitForLoops", "TC_OnStackReplacement", "ReadyToRun", MinimalOptimization, CallCounting,
    ];

    /// <summary>With 1 the JIT optimizes nothing.</summary>
    private const string MinimalOptimization = "JITMinOpts";

    /// <summary>With 0 methods stay as they are compiled first: quickly, and not optimized.</summary>
    private const string CallCounting = "TC_CallCounting";

    /// <summary>The report of this process.</summary>
    internal static KernelReport Current => new(
        [.. KernelSet.Supported.Select(set => set.Variant)],
        KernelSet.Setting,
        JitInfo.GetCompiledMethodCount() == 0, // in a project that sets PublishAot, IsDynamicCodeSupported says no under the JIT too
        WhyUnoptimizedBy(typeof(KernelReport).Assembly, Debugger.IsAttached, Environment.GetEnvironmentVariable),
        RuntimeInformation.ProcessArchitecture,
        Simd128.HasFusedMultiplyAdd,
        Vector128.IsHardwareAccelerated,
        Processor.HasAvx2,
        Processor.HasAvx512,
        Machine.CachesInWords,
        Machine.Fault);

    /// <summary>The whole report. Each fact has a line.</summary>
    internal string Text => string.Join(
        '\n',
        (string[])[
            $"FastNN {Version}: {Choice}" + Warning("NOT OPTIMIZED", WhyUnoptimized) + Warning("NO NETWORK CAN BE MADE", WhyNoNetwork),
            .. from variant in Enum.GetValues<KernelVariant>()
               where variant > KernelVariant.Scalar
               select $"{variant}: {StatusOf(variant)}",
            $"processor: {Processor.Name}; {Features}; {Environment.ProcessorCount} logical processors",
            $"caches: {Caches}",
            $"process: {RuntimeInformation.FrameworkDescription}, {Architecture}, {Compiler}, {RuntimeInformation.OSDescription}",
            $"environment: {Settings}",
        ]);

    /// <summary>What <see cref="KernelVariant.Auto"/> is, and why.</summary>
    internal string Choice
    {
        get
        {
            try
            {
                KernelVariant chosen = KernelSet.Named(Setting).Variant;
                return string.IsNullOrEmpty(Setting) || Setting.Equals(nameof(KernelVariant.Auto), StringComparison.OrdinalIgnoreCase)
                    ? $"{chosen}, the widest that this process accelerates"
                    : $"{chosen}, because {KernelSet.EnvironmentVariable} is {Setting}";
            }
            catch (Exception refusal) when (refusal is InvalidOperationException or PlatformNotSupportedException)
            {
                return $"none. {refusal.Message}";
            }
        }
    }

    /// <summary>What keeps the JIT from optimizing. Null if nothing does.</summary>
    /// <param name="library">The assembly with the kernels.</param>
    /// <param name="isDebugged">Whether a debugger is attached. Most debuggers ask the JIT not to optimize.</param>
    /// <param name="variable">Gives an environment variable.</param>
    internal static string? WhyUnoptimizedBy(Assembly library, bool isDebugged, Func<string, string?> variable)
    {
        if (library.GetCustomAttribute<DebuggableAttribute>() is { IsJITOptimizerDisabled: true })
            return "FastNN was built without optimization";
        if (NumberOf(MinimalOptimization) is > 0) return $"the environment sets {MinimalOptimization}";
        if (NumberOf(CallCounting) is 0 && NumberOf("TieredCompilation") is not 0) return $"the environment sets {CallCounting}";

        return isDebugged ? "a debugger is attached, which may prevent it" : null;

        int? NumberOf(string name) => int.TryParse(
            variable("DOTNET_" + name) ?? variable("COMPlus_" + name), NumberStyles.HexNumber, CultureInfo.InvariantCulture, out int number)
            ? number : null;
    }

    private static string? Version =>
        typeof(KernelReport).Assembly.GetCustomAttribute<AssemblyInformationalVersionAttribute>()?.InformationalVersion;

    private string Features =>
        Processor.CanBeAsked ? $"AVX2 and FMA {YesNo(HasAvx2)}, AVX-512 {YesNo(HasAvx512)}" : "what it has cannot be asked";

    private string Compiler => Architecture == Architecture.Wasm ? "WebAssembly" : IsCompiledAhead ? "NativeAOT" : "JIT";

    private static string Settings
    {
        get
        {
            string[] found =
            [
                .. from prefix in (string[])["DOTNET_", "COMPlus_"]
                   from name in s_settings
                   let value = Environment.GetEnvironmentVariable(prefix + name)
                   where value is not null
                   select $"{prefix}{name}={value}",
                .. from name in (string[])[ForcedCaches.EnvironmentVariable, ForcedRoute.EnvironmentVariable]
                   let value = Environment.GetEnvironmentVariable(name)
                   where value is not null
                   select $"{name}={value}",
            ];
            return found.Length == 0 ? "none" : string.Join(", ", found);
        }
    }

    /// <summary>Whether the variant is accelerated, and if not, why.</summary>
    internal string StatusOf(KernelVariant variant)
    {
        if (Supported.Contains(variant))
        {
            bool software = variant == KernelVariant.Vector128 && !HasFusedMultiplyAdd;
            return software ? "accelerated, but without fused multiply-add, which is computed in double precision, slowly" : "accelerated";
        }

        if (variant > KernelVariant.Vector128 && Architecture is not (Architecture.X64 or Architecture.X86))
            return $"no, {Architecture} has vectors of 128 bits";
        if (!HasIntrinsics) return "no, .NET's hardware intrinsics are off";

        (bool has, string instructions, string target) = variant == KernelVariant.Vector512
            ? (HasAvx512, "AVX-512", "x86-64-v4")
            : (HasAvx2, "AVX2 and FMA", "x86-64-v3");
        if (!has) return $"no, the processor has not {instructions}";

        return IsCompiledAhead
            ? $"no, NativeAOT compiled for a target without {instructions}, which the processor has: "
                + $"set the property IlcInstructionSet to {target} or native"
            : $"no, the processor has {instructions}, but .NET makes no such vectors of it: "
                + "switched off by a setting, or slow on this processor";
    }

    private static string Warning(string what, string? why) => why is null ? "" : $"; {what}: {why}";

    private static string YesNo(bool value) => value ? "yes" : "no";
}
