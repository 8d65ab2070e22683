using System.Runtime.CompilerServices;
using FastNN.Batch;
using FastNN.Contract;
using FastNN.Plumbing;
using FastNN.Simd;

namespace FastNN.Members;

/// <summary>
/// The delta of the layer before, of blocks of sixteen networks: δ⁻_j = f′_j·Σ_i w_ij·δ_i in each lane. All is in rows of sixteen lanes:
/// <code>W [inputs, outputs][16],   δ [outputs][blocks][samples][16],   kept and δ⁻ [inputs][blocks][samples][16]</code>
/// A sample alone has sixteen chains for each sum (<see cref="TileBackwardDelta"/>), as a network has that trains on one sample. A sample
/// of a batch has one chain.
/// </summary>
internal static unsafe class MemberBackward
{
    private const int Lanes = MemberBlocks.Members;

    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    internal static void Compute<S, V, A>(
        float* w, float* delta, int outputs, float* kept, int inputs, float* inputDelta, MemberGroup group, bool alone)
        where S : struct, ISimd<V>
        where V : struct
        where A : struct, IActivation
    {
        if (alone)
        {
            TileBackwardDelta.OfMembers<S, V, A>(w, delta, outputs, kept, inputs, inputDelta, group);
            return;
        }

        int blocks = Parts.Of(inputs, RowCount.Most);
        nint rowStep = outputs * (nint)Lanes, row = group.Row;
        for (int lane = 0; lane < Lanes; lane += S.Count)
        {
            for (int j = 0, left = blocks; left > 0; left--)
            {
                int rows = Parts.Of(inputs - j, left);
                float* wj = w + j * rowStep + lane, kj = kept + j * row + lane, target = inputDelta + j * row + lane;
                MemberSums.Compute<S, V, A, Const.Yes>(rows, delta + lane, outputs, wj, rowStep, Lanes, kj, target, group);
                j += rows;
            }
        }
    }
}
