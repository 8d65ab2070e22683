using static FastNN.Tests.Model.Exponential;
using static FastNN.Tests.Model.Notation;

namespace FastNN.Tests.Model;

/// <summary>Softmax takes all sums of a sample together.</summary>
internal sealed class Softmax
{
    private readonly float c, M, R;

    /// <summary>The largest sum.</summary>
    internal readonly float m;

    /// <summary>S, the sum of all e_i.</summary>
    internal readonly float S;

    /// <summary>The e_i, and the outputs a_i.</summary>
    internal readonly float[] E, A;

    private Softmax(float[] z)
    {
        m = z[0];
        foreach (float x in z) m = x > m || float.IsNaN(x) ? x : m;
        c = 32768 > MathF.Abs(m) ? +0f : m;
        M = m - c;
        float K = Fma(Number(0x3FB8AA3B), M, 12582912) - 12582912;
        R = Fma(-16, K, 12584960);
        E = [.. z.Select(Power)];
        S = Sum16(z.Length, (i, L) => L + E[i]);
        A = [.. E.Select(e => e * (1 / S))];
    }

    internal static Softmax Of(float[] z) => new(z);

    internal float Power(float z)
    {
        float x = Max(M - 104, z - c);
        (float t, float s) = Reduce(-x, R);
        return Fma(s * t, Tail(t), s);
    }
}
