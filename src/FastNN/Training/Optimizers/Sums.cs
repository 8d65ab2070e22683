using System.Runtime.CompilerServices;
using System.Runtime.Intrinsics;
using FastNN.Contract;
using V = System.Runtime.Intrinsics.Vector256<double>;

namespace FastNN.Optimizers;

/// <summary>
/// Sums over the parameters in double precision, in sixteen lanes (<see cref="VirtualLanes"/>): term k goes to lane k mod 16, in ascending
/// order of k. Then the lanes are folded in halves: 16 to 8 to 4 to 2 to 1. A product of two floats is exact in double precision.
/// </summary>
internal static unsafe class Sums
{
    /// <summary>Σ a_k·b_k.</summary>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    internal static double Dot(float* a, float* b, int count)
    {
        V sum0 = default, sum4 = default, sum8 = default, sum12 = default;
        int k = 0;
        for (; k <= count - VirtualLanes.Count; k += VirtualLanes.Count)
        {
            sum0 += Load(a + k) * Load(b + k);
            sum4 += Load(a + k + 4) * Load(b + k + 4);
            sum8 += Load(a + k + 8) * Load(b + k + 8);
            sum12 += Load(a + k + 12) * Load(b + k + 12);
        }

        Lanes lanes = default;
        var at = (double*)&lanes;
        sum0.Store(at);
        sum4.Store(at + 4);
        sum8.Store(at + 8);
        sum12.Store(at + 12);
        for (int lane = 0; k < count; k++, lane++) at[lane] += (double)a[k] * b[k];
        return Fold(at);
    }

    /// <summary>Σ |a_k|.</summary>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    internal static double Magnitudes(float* a, int count)
    {
        Lanes lanes = default;
        var at = (double*)&lanes;
        for (int k = 0; k < count; k++) at[k % VirtualLanes.Count] += MathF.Abs(a[k]);
        return Fold(at);
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static V Load(float* values) => Vector256.WidenLower(Vector128.Load(values).ToVector256Unsafe());

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static double Fold(double* lanes)
    {
        V four = Vector256.Load(lanes) + Vector256.Load(lanes + 8) + (Vector256.Load(lanes + 4) + Vector256.Load(lanes + 12));
        Vector128<double> two = four.GetLower() + four.GetUpper();
        return two.ToScalar() + two.GetUpper().ToScalar();
    }

    /// <summary>A struct and not stackalloc, see <see cref="VirtualLanes.Memory"/>.</summary>
    [InlineArray(VirtualLanes.Count)]
    private struct Lanes
    {
        private double _first;
    }
}
