using FastNN.Contract;

namespace FastNN.Reference;

/// <summary>Σ_k min(clip, max(−clip, g_k))². The specification of the kernel <c>Spans.SumOfSquares</c>.</summary>
internal static unsafe class SumOfSquares
{
    internal static double Sum(float* g, nint count, float clip, double least)
    {
        double sum = 0;
        float* lanes = stackalloc float[VirtualLanes.Count];
        for (nint first = 0; first < count; first += NormBlocks.Count)
        {
            new Span<float>(lanes, VirtualLanes.Count).Clear();
            int block = (int)nint.Min(NormBlocks.Count, count - first);
            for (int k = 0; k < block; k++)
            {
                float x = NormBlocks.Clip(g[first + k], clip);
                lanes[k % VirtualLanes.Count] = MathF.FusedMultiplyAdd(x, x, lanes[k % VirtualLanes.Count]);
            }

            sum += OutputDelta.Fold(lanes);
        }

        return NormBlocks.Suffices(sum, count, least) ? sum : NormBlocks.InDouble(g, count, clip);
    }
}
