using Xunit;

namespace FastNN.Tests.Oracles;

/// <summary>
/// A number in double precision, and a proven bound on its distance from the result in single precision. The bound holds for every order of
/// sums, fused or not. It comes from running error analysis (Higham, "Accuracy and Stability of Numerical Algorithms", §3.1 and §3.3) with
/// u = 2⁻²⁴.
/// </summary>
internal readonly record struct Bounded(double Value, double Error = 0)
{
    internal const double U = (1 + 1e-6) / (1 << 24); // a millionth of u pays for the rounding in double precision
    internal const double Underflow = float.Epsilon * 0.5; // in place of u·|value| where the result is subnormal
    private const double SigmoidUlp = 2.5;

    private double Most => Math.Abs(Value) + Error;

    public static implicit operator Bounded(double exact) => new(exact);

    public static Bounded operator +(Bounded a, Bounded b) => Rounded(a.Value + b.Value, a.Error + b.Error);

    public static Bounded operator -(Bounded a, Bounded b) => Rounded(a.Value - b.Value, a.Error + b.Error);

    public static Bounded operator *(Bounded a, Bounded b) => Rounded(a.Value * b.Value, ProductError(a, b));

    /// <summary>
    /// |â/b̂ − a/b| ≤ (e + |a/b|·e′)/(|b| − e′). This follows from â/b̂ − a/b = ((â − a) − (b̂ − b)·a/b)/b̂. There is no bound if b̂ may be
    /// 0.
    /// </summary>
    public static Bounded operator /(Bounded a, Bounded b)
    {
        double value = a.Value / b.Value, least = Math.Abs(b.Value) - b.Error;
        return Rounded(value, least > 0 ? (a.Error + Math.Abs(value) * b.Error) / least : double.PositiveInfinity);
    }

    /// <summary>|√x̂ − √x| = |x̂ − x|/(√x̂ + √x) ≤ e/(√x + √(x − e)). If x − e is negative, x̂ ≥ 0 leaves e/√x.</summary>
    internal static Bounded Sqrt(Bounded x)
    {
        double root = Math.Sqrt(x.Value);
        return Rounded(root, x.Error == 0 ? 0 : x.Error / (root + Math.Sqrt(Math.Max(0, x.Value - x.Error))));
    }

    /// <summary>One rounding on top of an error: |fl(v̂) − v| ≤ e + u·(|v| + e).</summary>
    internal static Bounded Rounded(double value, double error = 0) => new(value, error + U * (Math.Abs(value) + error) + Underflow);

    /// <summary>
    /// s + Σ_k a_k·b_k. In any order, n fused multiply-adds are off by at most γ_n·(|s| + Σ|a_k·b_k|) with γ_n = n·u/(1 − n·u).
    /// </summary>
    internal static Bounded Dot(Bounded start, ReadOnlySpan<Bounded> a, ReadOnlySpan<Bounded> b)
    {
        double value = start.Value, error = start.Error, magnitude = start.Most;
        for (int k = 0; k < a.Length; k++)
        {
            value += a[k].Value * b[k].Value;
            error += ProductError(a[k], b[k]);
            magnitude += a[k].Most * b[k].Most;
        }

        double n = a.Length, gamma = n * U / (1 - n * U);
        return new Bounded(value, error + gamma * magnitude + n * Underflow);
    }

    /// <summary>
    /// By Taylor an error e of z becomes an error of at most e·σ′(z) + e²/2·max|σ″| of σ, with |σ″| ≤ 1/(6√3) &lt; 0.0963. To this come 2.5
    /// ULP of f, the float nearest to σ(ẑ). An ULP of f is at most 2u·f ≤ 2u·(1 + u)·σ(ẑ), or twice the underflow.
    /// </summary>
    internal static Bounded Sigmoid(Bounded z)
    {
        double value = 1 / (1 + Math.Exp(-z.Value)), error = z.Error * (value * (1 - value) + 0.0963 / 2 * z.Error);
        return new Bounded(value, error + SigmoidUlp * (2 * U * (1 + U) * (value + error) + 2 * Underflow));
    }

    /// <summary>σ′ = a·(1 − a). An error e of a becomes at most e·|1 − 2a| + e². Two operations round.</summary>
    internal static Bounded Derivative(Bounded a)
    {
        double value = a.Value * (1 - a.Value), error = a.Error * (Math.Abs(1 - 2 * a.Value) + a.Error);
        return Rounded(value, error + U * (Math.Abs(value) + error));
    }

    internal static Bounded[] Exact(ReadOnlySpan<float> values)
    {
        var exact = new Bounded[values.Length];
        for (int k = 0; k < exact.Length; k++) exact[k] = values[k];
        return exact;
    }

    /// <summary>Every float is within the bound of its exact value.</summary>
    internal static void AssertAdmits(ReadOnlySpan<Bounded> exact, ReadOnlySpan<float> actual, string what)
    {
        Assert.Equal(exact.Length, actual.Length);
        for (int k = 0; k < exact.Length; k++)
        {
            if (Math.Abs(actual[k] - exact[k].Value) <= exact[k].Error) continue;

            Assert.Fail(
                $"{what}: [{k}] is {actual[k]:R}, but exactly {exact[k].Value:R}, and {exact[k].Error:E1} is the most it may be off.");
        }
    }

    /// <summary>|âb̂ − ab| for |â − a| ≤ e and |b̂ − b| ≤ e′.</summary>
    private static double ProductError(Bounded a, Bounded b) => Math.Abs(a.Value) * b.Error + a.Error * b.Most;
}

