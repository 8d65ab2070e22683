using static FastNN.Tests.Model.Notation;

namespace FastNN.Tests.Model;

/// <summary>The costs, with the names of the page. Those with parameters have the parameters of its check values.</summary>
internal enum CostFunction
{
    SquaredError,
    BinaryCrossEntropy,
    CrossEntropy,
    AbsoluteError,
    Huber,
    Pinball,
    Poisson,
    BinaryCrossEntropyWithSmoothing,
    CrossEntropyWithSmoothing,
}

/// <summary>The cost C of a sample, and its output delta δ.</summary>
internal static class Costs
{
    /// <summary>The parameters of the check values.</summary>
    internal const float D = 0.5f, Tau = 0.9f, Epsilon = 0.1f;

    /// <summary>The costs that start from the outputs a, for any last layer.</summary>
    internal static bool IsOfOutputs(CostFunction cost) =>
        cost is CostFunction.SquaredError or CostFunction.AbsoluteError or CostFunction.Huber or CostFunction.Pinball;

    /// <summary>The one last layer that a cost suits which starts from the sums z.</summary>
    internal static Function LastOf(CostFunction cost) => cost switch
    {
        CostFunction.BinaryCrossEntropy or CostFunction.BinaryCrossEntropyWithSmoothing => Function.Sigmoid,
        CostFunction.Poisson => Function.Exponential,
        CostFunction.CrossEntropy or CostFunction.CrossEntropyWithSmoothing => Function.Softmax,
        _ => throw new ArgumentException($"{cost} suits any last layer."),
    };

    internal static (float C, float[] Delta) Of(CostFunction cost, Function f, float[] z, float[] a, float[] y) => cost switch
    {
        CostFunction.SquaredError => OfOutputs(f, z, a, y, (d, L) => Fma(d, d, L), d => d + d),
        CostFunction.AbsoluteError => OfOutputs(f, z, a, y, (d, L) => L + MathF.Abs(d), d => Slope(d, 1, -1)),
        CostFunction.Huber => Huber(D, f, z, a, y),
        CostFunction.Pinball => Pinball(Tau, f, z, a, y),
        CostFunction.BinaryCrossEntropy => BinaryCrossEntropy(z, y),
        CostFunction.BinaryCrossEntropyWithSmoothing => BinaryCrossEntropy(z, Smoothed(Epsilon, 2, y)),
        CostFunction.Poisson => Poisson(z, y),
        CostFunction.CrossEntropy => CrossEntropy(z, y),
        CostFunction.CrossEntropyWithSmoothing => CrossEntropy(z, Smoothed(Epsilon, y.Length, y)),
        _ => throw new ArgumentException($"{cost} is no cost."),
    };

    internal static (float C, float[] Delta) Huber(float D, Function f, float[] z, float[] a, float[] y)
    {
        return OfOutputs(
            f, z, a, y, (d, L) => Fma(Limited(d), Fma(-0.5f, Limited(d), MathF.Abs(d)), L), d => MathF.CopySign(Limited(d), d));

        float Limited(float d) => Min(D, MathF.Abs(d));
    }

    internal static (float C, float[] Delta) Pinball(float tau, Function f, float[] z, float[] a, float[] y)
    {
        float u = 1 - tau;
        return OfOutputs(f, z, a, y, (d, L) => Fma(d > 0 ? u : -tau, d, L), d => Slope(d, u, -tau));
    }

    /// <summary>y′.</summary>
    internal static float[] Smoothed(float epsilon, int n, float[] y) => [.. y.Select(target => Fma(1 - epsilon, target, epsilon / n))];

    /// <summary>δ from the gradient g = ∂C/∂a.</summary>
    internal static float[] Delta(Function f, float[] z, float[] a, float[] g)
    {
        if (f != Function.Softmax) return [.. g.Zip(Activations.Slopes(f, z, a), (x, slope) => x * slope)];
        float D = Sum16(g.Length, (i, L) => Fma(g[i], a[i], L));
        return [.. g.Zip(a, (x, output) => output * (x - D))];
    }

    internal static (float C, float[] Delta) BinaryCrossEntropy(float[] z, float[] y)
    {
        float[] x = [.. z.Select(sum => Clamp(sum, -TwoTo(100), TwoTo(100)))];
        float C = Sum16(
            z.Length, (i, L) => L + (Fma(-y[i], x[i], Max(+0f, x[i])) + Softplus.Value(-MathF.Abs(x[i]))));
        return (C, [.. z.Zip(y, (sum, target) => Sigmoid.Value(sum) - target)]);
    }

    internal static (float C, float[] Delta) CrossEntropy(float[] z, float[] y)
    {
        Softmax softmax = Softmax.Of(z);
        (float m, float S, float[] e) = (softmax.m, softmax.S, softmax.E);
        float T = Sum16(z.Length, (i, L) => L + y[i]);
        float D = Sum16(z.Length, (i, L) => Fma(Min(TwoTo(100), m - z[i]), y[i], L));
        float C = Fma(Logarithm.Ln(S / softmax.Power(m)), T, D);
        return (C, [.. e.Zip(y, (power, target) => power * (1 / S) - target)]);
    }

    private static (float C, float[] Delta) Poisson(float[] z, float[] y)
    {
        float[] e = [.. z.Select(NaturalExponential.Value)];
        float C = Sum16(z.Length, (i, L) => L + Fma(-y[i], Clamp(z[i], -TwoTo(100), TwoTo(100)), e[i]));
        return (C, [.. e.Zip(y, (rate, target) => rate - target)]);
    }

    /// <summary>From the steps of C and from the gradients g, both by d = a − y.</summary>
    private static (float C, float[] Delta) OfOutputs(
        Function f, float[] z, float[] a, float[] y, Func<float, float, float> step, Func<float, float> gradient)
    {
        float[] d = [.. a.Zip(y, (output, target) => output - target)];
        return (Sum16(d.Length, (i, L) => step(d[i], L)), Delta(f, z, a, [.. d.Select(gradient)]));
    }

    private static float Slope(float d, float above, float below) => d > 0 ? above : 0 > d ? below : d;
}
