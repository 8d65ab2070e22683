using System.Runtime.CompilerServices;
using FastNN.Activations;
using FastNN.Simd;

namespace FastNN.Vectorised;

/// <summary>
/// The output layer of a tile of samples [neurons][tile] under squared error: δ_i = 2(a_i − y_i)·a_i(1 − a_i) takes the place of a_i, and each
/// sample's cost C = Σ_i (a_i − y_i)² is summed as <see cref="OutputDelta"/> sums it: i in lane i mod 16, here a row, and the rows folded.
/// </summary>
internal static unsafe class TileOutputDelta
{
    /// <param name="a">Outputs, a tile; becomes δ.</param>
    /// <param name="y">Targets, a tile.</param>
    /// <param name="outputs">Rows of both.</param>
    /// <param name="tile">Floats in a row, whole vectors.</param>
    /// <param name="costs">Room for sixteen rows, the first of which receives the costs.</param>
    [MethodImpl(MethodImplOptions.NoInlining)]
    internal static void Run<S, V>(float* a, float* y, int outputs, nint tile, float* costs)
        where S : struct, ISimd<V>
        where V : struct
    {
        int lanes = Math.Min(outputs, Padding.Lanes);
        for (nint s = 0; s < tile; s += S.Count)
        {
            for (int i = 0; i < outputs; i++)
            {
                float* ai = a + i * tile + s, lane = costs + i % Padding.Lanes * tile + s;
                V output = S.Load(ai), error = S.Subtract(output, S.Load(y + i * tile + s));
                S.Store(S.MultiplyAdd(error, error, i < Padding.Lanes ? S.Broadcast(0f) : S.Load(lane)), lane);
                S.Store(S.Multiply(S.Add(error, error), Sigmoid.Derivative<S, V>(output)), ai);
            }

            // A lane without outputs would add +0 to a square, which changes nothing.
            for (int half = Padding.Lanes / 2, left = lanes; half > 0; half /= 2)
            {
                for (int k = half; k < left; k++)
                {
                    float* lane = costs + (k - half) * tile + s;
                    S.Store(S.Add(S.Load(lane), S.Load(costs + k * tile + s)), lane);
                }

                left = Math.Min(left, half);
            }
        }
    }
}