/// <summary>
/// A network by the book in double precision, with the bound on the result in single precision. The parameters are, layer by layer, W
/// [n_in, n_out] row by row, then b. Only the exact formulas of the activations are shared with the library.
/// </summary>
/// <param name="widths">Neurons in each layer.</param>
/// <param name="parameters">In the order of the library.</param>
/// <param name="activations">One for each layer behind the inputs. Null is sigmoid for all, as in the article.</param>
/// <param name="cost">The cost of the outputs. Null is the squared error.</param>
internal sealed class Oracle(int[] widths, Bounded[] parameters, Activation[]? activations = null, Cost? cost = null)
{
    private readonly Cost _cost = cost ?? FastNN.Cost.SquaredError;

    internal Bounded[] Parameters => parameters;

    internal Bounded[] Forward(ReadOnlySpan<Bounded> x) => Run(x).A[^1];

    internal Bounded Cost(ReadOnlySpan<Bounded> x, ReadOnlySpan<Bounded> y)
    {
        (Bounded[][] z, Bounded[][] a) = Run(x);
        return OracleCosts.Of(_cost).Value(z[^1], a[^1], y);
    }

    /// <summary>C and ∂C/∂p with a weight for each output. If the cost couples the outputs, it is a weight of the target.</summary>
    internal (Bounded Cost, Bounded[] Gradient) OfWeightedOutputs(ReadOnlySpan<Bounded> x, Bounded[] y, Bounded[] w)
    {
        (Bounded[][] z, Bounded[][] a) = Run(x);
        OracleCosts.Row row = OracleCosts.Of(_cost);
        if (_cost.TargetsSumToOne)
        {
            Bounded[] targets = [.. OracleCosts.TargetsOf(_cost, y).Zip(w, (yi, wi) => yi * wi)];
            row = OracleCosts.Of(FastNN.Cost.CrossEntropy);
            return (row.Value(z[^1], a[^1], targets), Back(z, a, row.Gradient(a[^1], targets)).Gradient);
        }

        Bounded[] costs = [.. y.Select((yi, i) => row.Value([z[^1][i]], [a[^1][i]], [yi]))];
        Bounded[] g = [.. row.Gradient(a[^1], y).Zip(w, (gi, wi) => gi * wi)];
        return (Bounded.Dot(0, costs, w), Back(z, a, row.TakesSums ? g : Delta(ActivationOf(widths.Length - 1), z[^1], a[^1], g)).Gradient);
    }

