using FastNN.Contract;

namespace FastNN.Reference;

/// <summary>
/// One layer backwards: δ⁻_j = f′_j·Σ_i w_ij·δ_i, and with the gradient g_ij = δ_i·a_j, g_i = δ_i what the action makes of it: a step
/// down, its addition to a sum, or itself. The specification of <see cref="Sample.DenseBackward{S, V, A, TAction}"/>.
/// </summary>
internal static unsafe class DenseBackward
{
    internal static void Backward<A, TAction>(
        float* w, float* weightTarget, float* biasTarget, float* a, int inputs, float* delta, int outputs, float* inputDelta, float rate)
        where A : struct, IActivation
        where TAction : struct, IGradientAction
    {
        if (inputDelta != null) InputDelta<A>(w, a, inputs, delta, outputs, inputDelta);
        for (int j = 0; j < inputs; j++)
        {
            for (int i = 0; i < outputs; i++, weightTarget++) *weightTarget = TAction.Next(*weightTarget, delta[i], a[j], rate);
        }

        for (int i = 0; i < outputs; i++) biasTarget[i] = TAction.Next(biasTarget[i], delta[i], 1f, rate); // the weight of an input that is always 1
    }

    /// <summary>The sum runs in sixteen lanes, i in lane i mod 16; the closing multiply-add with 0 leaves no negative zero.</summary>
    private static void InputDelta<A>(float* w, float* a, int inputs, float* delta, int outputs, float* inputDelta)
        where A : struct, IActivation
    {
        float* lanes = stackalloc float[VirtualLanes.Count];
        for (int j = 0; j < inputs; j++)
        {
            new Span<float>(lanes, VirtualLanes.Count).Clear();
            for (int i = 0; i < outputs; i++, w++) lanes[i % VirtualLanes.Count] = MathF.FusedMultiplyAdd(*w, delta[i], lanes[i % VirtualLanes.Count]);
            inputDelta[j] = MathF.FusedMultiplyAdd(OutputDelta.Fold(lanes), A.Slope(a[j]), 0f);
        }
    }
}
