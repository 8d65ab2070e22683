
namespace FastNN.Tests.Oracles;

/// <summary>
/// The costs on <see cref="Bounded"/>, with a row for each, and for some with parameters. Cross-entropies and Poisson's cost take the sums
/// z, as in the library. No code is shared with the library.
/// </summary>
internal static class OracleCosts
{
    /// <summary>
    /// For a float x ≥ 1, ln x is off by at most this absolute error and 2u of the result. <c>SoftmaxTests</c> check it for all such
    /// floats.
    /// </summary>
    internal const double LogarithmError = 0.1 * Bounded.U;

    private const float Delta = 0.5f, Tau = 0.9f, Epsilon = 0.1f;

    private static readonly Dictionary<Cost, Row> s_rows = new()
    {
        [Cost.SquaredError] = new(TakesSums: false, (_, a, y) => SquaredError(a, y), SquaredErrorGradient),
        [Cost.BinaryCrossEntropy] = new(TakesSums: true, (z, _, y) => BinaryCrossEntropy(z, y), Difference),
        [Cost.CrossEntropy] = new(TakesSums: true, (z, _, y) => CrossEntropy(z, y), CrossEntropyGradient),
        [Cost.AbsoluteError] = new(TakesSums: false, (_, a, y) => AbsoluteError(a, y), AbsoluteErrorGradient) { Kinks = [0] },
        [Cost.Poisson] = new(TakesSums: true, (z, a, y) => Poisson(z, a, y), Difference),
        [Cost.Huber(Delta)] = new(TakesSums: false, (_, a, y) => Huber(a, y), HuberGradient) { Kinks = [-Delta, Delta] },
        [Cost.Pinball(Tau)] = new(TakesSums: false, (_, a, y) => Pinball(a, y), PinballGradient) { Kinks = [0] },
        [Cost.CrossEntropyWithSmoothing(Epsilon)] = new(
            TakesSums: true, (z, _, y) => CrossEntropy(z, Smoothed(y, y.Length)), (a, y) => CrossEntropyGradient(a, Smoothed(y, y.Length))),
        [Cost.BinaryCrossEntropyWithSmoothing(Epsilon)] = new(
            TakesSums: true, (z, _, y) => BinaryCrossEntropy(z, Smoothed(y, 2)), (a, y) => Difference(a, Smoothed(y, 2))),
    };

    /// <summary>C from the sums z, the outputs a and the targets y of a sample.</summary>
    internal delegate Bounded Formula(Bounded[] z, Bounded[] a, ReadOnlySpan<Bounded> y);

    /// <summary>∂C/∂a, or ∂C/∂z of a cost that takes the sums.</summary>
    internal delegate Bounded[] Derivative(Bounded[] a, ReadOnlySpan<Bounded> y);

    /// <summary>The costs that have a row. A test says that these are all without parameters.</summary>
    internal static IEnumerable<Cost> Known => s_rows.Keys;

    internal static Row Of(Cost cost) => s_rows[cost];

    /// <summary>The targets of the cross-entropy that a cost is.</summary>
    internal static Bounded[] TargetsOf(Cost cost, Bounded[] y) => cost == Cost.CrossEntropy ? y : Smoothed(y, y.Length);

    /// <summary>How close an error a − y is to a place where the gradient is not smooth.</summary>
    internal static double DistanceToKink(Cost cost, Bounded[] a, ReadOnlySpan<Bounded> y)
    {
        double closest = double.PositiveInfinity;
        for (int i = 0; i < a.Length; i++)
        {
            foreach (double kink in Of(cost).Kinks) closest = Math.Min(closest, Math.Abs(a[i].Value - y[i].Value - kink));
        }

        return closest;
    }

    private static Bounded[] Difference(Bounded[] a, ReadOnlySpan<Bounded> y)
    {
        var difference = new Bounded[a.Length];
        for (int i = 0; i < a.Length; i++) difference[i] = a[i] - y[i];
        return difference;
    }

    /// <summary>a_i·Σ_k y_k − y_i. A sum near 1 is 1.</summary>
    private static Bounded[] CrossEntropyGradient(Bounded[] a, ReadOnlySpan<Bounded> y)
    {
        Bounded sum = Bounded.Dot(0, y, Array.ConvertAll(a, _ => new Bounded(1)));
        if (Math.Abs(sum.Value - 1) <= 0.001) sum = new Bounded(1);
        return Difference(Array.ConvertAll(a, output => output * sum), y);
    }

    private static Bounded[] SquaredErrorGradient(Bounded[] a, ReadOnlySpan<Bounded> y) =>
        Array.ConvertAll(Difference(a, y), difference => 2 * difference);

    private static Bounded SquaredError(Bounded[] a, ReadOnlySpan<Bounded> y)
    {
        Bounded[] error = Difference(a, y);
        return Bounded.Dot(0, error, error);
    }

    private static Bounded Sum(Bounded[] terms) => Bounded.Dot(0, terms, Array.ConvertAll(terms, _ => new Bounded(1)));

