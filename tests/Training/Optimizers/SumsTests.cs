using FastNN.Optimizers;
using Xunit;

namespace FastNN.Tests.Optimizers;

/// <summary>Sums in sixteen lanes are compared with plain loops, bit for bit.</summary>
public unsafe class SumsTests
{
    [Fact]
    public void Terms_go_to_sixteen_lanes_and_these_are_folded_in_halves()
    {
        var supply = new Supply(Numbers.Ordinary);
        foreach (int count in Cases.Lengths)
        {
            Guarded a = supply.Next(count), b = supply.Next(count);
            double[] products = new double[16], magnitudes = new double[16];
            for (int k = 0; k < count; k++)
            {
                products[k % 16] += (double)a.Span[k] * b.Span[k];
                magnitudes[k % 16] += Math.Abs(a.Span[k]);
            }

            fixed (float* pa = a.Span, pb = b.Span)
            {
                Assert.Equal(Fold(products), Sums.Dot(pa, pb, count));
                Assert.Equal(Fold(magnitudes), Sums.Magnitudes(pa, count));
            }
        }
    }

    private static double Fold(double[] lanes) =>
        lanes.Length == 1 ? lanes[0] : Fold([.. lanes[..(lanes.Length / 2)].Zip(lanes[(lanes.Length / 2)..], (low, high) => low + high)]);
}
