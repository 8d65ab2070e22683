using System.Runtime.Intrinsics;
using FastNN.Dispatch;
using Xunit;

namespace FastNN.Tests.Dispatch;

/// <summary>
/// Which kernels run. First choice are the kernels that are asked for, then those that FASTNN_KERNELS names, then the widest that the
/// process accelerates. CI runs the tests under other instruction sets. FASTNN_EXPECT_KERNELS says which kernels such a run must find.
/// </summary>
public class VariantTests
{
    private static IEnumerable<KernelVariant> Accelerated
    {
        get
        {
            yield return KernelVariant.Scalar;
            if (Vector128.IsHardwareAccelerated) yield return KernelVariant.Vector128;
            if (Vector256.IsHardwareAccelerated) yield return KernelVariant.Vector256;
            if (Vector512.IsHardwareAccelerated) yield return KernelVariant.Vector512;
        }
    }

    [Fact]
    public void Supported_are_the_accelerated_ones() => Assert.Equal(Accelerated, Kernels.Supported);

    [Fact]
    public void Auto_is_the_one_this_run_is_for()
    {
        string? expected = Environment.GetEnvironmentVariable("FASTNN_EXPECT_KERNELS");
        if (string.IsNullOrEmpty(expected)) expected = Accelerated.Last().ToString();
        Assert.Equal(expected, New().KernelVariant.ToString());
    }

    [Theory]
    [MemberData(nameof(Cases.Variants), MemberType = typeof(Cases))]
    public void A_network_runs_on_the_kernels_asked_for(KernelVariant variant) => Assert.Equal(variant, New(variant).KernelVariant);

    [Theory]
    [MemberData(nameof(Cases.Variants), MemberType = typeof(Cases))]
    public void FASTNN_KERNELS_names_a_variant_in_any_case(KernelVariant variant)
    {
        string given = variant.ToString();
        foreach (string name in (string[])[given, given.ToUpperInvariant(), given.ToLowerInvariant()])
            Assert.Equal(variant, KernelSet.Named(name).Variant);
    }

    [Theory]
    [InlineData(null)]
    [InlineData("")]
    [InlineData("auto")]
    public void FASTNN_KERNELS_may_leave_it_to_the_machine(string? name) => Assert.Equal(Accelerated.Last(), KernelSet.Named(name).Variant);

    [Theory]
    [InlineData("Vector1024")]
    [InlineData("1")]
    [InlineData("Scalar,Vector128")]
    public void FASTNN_KERNELS_with_another_value_is_refused(string name)
    {
        var refusal = Assert.Throws<InvalidOperationException>(() => KernelSet.Named(name));
        Assert.Contains($"\"{name}\"", refusal.Message);
        Assert.Contains("FASTNN_KERNELS", refusal.Message);
        Assert.Contains("Auto, Scalar, Vector128, Vector256, Vector512", refusal.Message);
    }

    [Fact]
    public void Kernels_that_the_process_does_not_accelerate_are_refused()
    {
        foreach (KernelVariant variant in Enum.GetValues<KernelVariant>().Except([KernelVariant.Auto, .. Accelerated]))
        {
            Assert.Contains(variant.ToString(), Assert.Throws<PlatformNotSupportedException>(() => New(variant)).Message);
            Assert.Contains(
                variant.ToString(), Assert.Throws<PlatformNotSupportedException>(() => KernelSet.Named(variant.ToString())).Message);
        }

        var refusal = Assert.Throws<ArgumentOutOfRangeException>(() => New((KernelVariant)99));
        Assert.Equal("kernels", refusal.ParamName);
        Assert.Contains("99", refusal.Message);
    }

    private static Network New(KernelVariant kernels = KernelVariant.Auto) => new([2, 2], seed: 1, kernels);
}
