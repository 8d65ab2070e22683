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
    internal static (float C, float[] Delta) Of(CostFunction cost, Function f, float[] z, float[] a, float[] y) => cost switch
    {
        CostFunction.SquaredError => SquaredError(f, z, a, y),
        CostFunction.BinaryCrossEntropy => BinaryCrossEntropy(z, y),
        CostFunction.CrossEntropy => CrossEntropy(z, y),
        _ => throw new ArgumentException($"{cost} is no cost."),
    };

    /// <summary>δ from the gradient g = ∂C/∂a.</summary>
    internal static float[] Delta(Function f, float[] z, float[] a, float[] g)
    {
        if (f != Function.Softmax) return [.. g.Zip(Activations.Slopes(f, z, a), (x, slope) => x * slope)];
        float D = Sum16(g.Length, (i, L) => Fma(g[i], a[i], L));
        return [.. g.Zip(a, (x, output) => output * (x - D))];
    }

    private static (float C, float[] Delta) SquaredError(Function f, float[] z, float[] a, float[] y)
    {
        float[] d = [.. a.Zip(y, (output, target) => output - target)];
        float C = Sum16(d.Length, (i, L) => Fma(d[i], d[i], L));
        return (C, Delta(f, z, a, [.. d.Select(x => x + x)]));
    }

    private static (float C, float[] Delta) BinaryCrossEntropy(float[] z, float[] y)
    {
        float[] x = [.. z.Select(sum => Clamp(sum, -TwoTo(100), TwoTo(100)))];
        float C = Sum16(
            z.Length, (i, L) => L + (Fma(-y[i], x[i], Max(+0f, x[i])) + Softplus.Value(-MathF.Abs(x[i]))));
        return (C, [.. z.Zip(y, (sum, target) => Sigmoid.Value(sum) - target)]);
    }

    private static (float C, float[] Delta) CrossEntropy(float[] z, float[] y)
    {
        Softmax softmax = Softmax.Of(z);
        (float m, float S, float[] e) = (softmax.m, softmax.S, softmax.E);
        float T = Sum16(z.Length, (i, L) => L + y[i]);
        float D = Sum16(z.Length, (i, L) => Fma(Min(TwoTo(100), m - z[i]), y[i], L));
        float C = Fma(Logarithm.Ln(S / softmax.Power(m)), T, D);
        return (C, [.. e.Zip(y, (power, target) => power * (1 / S) - target)]);
    }
}
