using FastNN.Plumbing;
using Xunit;

namespace FastNN.Tests.Plumbing;

/// <summary>Buffers know whether all their numbers are finite.</summary>
public class AlignedBufferTests
{
    /// <summary>Lengths around one and two vectors of each width.</summary>
    public static TheoryData<int> Lengths => [.. Enumerable.Range(1, 70), 1000, 1023];

    [Theory]
    [MemberData(nameof(Lengths))]
    public void One_number_that_is_not_finite_is_seen_at_each_place(int length)
    {
        var buffer = new AlignedBuffer(length);
        Assert.True(buffer.IsFinite);
        for (int k = 0; k < length; k++)
        {
            foreach (float wrong in (float[])[float.NaN, -float.NaN, float.PositiveInfinity, float.NegativeInfinity])
            {
                buffer.Span[k] = wrong;
                Assert.False(buffer.IsFinite);
            }

            buffer.Span[k] = (k % 5) switch { 0 => float.MaxValue, 1 => float.MinValue, 2 => -0f, 3 => float.Epsilon, _ => 1f };
            Assert.True(buffer.IsFinite);
        }
    }

    [Theory]
    [MemberData(nameof(Lengths))]
    public unsafe void What_is_behind_the_last_number_does_not_count(int length)
    {
        var buffer = new AlignedBuffer(length);
        for (int k = 0; k < 16; k++) buffer.Pointer[length + k] = float.NaN;
        Assert.True(buffer.IsFinite);
    }
}
