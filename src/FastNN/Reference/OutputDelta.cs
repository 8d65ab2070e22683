using FastNN.Contract;

namespace FastNN.Reference;

/// <summary>δ_i = ∂c/∂a(a_i, y_i)·f′_i, and C = Σ_i c(a_i, y_i). The specification of the kernel <c>Sample.OutputDelta</c>.</summary>
internal static unsafe class OutputDelta
{
    internal static float Compute<A, C>(C cost, float* a, float* kept, float* y, float* delta, int count)
        where A : struct, IActivation
        where C : struct, ICost
    {
        float* lanes = stackalloc float[VirtualLanes.Count];
        for (int i = 0; i < count; i++)
        {
            float slope = A.Slope(A.KeepsSlope ? kept[i] : a[i]);
            float p = cost.Factors(a[i], y[i], out float q);
            lanes[i % VirtualLanes.Count] = MathF.FusedMultiplyAdd(p, q, lanes[i % VirtualLanes.Count]);
            delta[i] = cost.Slope(a[i], y[i]) * slope;
        }

        return Fold(lanes);
    }

    /// <summary>Folds sixteen lanes in halves: 16 → 8 → 4 → 2 → 1.</summary>
    internal static float Fold(float* lanes)
    {
        for (int half = VirtualLanes.Count / 2; half > 0; half /= 2)
        {
            for (int k = 0; k < half; k++) lanes[k] += lanes[k + half];
        }

        return lanes[0];
    }
}