    /// <summary>w·C and w·∂C/∂p. The weight multiplies δ.</summary>
    internal (Bounded Cost, Bounded[] Gradient) OfWeightedSample(ReadOnlySpan<Bounded> x, ReadOnlySpan<Bounded> y, Bounded w)
    {
        (Bounded[][] z, Bounded[][] a) = Run(x);
        Bounded[] delta = Delta(ActivationOf(widths.Length - 1), _cost, z[^1], a[^1], y);
        return (OracleCosts.Of(_cost).Value(z[^1], a[^1], y) * w, Back(z, a, [.. delta.Select(d => d * w)]).Gradient);
    }

    /// <summary>∂C/∂p for every parameter, from the outputs' δ = ∂C/∂z.</summary>
    internal Bounded[] Gradient(ReadOnlySpan<Bounded> x, ReadOnlySpan<Bounded> y) => WithInputGradient(x, y).Gradient;

    /// <summary>The same, and ∂C/∂x.</summary>
    internal (Bounded[] Gradient, Bounded[] InputGradient) WithInputGradient(ReadOnlySpan<Bounded> x, ReadOnlySpan<Bounded> y)
    {
        (Bounded[][] z, Bounded[][] a) = Run(x);
        return Back(z, a, Delta(ActivationOf(widths.Length - 1), _cost, z[^1], a[^1], y));
    }

    /// <summary>The cost and δ = ∂C/∂z of a last layer, from its sums.</summary>
    internal static (Bounded Cost, Bounded[] Delta) Output(Activation f, Cost cost, Bounded[] z, ReadOnlySpan<Bounded> y)
    {
        Bounded[] a = OracleActivations.Value(f, z);
        return (OracleCosts.Of(cost).Value(z, a, y), Delta(f, cost, z, a, y));
    }

    /// <summary>∂C/∂p and ∂C/∂x of a cost whose ∂C/∂a is given.</summary>
    internal (Bounded[] Gradient, Bounded[] InputGradient) Backward(ReadOnlySpan<Bounded> x, ReadOnlySpan<Bounded> outputGradient)
    {
        (Bounded[][] z, Bounded[][] a) = Run(x);
        return Back(z, a, Delta(ActivationOf(widths.Length - 1), z[^1], a[^1], outputGradient));
    }

    /// <summary>The cost and the gradient of a batch: the sums over its samples, times <paramref name="scale"/>.</summary>
    internal (Bounded Cost, Bounded[] Gradient) Batch(ReadOnlySpan<Bounded> inputs, ReadOnlySpan<Bounded> targets, Bounded scale)
    {
        int nIn = widths[0], nOut = widths[^1], batch = inputs.Length / nIn;
        Bounded[] costs = new Bounded[batch], ones = new Bounded[batch];
        var gradients = new Bounded[batch][];
        for (int s = 0; s < batch; s++)
        {
            ReadOnlySpan<Bounded> x = inputs.Slice(s * nIn, nIn), y = targets.Slice(s * nOut, nOut);
            (costs[s], gradients[s], ones[s]) = (Cost(x, y), Gradient(x, y), 1);
        }

        var gradient = new Bounded[parameters.Length];
        for (int k = 0; k < gradient.Length; k++) gradient[k] = Bounded.Dot(0, Array.ConvertAll(gradients, g => g[k]), ones) * scale;
        return (Bounded.Dot(0, costs, ones) * scale, gradient);
    }

    /// <summary>The cost of a batch. It does not bound the gradient, and takes less time.</summary>
    internal double BatchCost(ReadOnlySpan<Bounded> inputs, ReadOnlySpan<Bounded> targets)
    {
        int nIn = widths[0], nOut = widths[^1];
        double sum = 0;
        for (int s = 0; s < inputs.Length / nIn; s++) sum += Cost(inputs.Slice(s * nIn, nIn), targets.Slice(s * nOut, nOut)).Value;
        return sum;
    }

    /// <summary>p ← p − rate·∂C/∂p.</summary>
    internal void GradientDescent(ReadOnlySpan<Bounded> gradient, Bounded rate)
    {
        for (int k = 0; k < parameters.Length; k++) parameters[k] -= rate * gradient[k];
    }

