using FastNN.Contract;

namespace FastNN.Reference;

/// <summary>
/// The delta of the layer before, for one sample of a batch: δ⁻_j = f′_j·Σ_i w_ij·δ_i with i ascending. The last multiply-add, with 0,
/// turns a negative zero into +0. The specification of the kernel <c>Batch.TileGemm</c> backward. Forward, its specification is
/// <see cref="DenseForward"/>.
/// </summary>
internal static unsafe class TileBackward
{
    internal static void Compute<A>(float* w, float* delta, int outputs, float* kept, int inputs, float* inputDelta)
        where A : struct, IActivation
    {
        for (int j = 0; j < inputs; j++)
        {
            float sum = 0f;
            for (int i = 0; i < outputs; i++, w++) sum = MathF.FusedMultiplyAdd(*w, delta[i], sum);
            inputDelta[j] = MathF.FusedMultiplyAdd(sum, A.Slope(kept[j]), 0f);
        }
    }
}
