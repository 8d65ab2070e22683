using FastNN.Hardware;
using Xunit;

namespace FastNN.Tests.Hardware;

/// <summary>What processors have in their registers, read as sizes.</summary>
public class CpuIdCachesTests
{
    private const uint IntelLeaf = 4, AmdLeaf = 0x8000001D, HighestExtendedLeaf = 0x80000000;

    /// <summary>Of a Skylake: 32 KiB for data, as much for instructions, 256 KiB, 8 MiB.</summary>
    private static readonly (int, int, int, int)[] s_skylake =
    [
        (0x1C004121, 0x01C0003F, 0x3F, 0), (0x1C004122, 0x01C0003F, 0x3F, 0), (0x1C004143, 0x00C0003F, 0x3FF, 0),
        (0x1C03C163, 0x03C0003F, 0x1FFF, 6),
    ];

    /// <summary>Of a Zen 5: 48 KiB for data, 32 KiB for instructions, 1 MiB, 32 MiB.</summary>
    private static readonly (int, int, int, int)[] s_zen5 =
    [
        (0x121, 0x02C0003F, 0x3F, 0), (0x122, 0x01C0003F, 0x3F, 0), (0x143, 0x03C0003F, 0x3FF, 2), (0x4163, 0x03C0003F, 0x7FFF, 1),
    ];

    [Fact]
    public void Intel_has_leaf_4() => Assert.Equal(
        new CacheSizes(32 << 10, 256 << 10, 8 << 20, 64), CpuIdCaches.Read(Processor(highest: 0x16, IntelLeaf, s_skylake)));

    [Fact]
    public void Amd_has_a_leaf_of_its_own_and_nothing_in_leaf_4() => Assert.Equal(
        new CacheSizes(48 << 10, 1 << 20, 32 << 20, 64), CpuIdCaches.Read(Processor(highest: 0x1C, AmdLeaf, s_zen5)));

    [Fact]
    public void Caches_of_instructions_do_not_count() => Assert.Equal(
        new CacheSizes(48 << 10, 0, 0, 64), CpuIdCaches.Read(Processor(highest: 0x1C, AmdLeaf, [s_zen5[1], s_zen5[0]])));

    [Fact]
    public void Without_the_leaves_nothing_is_known()
    {
        Assert.Equal(default, CpuIdCaches.Read((_, _) => default));
        Assert.Equal(default, CpuIdCaches.Read(Processor(highest: 3, IntelLeaf, s_skylake))); // such as after a limit in the BIOS
        Assert.Equal(default, CpuIdCaches.Read(Processor(highest: 3, AmdLeaf, s_zen5, highestExtended: AmdLeaf - 1)));
        Assert.False(default(CacheSizes).AreKnown);
    }

    [Fact]
    public void A_level_that_is_not_there_is_0()
    {
        CacheSizes known = CpuIdCaches.Read(Processor(highest: 0x16, IntelLeaf, s_skylake[..3]));
        Assert.Equal(new CacheSizes(32 << 10, 256 << 10, 0, 64), known);
        Assert.True(known.AreKnown);
    }

    /// <summary>A virtual machine may answer without an end, and with the largest numbers.</summary>
    [Fact]
    public void It_ends_and_does_not_overflow()
    {
        int calls = 0;
        CacheSizes known = CpuIdCaches.Read((leaf, _) =>
        {
            calls++;
            return leaf == 0 ? (0x16, 0, 0, 0) : (0x41, -1, -1, 0); // data, level 2
        });
        Assert.InRange(calls, 1, 100);
        Assert.Equal(new CacheSizes(0, long.MaxValue, 0, 4096), known);
    }

    private static Func<uint, int, (int, int, int, int)> Processor(
        int highest, uint leaf, (int, int, int, int)[] caches, uint highestExtended = 0x80000021) => (asked, number) =>
            asked == 0 ? (highest, 0, 0, 0)
            : asked == HighestExtendedLeaf ? ((int)highestExtended, 0, 0, 0)
            : asked == leaf && number < caches.Length ? caches[number]
            : default;
}
