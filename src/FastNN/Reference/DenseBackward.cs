using FastNN.Contract;

namespace FastNN.Reference;

/// <summary>
/// One layer backward: δ⁻_j = f′_j·Σ_i w_ij·δ_i, and the gradient g_ij = δ_i·a_j, g_i = δ_i. The action updates the parameters by it, adds
/// it to a sum, or writes it. The specification of the kernel <c>Sample.DenseBackward</c>.
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

        // A bias is the weight of an input that is always 1.
        for (int i = 0; i < outputs; i++) biasTarget[i] = TAction.Next(biasTarget[i], delta[i], 1f, rate);
    }

    /// <summary>The sum has sixteen lanes: i is in lane i mod 16. The last multiply-add, with 0, turns a negative zero into +0.</summary>
    internal static void InputDelta<A>(float* w, float* a, int inputs, float* delta, int outputs, float* inputDelta)
        where A : struct, IActivation
    {
        float* lanes = stackalloc float[VirtualLanes.Count];
        for (int j = 0; j < inputs; j++)
        {
            new Span<float>(lanes, VirtualLanes.Count).Clear();
            for (int i = 0; i < outputs; i++, w++)
                lanes[i % VirtualLanes.Count] = MathF.FusedMultiplyAdd(*w, delta[i], lanes[i % VirtualLanes.Count]);
            inputDelta[j] = MathF.FusedMultiplyAdd(OutputDelta.Fold(lanes), A.Slope(a[j]), 0f);
        }
    }
}
