using static FastNN.Tests.Model.Notation;

namespace FastNN.Tests.Model;

/// <summary>The costs, with the names of the page.</summary>
internal enum CostFunction
{
    SquaredError,
    BinaryCrossEntropy,
    CrossEntropy,
}

/// <summary>The cost C of a sample, and its output delta δ.</summary>
internal static class Costs
{
    /// <param name="cost">The cost.</param>
    /// <param name="f">The function of the last layer.</param>
    /// <param name="z">Its sums.</param>
    /// <param name="a">Its outputs.</param>
    /// <param name="y">The targets.</param>
    /// <param name="w">A weight for each output.</param>
    internal static (float C, float[] Delta) Of(CostFunction cost, Function f, float[] z, float[] a, float[] y, float[] w) => cost switch
    {
        CostFunction.SquaredError => SquaredError(f, z, a, y, w),
        CostFunction.BinaryCrossEntropy => BinaryCrossEntropy(z, y, w),
        CostFunction.CrossEntropy => CrossEntropy(z, Weigh(w, y)),
        _ => throw new ArgumentException($"{cost} is no cost."),
    };

    /// <summary>The same without weights.</summary>
    internal static (float C, float[] Delta) Of(CostFunction cost, Function f, float[] z, float[] a, float[] y) =>
        Of(cost, f, z, a, y, [.. y.Select(_ => 1f)]);

    /// <summary>weigh(w_i, x_i) for each i.</summary>
    internal static float[] Weigh(float[] w, float[] x) => [.. w.Zip(x, (weight, value) => weight > 0 ? weight * value : +0f)];

    /// <summary>δ from the gradient g = ∂C/∂a.</summary>
    internal static float[] Delta(Function f, float[] z, float[] a, float[] g)
    {
        if (f != Function.Softmax) return [.. g.Zip(Activations.Slopes(f, z, a), (x, slope) => x * slope)];
        float D = Sum16(g.Length, (i, L) => Fma(g[i], a[i], L));
        return [.. g.Zip(a, (x, output) => output * (x - D))];
    }

    private static (float C, float[] Delta) SquaredError(Function f, float[] z, float[] a, float[] y, float[] w)
    {
        float[] d = [.. a.Zip(y, (output, target) => output - target)], g = [.. d.Select(x => x + x)];
        float C = Sum16(d.Length, (i, L) => w[i] > 0 ? Fma(w[i] * d[i], d[i], L) : L);
        return (C, f == Function.Softmax ? Delta(f, z, a, Weigh(w, g)) : Weigh(w, Delta(f, z, a, g)));
    }

    private static (float C, float[] Delta) BinaryCrossEntropy(float[] z, float[] y, float[] w)
    {
        float[] x = [.. z.Select(sum => Clamp(sum, -TwoTo(100), TwoTo(100)))];
        float[] c = [.. x.Select((sum, i) => Fma(-y[i], sum, Max(+0f, sum)) + Softplus.Value(-MathF.Abs(sum)))];
        float C = Sum16(z.Length, (i, L) => w[i] > 0 ? Fma(w[i], c[i], L) : L);
        return (C, Weigh(w, [.. z.Zip(y, (sum, target) => Sigmoid.Value(sum) - target)]));
    }

    private static (float C, float[] Delta) CrossEntropy(float[] z, float[] y)
    {
        Softmax softmax = Softmax.Of(z);
        (float m, float S, float[] e) = (softmax.m, softmax.S, softmax.E);
        float T = Sum16(z.Length, (i, L) => L + y[i]);
        float D = Sum16(z.Length, (i, L) => Fma(Min(TwoTo(100), m - z[i]), y[i], L));
        float C = Fma(Logarithm.Ln(S / softmax.Power(m)), T, D);
        return (C, [.. e.Zip(y, (power, target) => power * (1 / S) * T - target)]);
    }
}
