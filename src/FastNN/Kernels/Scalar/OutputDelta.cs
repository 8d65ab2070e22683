using FastNN.Vectorised;

namespace FastNN.Scalar;

/// <summary>δ_i = 2(a_i − y_i)·a_i(1 − a_i), and C = Σ_i (a_i − y_i)². The specification of <see cref="Vectorised.OutputDelta"/>.</summary>
internal static unsafe class OutputDelta
{
    internal static float Run(float* a, float* y, float* delta, int count)
    {
        float* lanes = stackalloc float[Padding.Lanes];
        for (int i = 0; i < count; i++)
        {
            float error = a[i] - y[i];
            lanes[i % Padding.Lanes] = MathF.FusedMultiplyAdd(error, error, lanes[i % Padding.Lanes]);
            delta[i] = (error + error) * (a[i] * (1f - a[i]));
        }

        return Fold(lanes);
    }

    /// <summary>Sixteen lanes folded in halves: 16 → 8 → 4 → 2 → 1.</summary>
    internal static float Fold(float* lanes)
    {
        for (int half = Padding.Lanes / 2; half > 0; half /= 2)
        {
            for (int k = 0; k < half; k++) lanes[k] += lanes[k + half];
        }

        return lanes[0];
    }
}
