using System.Runtime.CompilerServices;
using FastNN.Contract;
using FastNN.Sample;
using FastNN.Simd;

namespace FastNN.Batch;

/// <summary>
/// The costs of a tile of samples [neurons][tile] with a weight for each output: <see cref="WeightedCost"/>, with a row in place of a lane.
/// </summary>
internal static unsafe class TileWeightedCost
{
    /// <param name="of">The function c.</param>
    /// <param name="a">Outputs, a tile.</param>
    /// <param name="y">Targets, a tile.</param>
    /// <param name="w">Weights, a tile.</param>
    /// <param name="outputs">Rows of these tiles.</param>
    /// <param name="tile">Floats in a row, whole vectors.</param>
    /// <param name="costs">Memory for sixteen rows. The first row receives the costs.</param>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    internal static void Compute<S, V, C>(C of, float* a, float* y, float* w, int outputs, nint tile, float* costs)
        where S : struct, ISimd<V>
        where V : struct
        where C : struct, ICost
    {
        for (nint s = 0; s < tile; s += S.Count)
        {
            for (int i = 0; i < outputs; i++)
            {
                float* lane = costs + i % VirtualLanes.Count * tile + s;
                nint at = i * tile + s;
                V sum = i < VirtualLanes.Count ? S.Broadcast(0f) : S.Load(lane);
                S.Store(WeightedCost.Add<S, V, C>(of, S.Load(a + at), S.Load(y + at), S.Load(w + at), sum), lane);
            }

            TileOutputDelta.Fold<S, V>(costs + s, Math.Min(outputs, VirtualLanes.Count), tile);
        }
    }
}