    /// <summary>e²/2, or δ·(|e| − δ/2) for |e| &gt; δ. It is min(δ, |e|) times the rest, and no product doubles an error.</summary>
    private static Bounded Huber(Bounded[] a, ReadOnlySpan<Bounded> y)
    {
        Bounded[] sizes = Array.ConvertAll(Difference(a, y), Size), limited = Array.ConvertAll(sizes, size => Limited(size));
        return Bounded.Dot(0, limited, [.. sizes.Zip(limited, (size, m) => size - 0.5 * m)]);
    }

    private static Bounded[] HuberGradient(Bounded[] a, ReadOnlySpan<Bounded> y) => Array.ConvertAll(Difference(a, y), Limited);

    private static Bounded Limited(Bounded error) => error with { Value = Math.Clamp(error.Value, -Delta, Delta) };

    private static Bounded Size(Bounded error) => error with { Value = Math.Abs(error.Value) };

    private static Bounded AbsoluteError(Bounded[] a, ReadOnlySpan<Bounded> y) => Sum(Array.ConvertAll(Difference(a, y), Size));

    private static Bounded[] AbsoluteErrorGradient(Bounded[] a, ReadOnlySpan<Bounded> y) =>
        Array.ConvertAll(Difference(a, y), error => Slope(error, -1, 1));

    private static Bounded Pinball(Bounded[] a, ReadOnlySpan<Bounded> y)
    {
        Bounded[] errors = Difference(a, y);
        return Bounded.Dot(0, Array.ConvertAll(errors, error => Slope(error, -Tau, 1.0 - Tau)), errors);
    }

    private static Bounded[] PinballGradient(Bounded[] a, ReadOnlySpan<Bounded> y) =>
        Array.ConvertAll(Difference(a, y), error => Slope(error, -Tau, 1.0 - Tau));

    /// <summary>One slope for errors below 0, another above. If the sign of an error is not known, neither is the slope.</summary>
    private static Bounded Slope(Bounded error, double below, double above) => new(
        error.Value > 0 ? above : error.Value < 0 ? below : 0,
        Math.Abs(error.Value) <= error.Error ? above - below : Bounded.U);

    /// <summary>Σ_i e^(z_i) − y_i·z_i.</summary>
    private static Bounded Poisson(Bounded[] z, Bounded[] a, ReadOnlySpan<Bounded> y)
    {
        var terms = new Bounded[z.Length];
        for (int i = 0; i < z.Length; i++) terms[i] = a[i] - y[i] * z[i];
        return Sum(terms);
    }

    /// <summary>y·(1 − ε) + ε/n.</summary>
    private static Bounded[] Smoothed(ReadOnlySpan<Bounded> y, int classes)
    {
        var smoothed = new Bounded[y.Length];
        for (int i = 0; i < y.Length; i++)
            smoothed[i] = y[i] * (new Bounded(1) - Epsilon) + new Bounded(Epsilon) / classes;
        return smoothed;
    }

    /// <summary>Σ_i (max(z_i, 0) − y_i·z_i) + ln(1 + e^−|z_i|).</summary>
    private static Bounded BinaryCrossEntropy(Bounded[] z, ReadOnlySpan<Bounded> y)
    {
        Bounded[] terms = new Bounded[z.Length], ones = new Bounded[z.Length];
        for (int i = 0; i < z.Length; i++)
        {
            Bounded positive = z[i] with { Value = Math.Max(0, z[i].Value) }, farther = z[i] with { Value = -Math.Abs(z[i].Value) };
            terms[i] = positive - y[i] * z[i] + OracleActivations.Value(Activation.Softplus, farther);
            ones[i] = 1;
        }

        return Bounded.Dot(0, terms, ones);
    }

    /// <summary>
    /// ln Σ_k e^(z_k − m)·Σ_i y_i + Σ_i (m − z_i)·y_i. A relative error r of the sum is an error of ln(1 + r) of its logarithm.
    /// </summary>
    private static Bounded CrossEntropy(Bounded[] z, ReadOnlySpan<Bounded> y)
    {
        double most = z.Max(zi => zi.Value), error = z.Max(zi => zi.Error);
        var m = new Bounded(most, error);
        Bounded[] distances = Array.ConvertAll(z, zi => m - zi), ones = Array.ConvertAll(z, _ => new Bounded(1));
        double sum = z.Sum(zi => Math.Exp(zi.Value - most));
        double relative = 2 * error + OracleActivations.PowerError + OracleActivations.SumError(z.Length), logarithm = Math.Log(sum);
        var l = new Bounded(logarithm, relative * 1.001 + LogarithmError + 2 * Bounded.U * (logarithm + relative));
        return l * Bounded.Dot(0, y, ones) + Bounded.Dot(0, distances, y);
    }

    /// <summary>What the oracle knows of a cost.</summary>
    /// <param name="TakesSums">Whether it is computed from the sums.</param>
    /// <param name="Value">C.</param>
    /// <param name="Gradient">Its derivative.</param>
    internal sealed record Row(bool TakesSums, Formula Value, Derivative Gradient)
    {
        /// <summary>The errors a − y where the gradient, or its derivative, jumps.</summary>
        internal double[] Kinks { get; init; } = [];
    }
}
