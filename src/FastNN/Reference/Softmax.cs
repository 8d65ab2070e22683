using FastNN.Activations;
using FastNN.Contract;

namespace FastNN.Reference;

/// <summary>
/// Softmax over the outputs of a sample, and its deltas. m is the largest sum, and e_i the power of sum i. The specification of the kernels
/// <c>Sample.Softmax</c> and <c>Batch.TileSoftmax</c>.
/// </summary>
internal static unsafe class Softmax
{
    /// <summary>a_i = e_i·(1/Σ_k e_k).</summary>
    internal static void Activate(float* z, float* a, int count)
    {
        float scale = 1f / Powers(z, a, count, Largest(z, count));
        for (int i = 0; i < count; i++) a[i] *= scale;
    }

    /// <summary>C = ln(Σ_k e_k/e(m))·Σ_k y_k + Σ_i (m − z_i)·y_i, δ_i = a_i·Σ_k y_k − y_i. A sum near 1 is 1 in δ.</summary>
    internal static float CrossEntropyDelta(float* z, float* y, float* delta, int count)
    {
        float* targets = stackalloc float[2 * VirtualLanes.Count], costs = targets + VirtualLanes.Count;
        float m = Largest(z, count);
        for (int i = 0; i < count; i++)
        {
            float d = Cost.MostUnlikely < m - z[i] ? Cost.MostUnlikely : m - z[i];
            targets[i % VirtualLanes.Count] += y[i];
            costs[i % VirtualLanes.Count] = MathF.FusedMultiplyAdd(d, y[i], costs[i % VirtualLanes.Count]);
        }

        float sum = Powers(z, delta, count, m), scale = 1f / sum, all = OutputDelta.Fold(targets);
        float factor = Cost.SumOrOne(all);
        for (int i = 0; i < count; i++) delta[i] = delta[i] * scale * factor - y[i];
        float logarithm = Logarithm.OfSum(sum / new SoftmaxPowers(m).Of(m));
        return MathF.FusedMultiplyAdd(logarithm, all, OutputDelta.Fold(costs));
    }

    /// <summary>δ_i = a_i·(g_i − Σ_k g_k·a_k). On entry delta holds g, on return δ.</summary>
    internal static void Delta(float* a, float* delta, int count)
    {
        float* lanes = stackalloc float[VirtualLanes.Count];
        for (int i = 0; i < count; i++)
            lanes[i % VirtualLanes.Count] = MathF.FusedMultiplyAdd(delta[i], a[i], lanes[i % VirtualLanes.Count]);
        float dot = OutputDelta.Fold(lanes);
        for (int i = 0; i < count; i++) delta[i] = a[i] * (delta[i] - dot);
    }

    private static float Largest(float* z, int count)
    {
        float most = float.NegativeInfinity;
        for (int i = 0; i < count; i++) most = most > z[i] ? most : z[i];
        return most;
    }

    /// <summary>All e_i. The result is their sum.</summary>
    private static float Powers(float* z, float* e, int count, float m)
    {
        float* lanes = stackalloc float[VirtualLanes.Count];
        var powers = new SoftmaxPowers(m);
        for (int i = 0; i < count; i++)
        {
            e[i] = powers.Of(z[i]);
            lanes[i % VirtualLanes.Count] += e[i];
        }

        return OutputDelta.Fold(lanes);
    }
}
