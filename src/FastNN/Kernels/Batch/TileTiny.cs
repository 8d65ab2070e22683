using System.Runtime.CompilerServices;
using FastNN.Contract;
using FastNN.Simd;

namespace FastNN.Batch;

/// <summary>
/// z_i = b_i + Σ_j w_ij·a_j for a layer with at most four inputs and four outputs, on a tile of samples [neurons][lanes]. The inputs for
/// one vector of samples are all in registers. Here a tile may have any number of vectors: the more it has, the less a layer waits for the
/// one before.
/// </summary>
internal static unsafe class TileTiny
{
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    internal static void Forward<S, V>(in LayerShape layer, float* parameters, float* a, float* z, nint lanes)
        where S : struct, ISimd<V>
        where V : struct
    {
        float* w = parameters + layer.Weights, b = parameters + layer.Biases;
        for (nint s = 0; s < lanes; s += S.Count)
        {
            float* from = a + s, to = z + s;
            V a0 = S.Load(from), a1 = a0, a2 = a0, a3 = a0;
            if (layer.Inputs > 1) a1 = S.Load(from + lanes);
            if (layer.Inputs > 2) a2 = S.Load(from + 2 * lanes);
            if (layer.Inputs > 3) a3 = S.Load(from + 3 * lanes);
            S.Store(Sum<S, V>(in layer, w, b, a0, a1, a2, a3), to);
            if (layer.Outputs > 1) S.Store(Sum<S, V>(in layer, w + 1, b + 1, a0, a1, a2, a3), to + lanes);
            if (layer.Outputs > 2) S.Store(Sum<S, V>(in layer, w + 2, b + 2, a0, a1, a2, a3), to + 2 * lanes);
            if (layer.Outputs > 3) S.Store(Sum<S, V>(in layer, w + 3, b + 3, a0, a1, a2, a3), to + 3 * lanes);
        }
    }

    /// <summary>z = b + Σ_j w_j·a_j.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static V Sum<S, V>(in LayerShape layer, float* w, float* b, V a0, V a1, V a2, V a3)
        where S : struct, ISimd<V>
        where V : struct
    {
        nint row = layer.Outputs;
        V z = S.MultiplyAdd(S.Broadcast(*w), a0, S.Broadcast(*b));
        if (layer.Inputs > 1) z = S.MultiplyAddFactor(a1, S.Factor(w[row]), z);
        if (layer.Inputs > 2) z = S.MultiplyAddFactor(a2, S.Factor(w[2 * row]), z);
        if (layer.Inputs > 3) z = S.MultiplyAddFactor(a3, S.Factor(w[3 * row]), z);
        return z;
    }
}
