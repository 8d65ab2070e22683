using static FastNN.Tests.Model.Notation;

namespace FastNN.Tests.Model;

/// <summary>What an ensemble does with its members.</summary>
internal static class Members
{
    internal static float[] Perturb(float[] w, float deviation, int seed, int member)
    {
        Generator generator = Generator.Stream(seed, member);
        float[] normal = new float[w.Length + 1];
        for (int p = 0; p < w.Length; p += 2)
        {
            float u, v, s;
            do
            {
                u = generator.Uniform(1);
                v = generator.Uniform(1);
                s = u * u + v * v;
            }
            while (s >= 1 || s == 0);

            float f = MathF.Sqrt(2 * Logarithm.Ln(1 / s) / s);
            normal[p] = u * f;
            normal[p + 1] = v * f;
        }

        return [.. w.Select((wp, p) => Fma(deviation, normal[p], wp))];
    }

    internal static float[] Cross(float[] first, float[] second, int seed, int child)
    {
        Generator generator = Generator.Stream(seed, child);
        ulong[] b = [.. Enumerable.Range(0, first.Length / 64 + 1).Select(_ => generator.Next())];
        return [.. first.Select((own, p) => (b[p / 64] >> (p % 64) & 1) == 1 ? second[p] : own)];
    }

    /// <summary>The mean and the deviation of an output over all members.</summary>
    internal static (float Mean, float Deviation) MeanOf(float[] y)
    {
        double sum = 0, squares = 0;
        foreach (float yi in y) sum += yi;
        double mean = sum / y.Length;
        foreach (float yi in y) squares += (yi - mean) * (yi - mean);
        return ((float)mean, (float)Math.Sqrt(squares / y.Length));
    }
}
