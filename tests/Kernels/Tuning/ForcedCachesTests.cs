using FastNN.Hardware;
using FastNN.Tuning;
using Xunit;

namespace FastNN.Tests.Tuning;

/// <summary>Sizes of caches that somebody sets. The machine has 48 KiB, 1 MiB and 32 MiB.</summary>
public class ForcedCachesTests
{
    private const int KiB = 1024, MiB = 1024 * KiB;

    private static readonly CacheSizes s_said = new(48 * KiB, MiB, 32 * MiB, 64);

    [Theory]
    [InlineData(null, 0, 48 * KiB, MiB, 32 * MiB)]
    [InlineData("", 0, 48 * KiB, MiB, 32 * MiB)]
    [InlineData(" ", 0, 48 * KiB, MiB, 32 * MiB)]
    [InlineData("32K", 1, 32 * KiB, MiB, 32 * MiB)]
    [InlineData("32k,512k", 2, 32 * KiB, 512 * KiB, 32 * MiB)]
    [InlineData("32K,512K,16M", 3, 32 * KiB, 512 * KiB, 16 * MiB)]
    [InlineData(" 32 K , 524288 ,\t16m ", 3, 32 * KiB, 512 * KiB, 16 * MiB)]
    [InlineData("1K,1K,1K", 3, KiB, KiB, KiB)]
    [InlineData("64M,64M,1024M", 3, 64 * MiB, 64 * MiB, 1024 * MiB)]
    public void One_to_three_sizes_are_read(string? text, int levels, int l1, int l2, int l3)
    {
        Caches measured = Caches.Of(in s_said) with { Line = 128 };
        Assert.Equal(Caches.OfBytes(l1, l2, l3, 128), ForcedCaches.Parse(text, in measured, out int set));
        Assert.Equal(levels, set);
    }

    [Theory]
    [InlineData("much")]
    [InlineData(",")]
    [InlineData("32K,")]
    [InlineData(",512K,16M")]
    [InlineData("32K;512K;16M")]
    [InlineData("32K,512K,16M,64")]
    [InlineData("0")]
    [InlineData("32K,0")]
    [InlineData("-32K")]
    [InlineData("1023")]
    [InlineData("32K,512K,2049M")]
    [InlineData("32K,512K,9223372036854775807")]
    [InlineData("32K,512K,9223372036854775807M")]
    [InlineData("32K,512K,99999999999999999999")]
    [InlineData("64K,32K")]
    [InlineData("32K,16M,512K")]
    public void A_fault_names_the_variable_its_value_and_what_is_expected(string text)
    {
        string message = Assert.Throws<InvalidOperationException>(() => ForcedCaches.Parse(text, Caches.Of(in s_said), out _)).Message;
        Assert.StartsWith("FASTNN_CACHES must hold one to three sizes from 1K to 2048M, ", message);
        Assert.Contains($"such as \"32K,512K,16M\". But it is \"{text}\".", message);
    }

    [Fact]
    public void A_size_above_the_next_level_of_the_machine_is_a_fault_that_names_the_machine()
    {
        string message = Assert.Throws<InvalidOperationException>(() => ForcedCaches.Parse("2M", Caches.Of(in s_said), out _)).Message;
        Assert.EndsWith($"But it is \"2M\". Levels that it does not set stay as this machine has them: {Caches.Of(in s_said)}.", message);
        Assert.Throws<InvalidOperationException>(() => ForcedCaches.Parse("2M,33M", Caches.Of(in s_said), out _));
    }

    [Fact]
    public void Without_an_L3_it_stays_away()
    {
        Caches noL3 = Caches.Of(s_said with { L3 = 0 });
        Assert.Equal(Caches.OfBytes(32 * KiB, 512 * KiB), ForcedCaches.Parse("32K,512K", in noL3, out _));
        Assert.Equal(Caches.OfBytes(32 * KiB, 64 * MiB), ForcedCaches.Parse("32K,64M", in noL3, out _));
        Assert.Equal(Caches.OfBytes(32 * KiB, 512 * KiB, 16 * MiB), ForcedCaches.Parse("32K,512K,16M", in noL3, out _));
    }

    [Theory]
    [InlineData(48, 1024, 32768, null, "measured")]
    [InlineData(48, 1024, 0, null, "measured")]
    [InlineData(0, 0, 0, null, "L1d, L2, L3 assumed; line measured")]
    [InlineData(48, 1024, 3 << 20, null, "L1d, L2, line measured; L3 assumed")]
    [InlineData(48, 1024, 32768, "48K", "L1d set by FASTNN_CACHES; L2, L3, line measured")]
    [InlineData(48, 0, 0, "32K,512K", "L1d, L2 set by FASTNN_CACHES; line measured")]
    [InlineData(48, 1024, 32768, "32K,512K,16M", "L1d, L2, L3 set by FASTNN_CACHES; line measured")]
    [InlineData(48, 1024, 32768, "48Q", "measured")]
    public void It_is_known_who_says_a_size(int l1, int l2, int l3, string? setting, string origin)
    {
        var known = KnownCaches.From(new CacheSizes((long)l1 * KiB, (long)l2 * KiB, (long)l3 * KiB, 64), "measured", setting);
        Assert.Equal(origin, known.Origin);
        Assert.Equal(setting == "48Q", known.Fault is not null);
    }

    [Fact]
    public void With_nothing_said_all_is_assumed() => Assert.Equal("assumed", KnownCaches.From(default, "measured", null).Origin);

    [Fact]
    public void A_setting_with_a_fault_counts_for_nothing() =>
        Assert.Equal(Caches.Of(in s_said), KnownCaches.From(in s_said, "measured", "4K,2K").Caches);
}
