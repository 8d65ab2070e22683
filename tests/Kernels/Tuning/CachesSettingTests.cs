using FastNN.Tests.Contract;
using FastNN.Tuning;
using Xunit;
using TuningMachine = FastNN.Tuning.Machine;

namespace FastNN.Tests.Tuning;

/// <summary>
/// The environment variable <c>FASTNN_CACHES</c> changes the caches that routes count with, and never a bit. It is read once in a process,
/// so other processes have other values.
/// </summary>
public class CachesSettingTests
{
    private const string Faulty = "4K,2K";

    private static readonly TimeSpan s_hang = TimeSpan.FromMinutes(5);

    private static string? Setting => Environment.GetEnvironmentVariable(ForcedCaches.EnvironmentVariable);

    /// <summary>With these caches, nearly every layer is beyond L2, and beyond L3.</summary>
    [Fact]
    public Task Tiny_caches_have_the_committed_bits() => Passes("1K,1K,1K", nameof(Routes_count_with_the_setting));

    [Fact]
    public Task A_fault_is_one_in_a_process_with_it() => Passes(Faulty, nameof(Networks_are_refused_only_with_a_fault), bits: false);

    [Fact]
    public void Routes_count_with_the_setting()
    {
        Caches caches = TuningMachine.Here.Caches;
        Assert.Equal(ForcedCaches.Parse(Setting, in caches, out _), caches);
        Assert.Contains($"\ncaches: {caches}; ", Kernels.Describe());
        Assert.Equal(!string.IsNullOrWhiteSpace(Setting), Kernels.Describe().Contains($"set by {ForcedCaches.EnvironmentVariable}"));
    }

    [Fact]
    public void Networks_are_refused_only_with_a_fault()
    {
        string first = Kernels.Describe().Split('\n')[0];
        if (Setting != Faulty)
        {
            Assert.Equal(2, new Network([2, 3], seed: 1).Inputs);
            Assert.DoesNotContain("NO NETWORK", first);
            return;
        }

        string message = Assert.Throws<InvalidOperationException>(() => new Network([2, 3], seed: 1)).Message;
        Assert.Contains($"But it is \"{Faulty}\".", message);
        Assert.EndsWith($"; NO NETWORK CAN BE MADE: {message}", first);
        Assert.Contains($"{ForcedCaches.EnvironmentVariable}={Faulty}", Kernels.Describe());
    }

    /// <summary>The test passes in a process with the setting. So do the tests of committed bits, if they are wanted.</summary>
    private static async Task Passes(string setting, string test, bool bits = true)
    {
        string one = $"{typeof(CachesSettingTests).FullName}.{test}", all = $"{typeof(CommittedBitsTests).FullName}.*";
        (int exit, string output) = await OtherProcess.Run(
            bits ? [one, all] : [one], s_hang, (ForcedCaches.EnvironmentVariable, setting), ("FASTNN_WRITE_BITS", null));
        OtherProcess.AssertPassed(exit, output, bits ? 1 + Kernels.Supported.Count : 1);
    }
}
