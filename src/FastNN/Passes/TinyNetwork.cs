using System.Runtime.CompilerServices;
using System.Runtime.Intrinsics;
using FastNN.Contract;
using FastNN.Simd;
using V = System.Runtime.Intrinsics.Vector128<float>;

namespace FastNN.Passes;

/// <summary>
/// A network of sigmoids whose layers have at most four neurons. All variants compute it in four lanes. Lanes are independent, so the bits
/// are those of the general kernels. In such a network every operation waits for the one before. Here activations and deltas go from layer
/// to layer in registers: a step of the article's network, 2-4-3-2, takes 246 cycles. Through memory and the general kernels it takes 350.
/// </summary>
/// <remarks>
/// It reads whole vectors, up to three floats beyond a row. After the last row there is unused memory behind the parameters, so this is
/// allowed.
/// </remarks>
internal static unsafe class TinyNetwork
{
    private const int MaxWidth = 4;

    internal static bool Suits(ReadOnlySpan<LayerShape> layers, ReadOnlySpan<Activation> activations)
    {
        foreach (ref readonly LayerShape layer in layers)
        {
            if (Math.Max(layer.Inputs, layer.Outputs) > MaxWidth) return false;
        }

        foreach (Activation activation in activations)
        {
            if (activation != Activation.Sigmoid) return false;
        }

        return true;
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    internal static V LoadInput(LayerShape[] layers, float* x) => Simd128.LoadFirst(x, Simd128.First(layers[0].Inputs));

    /// <summary>a′ = σ(b + Σ_j a_j·w_j), with the rows w_j of W. Lanes beyond the layer's outputs mean nothing.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    internal static V Forward(in LayerShape layer, float* parameters, V a)
    {
        float* w = parameters + layer.Weights;
        nint row = layer.Outputs;
        V z = Vector128.Load(parameters + layer.Biases);
        z = Simd128.MultiplyAddLane(Vector128.Load(w), a, 0, z);
        if (layer.Inputs > 1) z = Simd128.MultiplyAddLane(Vector128.Load(w + row), a, 1, z);
        if (layer.Inputs > 2) z = Simd128.MultiplyAddLane(Vector128.Load(w + 2 * row), a, 2, z);
        if (layer.Inputs > 3) z = Simd128.MultiplyAddLane(Vector128.Load(w + 3 * row), a, 3, z);
        return ActivationOf.Value<Simd128, V, Sigmoid>(z);
    }

    /// <summary>
    /// One sample forward. Its activations are kept. The result is the delta of the outputs under squared error, with zeros beyond them.
    /// </summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    internal static V OutputDelta(LayerShape[] layers, float* parameters, V a, float* y, float* activations, out float cost)
    {
        foreach (ref readonly LayerShape layer in layers.AsSpan())
        {
            a = Forward(in layer, parameters, a);
            a.Store(activations + layer.Activations);
        }

        V mask = Simd128.First(layers[^1].Outputs);
        V error = (a - Simd128.LoadFirst(y, mask)) & mask;
        cost = Simd128.Sum(Simd128.MultiplyAdd(error, error, V.Zero));
        return ((error + error) * Sigmoid.Slope<Simd128, V>(a)) & mask;
    }

    /// <summary>
    /// w_ij ← w_ij + rate·(δ_i·a_j) and b_i ← b_i + rate·δ_i. The result is Σ_i w_ij·δ_i in lane j, with the old weights.
    /// </summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    internal static V BackwardUpdate<TSums>(in LayerShape layer, float* parameters, V a, V delta, V mask, float rate)
        where TSums : struct, IConst
    {
        float* w = parameters + layer.Weights, b = parameters + layer.Biases;
        int row = layer.Outputs;
        V r = Vector128.Create(rate), sum1 = V.Zero, sum2 = V.Zero, sum3 = V.Zero;
        V sum0 = UpdateRow(w, Simd128.BroadcastLane(a, 0), delta, mask, r, row);
        if (layer.Inputs > 1) sum1 = UpdateRow(w + row, Simd128.BroadcastLane(a, 1), delta, mask, r, row);
        if (layer.Inputs > 2) sum2 = UpdateRow(w + 2 * row, Simd128.BroadcastLane(a, 2), delta, mask, r, row);
        if (layer.Inputs > 3) sum3 = UpdateRow(w + 3 * row, Simd128.BroadcastLane(a, 3), delta, mask, r, row);
        Simd128.StoreFirst(Simd128.MultiplyAdd(r, delta, Vector128.Load(b)), b, row);
        return TSums.Value != 0 ? Simd128.SumEach(sum0, sum1, sum2, sum3) : V.Zero;
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static V UpdateRow(float* w, V a, V delta, V mask, V rate, int outputs)
    {
        V old = Vector128.Load(w);
        Simd128.StoreFirst(Simd128.MultiplyAdd(rate, delta * a, old), w, outputs);
        return Simd128.MultiplyAdd(old & mask, delta, V.Zero);
    }
}
