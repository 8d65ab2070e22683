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

    /// <param name="cost">The cost.</param>
    /// <param name="f">The function of the last layer.</param>
    /// <param name="z">Its sums.</param>
    /// <param name="a">Its outputs.</param>
    /// <param name="y">The targets.</param>
    /// <param name="w">A weight for each output.</param>
    internal static (float C, float[] Delta) Of(CostFunction cost, Function f, float[] z, float[] a, float[] y, float[] w) => cost switch
    {
        CostFunction.SquaredError => OfOutputs(f, z, a, y, w, d => (d, d), d => d + d),
        CostFunction.AbsoluteError => OfOutputs(f, z, a, y, w, d => (1, MathF.Abs(d)), d => Slope(d, 1, -1)),
        CostFunction.Huber => Huber(D, f, z, a, y, w),
        CostFunction.Pinball => Pinball(Tau, f, z, a, y, w),
        CostFunction.BinaryCrossEntropy => BinaryCrossEntropy(z, y, w),
        CostFunction.BinaryCrossEntropyWithSmoothing => BinaryCrossEntropy(z, Smoothed(Epsilon, 2, y), w),
        CostFunction.Poisson => Poisson(z, y, w),
        CostFunction.CrossEntropy => CrossEntropy(z, Weigh(w, y)),
        CostFunction.CrossEntropyWithSmoothing => CrossEntropy(z, Weigh(w, Smoothed(Epsilon, y.Length, y))),
        _ => throw new ArgumentException($"{cost} is no cost."),
    };

    /// <summary>The same without weights.</summary>
    internal static (float C, float[] Delta) Of(CostFunction cost, Function f, float[] z, float[] a, float[] y) =>
        Of(cost, f, z, a, y, Ones(y));

    /// <summary>No weights.</summary>
    internal static float[] Ones(float[] y) => [.. y.Select(_ => 1f)];

    /// <summary>weigh(w_i, x_i) for each i.</summary>
    internal static float[] Weigh(float[] w, float[] x) => [.. w.Zip(x, (weight, value) => weight > 0 ? weight * value : +0f)];

    internal static (float C, float[] Delta) Huber(float D, Function f, float[] z, float[] a, float[] y, float[] w)
    {
        return OfOutputs(
            f, z, a, y, w, d => (Limited(d), Fma(-0.5f, Limited(d), MathF.Abs(d))), d => MathF.CopySign(Limited(d), d));

        float Limited(float d) => Min(D, MathF.Abs(d));
    }

    internal static (float C, float[] Delta) Pinball(float tau, Function f, float[] z, float[] a, float[] y, float[] w)
    {
        float u = 1 - tau;
        return OfOutputs(f, z, a, y, w, d => (d > 0 ? u : -tau, d), d => Slope(d, u, -tau));
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

    internal static (float C, float[] Delta) BinaryCrossEntropy(float[] z, float[] y, float[] w)
    {
        float[] x = [.. z.Select(sum => Clamp(sum, -TwoTo(100), TwoTo(100)))];
        float[] c = [.. x.Select((sum, i) => Fma(-y[i], sum, Max(+0f, sum)) + Softplus.Value(-MathF.Abs(sum)))];
        float C = Sum16(z.Length, (i, L) => w[i] > 0 ? Fma(w[i], c[i], L) : L);
        return (C, Weigh(w, [.. z.Zip(y, (sum, target) => Sigmoid.Value(sum) - target)]));
    }

    internal static (float C, float[] Delta) CrossEntropy(float[] z, float[] y)
    {
        Softmax softmax = Softmax.Of(z);
        (float m, float S, float[] e) = (softmax.m, softmax.S, softmax.E);
        float T = Sum16(z.Length, (i, L) => L + y[i]);
        float D = Sum16(z.Length, (i, L) => Fma(Min(TwoTo(100), m - z[i]), y[i], L));
        float C = Fma(Logarithm.Ln(S / softmax.Power(m)), T, D);
        return (C, [.. e.Zip(y, (power, target) => power * (1 / S) * (MathF.Abs(T - 1) > 0.001f ? T : 1) - target)]);
    }

    private static (float C, float[] Delta) Poisson(float[] z, float[] y, float[] w)
    {
        float[] e = [.. z.Select(NaturalExponential.Value)];
        float[] c = [.. z.Select((sum, i) => Fma(-y[i], Clamp(sum, -TwoTo(100), TwoTo(100)), e[i]))];
        float C = Sum16(z.Length, (i, L) => w[i] > 0 ? Fma(w[i], c[i], L) : L);
        return (C, Weigh(w, [.. e.Zip(y, (rate, target) => rate - target)]));
    }

    /// <summary>From p and q of the products in C and from the gradients g, all by d = a − y.</summary>
    private static (float C, float[] Delta) OfOutputs(
        Function f, float[] z, float[] a, float[] y, float[] w, Func<float, (float P, float Q)> product, Func<float, float> gradient)
    {
        float[] d = [.. a.Zip(y, (output, target) => output - target)], g = [.. d.Select(gradient)];
        float C = Sum16(d.Length, (i, L) => w[i] > 0 ? Fma(w[i] * product(d[i]).P, product(d[i]).Q, L) : L);
        return (C, f == Function.Softmax ? Delta(f, z, a, Weigh(w, g)) : Weigh(w, Delta(f, z, a, g)));
    }

    private static float Slope(float d, float above, float below) => d > 0 ? above : 0 > d ? below : d;
}
