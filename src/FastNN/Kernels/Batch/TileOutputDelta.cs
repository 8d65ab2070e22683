using System.Runtime.CompilerServices;
using FastNN.Contract;
using FastNN.Sample;
using FastNN.Simd;

namespace FastNN.Batch;

/// <summary>
/// The output layer of a tile of samples, [neurons][tile]: δ_i = ∂c/∂a(a_i, y_i)·f′(z_i) replaces a_i. The cost C = Σ_i c(a_i, y_i) of each
/// sample is summed in the order of <see cref="OutputDelta"/>: i is in lane i mod 16. Here a lane is a row. Then the rows are folded.
/// </summary>
internal static unsafe class TileOutputDelta
{
    /// <param name="cost">The function c.</param>
    /// <param name="a">Outputs, a tile. It becomes δ.</param>
    /// <param name="kept">A tile from which f′ is computed.</param>
    /// <param name="y">Targets, a tile.</param>
    /// <param name="outputs">Rows of these tiles.</param>
    /// <param name="tile">Floats in a row, whole vectors.</param>
    /// <param name="costs">Memory for sixteen rows. The first row receives the costs.</param>
    [MethodImpl(MethodImplOptions.NoInlining | MethodImplOptions.AggressiveOptimization)]
    internal static void Compute<S, V, A, C>(C cost, float* a, float* kept, float* y, int outputs, nint tile, float* costs)
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
                V output = S.Load(ai), target = S.Load(y + i * tile + s);
                V slope = A.Slope<S, V>(A.KeepsSlope ? S.Load(kept + i * tile + s) : output);
                V p = cost.Factors<S, V>(output, target, out V q);
                S.Store(S.MultiplyAdd(p, q, i < VirtualLanes.Count ? S.Broadcast(0f) : S.Load(lane)), lane);
                S.Store(S.Multiply(cost.Slope<S, V>(output, target), slope), ai);
            }

            Fold<S, V>(costs + s, Math.Min(outputs, VirtualLanes.Count), tile);
        }
    }

    /// <summary>
    /// Folds the rows of sums, at most sixteen, in halves into the first row. A row without a term would add +0. That changes no sum that
    /// starts from +0.
    /// </summary>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
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
