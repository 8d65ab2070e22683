using FastNN.Hardware;
using Xunit;

namespace FastNN.Tests.Hardware;

/// <summary>Sizes as people and Linux write them.</summary>
public class ByteSizeTests
{
    [Theory]
    [InlineData("64", 64)]
    [InlineData("48K", 48 << 10)]
    [InlineData("48k", 48 << 10)]
    [InlineData("1024K\n", 1 << 20)]
    [InlineData("32M", 32 << 20)]
    [InlineData(" 32 m ", 32 << 20)]
    [InlineData("0", 0)]
    [InlineData("9223372036854775807", long.MaxValue)]
    [InlineData("8796093022207M", long.MaxValue - (1 << 20) + 1)]
    public void Sizes_are_read(string text, long bytes) => Assert.Equal(bytes, ByteSize.Parse(text));

    [Theory]
    [InlineData("")]
    [InlineData(" ")]
    [InlineData("K")]
    [InlineData("-1")]
    [InlineData("+1")]
    [InlineData("1.5M")]
    [InlineData("1,000")]
    [InlineData("1 000")]
    [InlineData("0x10")]
    [InlineData("32KB")]
    [InlineData("32KK")]
    [InlineData("32G")]
    [InlineData("9223372036854775808")]
    [InlineData("8796093022208M")]
    public void Other_texts_are_no_size(string text) => Assert.Null(ByteSize.Parse(text));

    [Theory]
    [InlineData(64, "64 bytes")]
    [InlineData(1025, "1025 bytes")]
    [InlineData(48 << 10, "48 KiB")]
    [InlineData(1280 << 10, "1280 KiB")]
    [InlineData(1 << 20, "1 MiB")]
    public void Words_have_the_largest_unit_that_fits(long bytes, string words) => Assert.Equal(words, ByteSize.InWords(bytes));
}
