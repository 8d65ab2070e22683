using FastNN.Contract;


namespace FastNN.Reference;

/// <summary>Σ_k min(clip, max(−clip, g_k))². The specification of <see cref="Spans.SumOfSquares"/>.</summary>
internal static unsafe class SumOfSquares
{
    internal static double Run(float* g, nint count, float clip)
    {
        double sum = 0;
        float* lanes = stackalloc float[VirtualLanes.Count];
        for (nint first = 0; first < count; first += Spans.SumOfSquares.Block)
        {
            new Span<float>(lanes, VirtualLanes.Count).Clear();
            int block = (int)nint.Min(Spans.SumOfSquares.Block, count - first);
            for (int k = 0; k < block; k++)
            {
                float x = Clip(g[first + k], clip);
                lanes[k % VirtualLanes.Count] = MathF.FusedMultiplyAdd(x, x, lanes[k % VirtualLanes.Count]);
            }

            sum += OutputDelta.Fold(lanes);
        }

        return Spans.SumOfSquares.IsExact(sum, count) ? sum : InDouble(g, count, clip);
    }

    /// <summary>In ascending order, no block and no lane.</summary>
    internal static double InDouble(float* g, nint count, float clip)
    {
        double sum = 0;
        for (nint k = 0; k < count; k++)
        {
            double x = Clip(g[k], clip);
            sum += x * x;
        }

        return sum;
    }

    /// <summary>min(clip, max(−clip, g)), and NaN of NaN.</summary>
    internal static float Clip(float g, float clip)
    {
        float x = -clip > g ? -clip : g;
        return clip < x ? clip : x;
    }
}
