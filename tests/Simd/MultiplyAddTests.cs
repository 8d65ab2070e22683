using System.Runtime.Intrinsics;
using FastNN.Simd;
using Xunit;

namespace FastNN.Tests.Simd;

/// <summary>
/// The multiply-add for processors that have none rounds once. Double precision alone would round twice and give other results.
/// </summary>
public class MultiplyAddTests
{
    private const int Quads = 200_000;

    [Fact]
    public void Sums_beside_a_tie_of_floats_are_rounded_once()
    {
        // a·b is a bit less than half a unit in the last place of c. It lacks up to m² = 600² parts in 2⁴⁶ of it. Beside c that is less
        // than 1.4 last places of a double.
        var random = new Random(1);
        int twice = 0;
        for (int k = 0; k < Quads; k++)
        {
            float[] a = new float[4], b = new float[4], c = new float[4];
            for (int lane = 0; lane < 4; lane++)
            {
                int exponent = random.Next(-60, 60);
                c[lane] = MathF.ScaleB(1f + random.Next(1 << 23) * MathF.ScaleB(1f, -23), exponent) * Sign(random);
                float m = random.Next(1, 600) * MathF.ScaleB(1f, -23);
                a[lane] = MathF.ScaleB(1f + m, exponent - 12) * Sign(random);
                b[lane] = MathF.ScaleB(1f - m, -12);
                if ((float)((double)a[lane] * b[lane] + c[lane]) != MathF.FusedMultiplyAdd(a[lane], b[lane], c[lane])) twice++;
            }

            AssertSame(a, b, c);
        }

        Assert.InRange(twice, Quads / 2, 4 * Quads); // double precision alone is wrong often
    }

    [Fact]
    public void All_bit_patterns_are_rounded_once()
    {
        var random = new Random(2);
        float[] special = [0f, -0f, 1f, -1f, float.Epsilon, -float.Epsilon, float.MaxValue, float.MinValue, 1f / 0f, -1f / 0f, float.NaN];
        for (int k = 0; k < Quads; k++)
        {
            float[] a = Draw(), b = Draw(), c = Draw();
            AssertSame(a, b, c);
        }

        float[] Draw() =>
            [.. Enumerable.Range(0, 4).Select(_ => random.Next(4) == 0
                ? special[random.Next(special.Length)] : BitConverter.Int32BitsToSingle((int)random.NextInt64(1L << 32)))];
    }

    private static int Sign(Random random) => 1 - 2 * random.Next(2);

    private static void AssertSame(float[] a, float[] b, float[] c)
    {
        float[] expected = new float[4], actual = new float[4];
        for (int lane = 0; lane < 4; lane++) expected[lane] = MathF.FusedMultiplyAdd(a[lane], b[lane], c[lane]);
        Simd128.MultiplyAddInDouble(Vector128.Create(a), Vector128.Create(b), Vector128.Create(c)).CopyTo(actual);
        Cases.AssertSameBits(expected, actual, "a·b + c");
    }
}
