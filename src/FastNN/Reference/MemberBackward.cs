using FastNN.Contract;

namespace FastNN.Reference;

/// <summary>
/// The delta of the layer before, of sixteen networks: each network's own rows through <see cref="DenseBackward"/> for a sample alone, and
/// through <see cref="TileBackward"/> for a sample of a batch. The specification of the kernel <c>Members.MemberBackward</c>.
/// </summary>
internal static unsafe class MemberBackward
{
    internal static void Compute<A>(
        float* w, float* delta, int outputs, float* kept, int inputs, float* inputDelta, MemberGroup group, bool alone)
        where A : struct, IActivation
    {
        float[] weights = new float[inputs * outputs], d = new float[outputs], f = new float[inputs], next = new float[inputs];
        fixed (float* weights0 = weights, d0 = d, f0 = f, next0 = next)
        {
            nint row = group.Row;
            for (int k = 0; k < row; k++)
            {
                float* own = w + group.PlaceOf(k);
                for (int p = 0; p < weights.Length; p++) weights[p] = own[p * MemberBlocks.Members];
                for (int i = 0; i < outputs; i++) d[i] = delta[i * row + k];
                for (int j = 0; j < inputs; j++) f[j] = kept[j * row + k];
                if (alone) DenseBackward.InputDelta<A>(weights0, f0, inputs, d0, outputs, next0);
                else TileBackward.Compute<A>(weights0, d0, outputs, f0, inputs, next0);
                for (int j = 0; j < inputs; j++) inputDelta[j * row + k] = next[j];
            }
        }
    }
}
