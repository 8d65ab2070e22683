using static FastNN.Tests.Model.Notation;

namespace FastNN.Tests.Model;

/// <summary>The factor S of ClipNorm.</summary>
internal static class Norm
{
    private const int Block = 4096;

    internal static float Factor(float[] gradient, float clipValue, float clipNorm)
    {
        if (float.IsPositiveInfinity(clipNorm)) return 1;
        float[] x = [.. gradient.Select(g => Clamp(g, -clipValue, clipValue))];
        double Q = 0;
        foreach (float[] block in x.Chunk(Block)) Q += Sum16(block.Length, (i, L) => Fma(block[i], block[i], L));
        if (!double.IsFinite(Q) || Q < x.Length * Math.ScaleB(1, -126))
        {
            Q = 0;
            foreach (float xk in x) Q += (double)xk * xk;
        }

        double N = Math.Sqrt(Q);
        return N > clipNorm ? (float)(clipNorm / N) : 1;
    }
}
