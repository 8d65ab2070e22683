using System.Runtime.Intrinsics;
using FastNN.Simd;
using Xunit;

namespace FastNN.Tests.Simd;

/// <summary>
/// What <see cref="Simd128"/> computes in another way on Arm64 than on x64. Kernels show the rest: they have the same bits everywhere.
/// </summary>
public unsafe class Simd128Tests
{
    private static readonly float[] s_numbers =
        [1e8f, 3f, -1e8f, 0.25f, 7e7f, -2f, 5e-3f, 1f, -1e-8f, 6e7f, -0f, 0f, 9f, 1e30f, -1e30f, 2f];

    [Theory]
    [InlineData(0)]
    [InlineData(1)]
    [InlineData(2)]
    [InlineData(3)]
    [InlineData(4)]
    public void Parts_are_loaded_and_the_rest_is_zero(int count)
    {
        var numbers = new Guarded(s_numbers.AsSpan(0, count));
        float[] expected = new float[4];
        s_numbers.AsSpan(0, count).CopyTo(expected);
        AssertSame(expected, Simd128.LoadParts(numbers.Pointer, count), $"{count} lanes by parts");
        AssertSame(expected, Simd128.LoadFirst(numbers.Pointer, Simd128.First(count)), $"{count} lanes by a mask");
    }

    [Fact]
    public void Factors_multiply_all_lanes_with_one_rounding()
    {
        Vector128<float> a = Vector128.Create(s_numbers), factors = Vector128.Create(s_numbers, 4), c = Vector128.Create(s_numbers, 8);
        float[] Expected(int lane) =>
            [.. Enumerable.Range(0, 4).Select(k => MathF.FusedMultiplyAdd(s_numbers[k], s_numbers[4 + lane], s_numbers[8 + k]))];

        AssertSame(Expected(2), Simd128.MultiplyAddFactor(a, Simd128.Factor(s_numbers[6]), c), "a factor");
        AssertSame(Expected(0), Simd128.MultiplyAddLane(a, factors, 0, c), "lane 0");
        AssertSame(Expected(1), Simd128.MultiplyAddLane(a, factors, 1, c), "lane 1");
        AssertSame(Expected(2), Simd128.MultiplyAddLane(a, factors, 2, c), "lane 2");
        AssertSame(Expected(3), Simd128.MultiplyAddLane(a, factors, 3, c), "lane 3");
        AssertSame(
            [.. Enumerable.Range(0, 4).Select(k => MathF.FusedMultiplyAdd(-s_numbers[k], s_numbers[4 + k], s_numbers[8 + k]))],
            Simd128.SubtractProduct(a, factors, c), "c − a·b");
    }

    /// <summary>Only the lowest four bits of an index count.</summary>
    [Fact]
    public void A_table_is_read_at_every_index()
    {
        int[] table = [.. Enumerable.Range(0, 16).Select(k => 0x01020304 * (k + 1) ^ k << 27)];
        fixed (int* start = table)
        {
            for (int k = 0; k < 16; k++)
            {
                var index = Vector128.Create(k, (k + 5) % 16 | 0x4B400000, 15 - k | int.MinValue, k ^ 3 | 0x10);
                AssertSame(
                    [.. Enumerable.Range(0, 4).Select(lane => BitConverter.Int32BitsToSingle(table[index[lane] & 15]))],
                    Simd128.Lookup16(start, index.AsSingle()), $"index {k}");
            }
        }
    }

    /// <summary>Another order gives another sum of these numbers.</summary>
    [Fact]
    public void Lanes_are_summed_in_the_promised_order()
    {
        Vector128<float>[] v = [.. Enumerable.Range(0, 4).Select(k => Vector128.Create(s_numbers, 4 * k))];
        float[] expected = [.. v.Select(x => x[0] + x[2] + (x[1] + x[3]))];
        AssertSame(expected, Simd128.SumEach(v[0], v[1], v[2], v[3]), "four sums");
        Cases.AssertSameBits(expected[1], Simd128.Sum(v[1]), "one sum");
        Assert.Equal(1e30f, Simd128.Largest(v[3]));
    }

    [Fact]
    public void Lanes_of_two_vectors_alternate()
    {
        Vector128<float> a = Vector128.Create(0f, 1f, 2f, 3f), b = Vector128.Create(4f, 5f, 6f, 7f);
        AssertSame([0, 4, 1, 5], Simd128.UnpackLow(a, b), "the lower lanes");
        AssertSame([2, 6, 3, 7], Simd128.UnpackHigh(a, b), "the upper lanes");
        AssertSame([0, 1, 4, 5], Simd128.UnpackLowPairs(a, b), "the lower pairs");
        AssertSame([2, 3, 6, 7], Simd128.UnpackHighPairs(a, b), "the upper pairs");
    }

    private static void AssertSame(float[] expected, Vector128<float> actual, string what)
    {
        var lanes = new float[4];
        actual.CopyTo(lanes);
        Cases.AssertSameBits(expected, lanes, what);
    }
}
