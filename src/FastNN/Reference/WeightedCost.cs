using FastNN.Contract;

namespace FastNN.Reference;

/// <summary>
/// C = Σ_i w_i·c(a_i, y_i) over the outputs of a weight above 0. The specification of the kernels <c>Sample.WeightedCost</c> and
/// <c>Batch.TileWeightedCost</c>.
/// </summary>
internal static unsafe class WeightedCost
{
    internal static float Compute<C>(C cost, float* a, float* y, float* w, int count)
        where C : struct, ICost
    {
        float* lanes = stackalloc float[VirtualLanes.Count];
        for (int i = 0; i < count; i++)
        {
            if (!(w[i] > 0f)) continue;

            float p = cost.Factors(a[i], y[i], out float q);
            lanes[i % VirtualLanes.Count] = MathF.FusedMultiplyAdd(w[i] * p, q, lanes[i % VirtualLanes.Count]);
        }

        return OutputDelta.Fold(lanes);
    }
}
