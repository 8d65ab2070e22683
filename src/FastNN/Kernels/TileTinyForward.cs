using System.Runtime.CompilerServices;
using FastNN.Simd;

namespace FastNN.Vectorised;

/// <summary>
/// A tile of samples [neurons][lanes] through all layers of a network none of which is wider than four: a layer at a time, whose inputs for one
/// vector of samples are all in registers, and then σ over all its outputs. Here a tile may have any number of vectors: the more, the less a layer
/// waits for the one before (<see cref="TinyKernelSet{K, T}.TilesTogether"/>).
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
            float* z = l + 1 < layers.Length ? tile + layers[l + 1].InputRows * lanes : output;
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

            SigmoidSpan.Run<S, V>(z, z, layer.Outputs * lanes);
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
