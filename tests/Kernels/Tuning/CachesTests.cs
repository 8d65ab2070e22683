using FastNN.Hardware;
using FastNN.Tuning;
using Xunit;

namespace FastNN.Tests.Tuning;

/// <summary>Which sizes routes count with, if somebody says these. Sizes are in KiB.</summary>
public class CachesTests
{
    private const long KiB = 1024;

    [Theory]
    [InlineData(48, 1024, 32768, 48, 1024, 32768)] // a Zen 5
    [InlineData(128, 12288, 0, 128, 12288, 12288)] // an M1: no L3, so L2 is the last
    [InlineData(16, 128, 256, 16, 128, 256)]
    [InlineData(512, 131072, 2097152, 512, 131072, 2097152)]
    [InlineData(32, 1024, 768, 32, 1024, 1024)] // the L3 holds nothing that L2 does not
    public void Sizes_of_processors_count(long l1, long l2, long l3, long l1Counts, long l2Counts, long l3Counts) =>
        Assert.Equal(Of(l1Counts, l2Counts, l3Counts), Caches.Of(new CacheSizes(l1 * KiB, l2 * KiB, l3 * KiB, 64)));

    [Theory]
    [InlineData(0, 0, 0, 32, 512, 8192)] // nobody says anything
    [InlineData(0, 0, 16384, 32, 512, 16384)]
    [InlineData(0, 1024, 0, 32, 1024, 1024)]
    [InlineData(15, 1024, 0, 32, 1024, 1024)]
    [InlineData(513, 1024, 0, 32, 1024, 1024)]
    [InlineData(48, 0, 0, 48, 512, 512)]
    [InlineData(48, 127, 0, 48, 512, 512)]
    [InlineData(48, 131073, 0, 48, 512, 512)]
    [InlineData(48, 1024, 2097153, 48, 1024, 8192)]
    [InlineData(48, 16384, 2097153, 48, 16384, 16384)]
    [InlineData(512, 128, 0, 512, 512, 512)]
    [InlineData(-1, -1, -1, 32, 512, 8192)]
    [InlineData(long.MaxValue / KiB, long.MaxValue / KiB, long.MaxValue / KiB, 32, 512, 8192)]
    public void Other_sizes_are_the_usual_ones(long l1, long l2, long l3, long l1Counts, long l2Counts, long l3Counts) =>
        Assert.Equal(Of(l1Counts, l2Counts, l3Counts), Caches.Of(new CacheSizes(l1 * KiB, l2 * KiB, l3 * KiB, 64)));

    [Theory]
    [InlineData(0, 64)]
    [InlineData(8, 64)]
    [InlineData(16, 16)]
    [InlineData(48, 64)]
    [InlineData(128, 128)]
    [InlineData(256, 256)]
    [InlineData(512, 64)]
    [InlineData(-64, 64)]
    public void A_line_is_a_power_of_two(long line, int counts) =>
        Assert.Equal(counts, Caches.Of(new CacheSizes(32 * KiB, 512 * KiB, 0, line)).Line);

    [Fact]
    public void They_count_floats()
    {
        Caches caches = Caches.OfBytes(32 * KiB, 1024 * KiB, Caches.MostBytes);
        Assert.Equal((8 * 1024, 256 * 1024, 512 * 1024 * 1024), (caches.L1, caches.L2, caches.L3));
    }

    [Fact]
    public void Words_name_each_level()
    {
        Assert.Equal("L1d 48 KiB, L2 1 MiB, L3 32 MiB, line 64 bytes", $"{Of(48, 1024, 32768)}");
        Assert.Equal("L1d 128 KiB, L2 12 MiB, no L3, line 128 bytes", $"{Of(128, 12288, 0) with { Line = 128 }}");
        Assert.EndsWith("L3 2048 MiB, line 64 bytes", $"{Caches.OfBytes(32 * KiB, 512 * KiB, Caches.MostBytes)}");
    }

    private static Caches Of(long l1, long l2, long l3) => Caches.OfBytes(l1 * KiB, l2 * KiB, l3 * KiB);
}
