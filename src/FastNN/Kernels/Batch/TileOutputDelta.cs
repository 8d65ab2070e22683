using System.Runtime.CompilerServices;
using FastNN.Contract;
using FastNN.Sample;
using FastNN.Simd;

namespace FastNN.Batch;

/// <summary>
/// The output layer of a tile of samples [neurons][tile]: δ_i = ∂c/∂a(a_i, y_i)·f′(z_i) takes the place of a_i, and each sample's cost C = Σ_i c(a_i, y_i)
/// is summed as <see cref="OutputDelta"/> sums it: i in lane i mod 16, here a row, and the rows folded.
/// </summary>
internal static unsafe class TileOutputDelta
{
    /// <param name="a">Outputs, a tile; becomes δ.</param>
    /// <param name="kept">What f′ is taken from, a tile.</param>
    /// <param name="y">Targets, a tile.</param>
    /// <param name="outputs">Rows of both.</param>
    /// <param name="tile">Floats in a row, whole vectors.</param>
    /// <param name="costs">Room for sixteen rows, the first of which receives the costs.</param>
    [MethodImpl(MethodImplOptions.NoInlining)]
    internal static void Compute<S, V, A, C>(float* a, float* kept, float* y, int outputs, nint tile, float* costs)
        where S : struct, ISimd<V>
        where V : struct
        where A : struct, IActivation
        where C : struct, ICost
    {
        for (nint s = 0; s < tile; s += S.Count)
        {
            for (int i = 0; i < outputs; i++)
            {
                float* ai = a + i * tile + s, lane = costs + i % VirtualLanes.Count * tile + s;
                V output = S.Load(ai), target = S.Load(y + i * tile + s), slope = A.Slope<S, V>(A.KeepsSlope ? S.Load(kept + i * tile + s) : output);
                S.Store(C.Add<S, V>(output, target, i < VirtualLanes.Count ? S.Broadcast(0f) : S.Load(lane)), lane);
                S.Store(S.Multiply(C.Slope<S, V>(output, target), slope), ai);
            }

            Fold<S, V>(costs + s, Math.Min(outputs, VirtualLanes.Count), tile);
        }
    }

    /// <summary>The rows that sums have been made in, at most sixteen, folded in halves into the first. A row without a term would add +0, which changes no sum of terms from +0 on.</summary>
    internal static void Fold<S, V>(float* rows, int count, nint tile)
        where S : struct, ISimd<V>
        where V : struct
    {
        for (int half = VirtualLanes.Count / 2; half > 0; half /= 2)
        {
            for (int k = half; k < count; k++)
            {
                float* row = rows + (k - half) * tile;
                S.Store(S.Add(S.Load(row), S.Load(rows + k * tile)), row);
            }

            count = Math.Min(count, half);
        }
    }
}