    /// <summary>How close a sum of a layer comes to a kink of its activation.</summary>
    internal double ClosestToKink(ReadOnlySpan<Bounded> x)
    {
        Bounded[][] z = Run(x).Z;
        double closest = double.PositiveInfinity;
        for (int l = 1; l < z.Length; l++)
            closest = Math.Min(closest, z[l].Min(sum => OracleActivations.DistanceToKink(ActivationOf(l), sum.Value)));
        return closest;
    }

    /// <summary>How close an output comes to a kink of the cost.</summary>
    internal double ClosestToKink(ReadOnlySpan<Bounded> x, ReadOnlySpan<Bounded> y) => OracleCosts.DistanceToKink(_cost, Forward(x), y);

    private Activation ActivationOf(int layer) => activations == null ? Activation.Sigmoid : activations[layer - 1];

    private static Bounded[] Delta(Activation f, Cost cost, Bounded[] z, Bounded[] a, ReadOnlySpan<Bounded> y)
    {
        OracleCosts.Row row = OracleCosts.Of(cost);
        Bounded[] gradient = row.Gradient(a, y);
        return row.TakesSums ? gradient : Delta(f, z, a, gradient);
    }

    /// <summary>The outputs' δ = ∂C/∂z from g = ∂C/∂a. It is f′(z)·g. For softmax it is a_i·(g_i − Σ_k g_k·a_k).</summary>
    private static Bounded[] Delta(Activation f, Bounded[] z, Bounded[] a, ReadOnlySpan<Bounded> g)
    {
        var delta = new Bounded[a.Length];
        Bounded dot = f.IsElementwise ? default : Bounded.Dot(0, g, a);
        for (int i = 0; i < delta.Length; i++)
            delta[i] = f.IsElementwise ? g[i] * OracleActivations.Slope(f, z[i], a[i]) : a[i] * (g[i] - dot);
        return delta;
    }

    /// <summary>By the induction δ^l = (W^{l+1})ᵀ·δ^{l+1} ⊙ f′(z^l).</summary>
    private (Bounded[] Gradient, Bounded[] InputGradient) Back(Bounded[][] z, Bounded[][] a, Bounded[] delta)
    {
        var gradient = new Bounded[parameters.Length];
        int end = parameters.Length;
        for (int l = widths.Length - 1; l > 0; l--)
        {
            int biases = end - widths[l], weights = biases - widths[l - 1] * widths[l];
            delta.CopyTo(gradient, biases);
            var previous = new Bounded[widths[l - 1]];
            for (int j = 0; j < previous.Length; j++)
            {
                int row = weights + j * widths[l];
                for (int i = 0; i < delta.Length; i++) gradient[row + i] = delta[i] * a[l - 1][j];
                previous[j] = Bounded.Dot(0, parameters.AsSpan(row, delta.Length), delta);
                if (l > 1) previous[j] *= OracleActivations.Slope(ActivationOf(l - 1), z[l - 1][j], a[l - 1][j]);
            }

            (delta, end) = (previous, weights);
        }

        return (gradient, delta);
    }

    /// <summary>The sums and outputs of all layers. The sums and outputs of the inputs are the inputs.</summary>
    private (Bounded[][] Z, Bounded[][] A) Run(ReadOnlySpan<Bounded> x)
    {
        Bounded[][] z = new Bounded[widths.Length][], a = new Bounded[widths.Length][];
        z[0] = a[0] = x.ToArray();
        int weights = 0;
        for (int l = 1; l < widths.Length; l++)
        {
            int nIn = widths[l - 1], nOut = widths[l], biases = weights + nIn * nOut;
            var column = new Bounded[nIn];
            z[l] = new Bounded[nOut];
            for (int i = 0; i < nOut; i++)
            {
                for (int j = 0; j < nIn; j++) column[j] = parameters[weights + j * nOut + i];
                z[l][i] = Bounded.Dot(parameters[biases + i], column, a[l - 1]);
            }

            a[l] = OracleActivations.Value(ActivationOf(l), z[l]);
            weights = biases + nOut;
        }

        return (z, a);
    }
}
