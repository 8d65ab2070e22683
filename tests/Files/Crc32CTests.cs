using FastNN.Files;
using Xunit;

namespace FastNN.Tests.Files;

/// <summary>
/// The checksum of files has the published values. It agrees with a computation bit by bit, for every length and however the data come.
/// </summary>
public class Crc32CTests
{
    /// <summary>RFC 3720, appendix B.4, and the usual check value.</summary>
    [Fact]
    public void Published_values_come_out()
    {
        Assert.Equal(0x8A9136AAu, Of(new byte[32]));
        Assert.Equal(0x62A8AB43u, Of([.. Enumerable.Repeat((byte)0xFF, 32)]));
        Assert.Equal(0x46DD794Eu, Of([.. Enumerable.Range(0, 32).Select(k => (byte)k)]));
        Assert.Equal(0xE3069283u, Of("123456789"u8));
    }

    [Fact]
    public void Every_length_and_every_cut_gives_that_of_the_bits_one_by_one()
    {
        byte[] bytes = new byte[60_000];
        var random = new Random(1);
        random.NextBytes(bytes);
        foreach (int length in (int[])[0, 1, 7, 8, 9, 4095, 4096, 12_287, 12_288, 12_289, 24_576, 36_863, 49_153, 60_000])
        {
            uint expected = uint.MaxValue;
            foreach (byte value in bytes.AsSpan(0, length))
            {
                expected ^= value;
                for (int bit = 0; bit < 8; bit++) expected = (expected >> 1) ^ ((expected & 1) * 0x82F63B78);
            }

            var whole = new Crc32C();
            whole.Append(bytes.AsSpan(0, length));
            Assert.Equal(~expected, whole.Value);

            var parts = new Crc32C();
            for (int done = 0, part; done < length; done += part)
            {
                part = Math.Min(random.Next(1, 30_000), length - done);
                parts.Append(bytes.AsSpan(done, part));
            }

            Assert.Equal(~expected, parts.Value);
        }
    }

    private static uint Of(ReadOnlySpan<byte> bytes)
    {
        var checksum = new Crc32C();
        checksum.Append(bytes);
        return checksum.Value;
    }
}
