using System.Runtime.CompilerServices;
using FastNN.Activations;
using FastNN.Simd;

namespace FastNN.Vectorised;

/// <summary>
/// A tile of samples [neurons][lanes] through all layers of a network none of which is wider than four: a layer at a time, whose activations
/// for one vector of samples are all in registers, so that the vectors of a tile overlap. By way of the kernels for any width, 2-4-3-2 takes
/// 1.3 times as long.
/// </summary>
internal static unsafe class TileTinyForward
{
    /// <param name="layers">The layers.</param>
    /// <param name="parameters">Of the network.</param>
    /// <param name="tile">The inputs of all layers, those of the first given.</param>
    /// <param name="lanes">Of the tile, whole vectors.</param>
    /// <param name="output">Receives the outputs of the last layer, a tile.</param>
    [MethodImpl(MethodImplOptions.NoInlining)]
    internal static void Run<S, V>(LayerShape[] layers, float* parameters, float* tile, nint lanes, float* output)
        where S : struct, ISimd<V>
        where V : struct
    {
        for (int l = 0; l < layers.Length; l++)
        {
            ref readonly LayerShape layer = ref layers[l];
            float* w = parameters + layer.Weights, b = parameters + layer.Biases, a = tile + layer.InputRows * lanes;
            float* y = l + 1 < layers.Length ? tile + layers[l + 1].InputRows * lanes : output;
            for (float* end = a + lanes; a < end; a += S.Count, y += S.Count)
            {
                V a0 = S.Load(a), a1 = a0, a2 = a0, a3 = a0;
                if (layer.Inputs > 1) a1 = S.Load(a + lanes);
                if (layer.Inputs > 2) a2 = S.Load(a + 2 * lanes);
                if (layer.Inputs > 3) a3 = S.Load(a + 3 * lanes);
                V z0 = Sum<S, V>(in layer, w, b, a0, a1, a2, a3), z1 = z0, z2 = z0, z3 = z0;
                if (layer.Outputs > 1) z1 = Sum<S, V>(in layer, w + 1, b + 1, a0, a1, a2, a3);
                if (layer.Outputs > 2) z2 = Sum<S, V>(in layer, w + 2, b + 2, a0, a1, a2, a3);
                if (layer.Outputs > 3) z3 = Sum<S, V>(in layer, w + 3, b + 3, a0, a1, a2, a3);
                S.Store(Sigmoid.Value<S, V>(z0), y);
                if (layer.Outputs > 1) S.Store(Sigmoid.Value<S, V>(z1), y + lanes);
                if (layer.Outputs > 2) S.Store(Sigmoid.Value<S, V>(z2), y + 2 * lanes);
                if (layer.Outputs > 3) S.Store(Sigmoid.Value<S, V>(z3), y + 3 * lanes);
            }
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
        if (layer.Inputs > 1) z = S.MultiplyAdd(S.Broadcast(w[row]), a1, z);
        if (layer.Inputs > 2) z = S.MultiplyAdd(S.Broadcast(w[2 * row]), a2, z);
        if (layer.Inputs > 3) z = S.MultiplyAdd(S.Broadcast(w[3 * row]), a3, z);
        return z;
    }
}
