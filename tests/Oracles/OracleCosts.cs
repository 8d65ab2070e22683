
namespace FastNN.Tests.Oracles;

/// <summary>
/// The costs on <see cref="Bounded"/>, with a row for each. Cross-entropies take the sums z, as in the library. No code is shared with the
/// library.
/// </summary>
internal static class OracleCosts
{
    /// <summary>
    /// For a float x ≥ 1, ln x is off by at most this absolute error and 2u of the result. <c>SoftmaxTests</c> check it for all such
    /// floats.
    /// </summary>
    internal const double LogarithmError = 0.1 * Bounded.U;

    private static readonly Dictionary<Cost, Row> s_rows = new()
    {
        [Cost.SquaredError] = new(TakesSums: false, (_, a, y) => SquaredError(a, y), SquaredErrorGradient),
        [Cost.BinaryCrossEntropy] = new(TakesSums: true, (z, _, y) => BinaryCrossEntropy(z, y), Difference),
        [Cost.CrossEntropy] = new(TakesSums: true, (z, _, y) => CrossEntropy(z, y), CrossEntropyGradient),
    };

    /// <summary>C from the sums z, the outputs a and the targets y of a sample.</summary>
    internal delegate Bounded Formula(Bounded[] z, Bounded[] a, ReadOnlySpan<Bounded> y);

    /// <summary>∂C/∂a, or ∂C/∂z of a cost that takes the sums.</summary>
    internal delegate Bounded[] Derivative(Bounded[] a, ReadOnlySpan<Bounded> y);

    /// <summary>The costs that have a row. A test says that these are all.</summary>
    internal static IEnumerable<Cost> Known => s_rows.Keys;

    internal static Row Of(Cost cost) => s_rows[cost];

    private static Bounded[] Difference(Bounded[] a, ReadOnlySpan<Bounded> y)
    {
        var difference = new Bounded[a.Length];
        for (int i = 0; i < a.Length; i++) difference[i] = a[i] - y[i];
        return difference;
    }

    /// <summary>a_i·Σ_k y_k − y_i.</summary>
    private static Bounded[] CrossEntropyGradient(Bounded[] a, ReadOnlySpan<Bounded> y)
    {
        Bounded sum = Bounded.Dot(0, y, Array.ConvertAll(a, _ => new Bounded(1)));
        return Difference(Array.ConvertAll(a, output => output * sum), y);
    }

    private static Bounded[] SquaredErrorGradient(Bounded[] a, ReadOnlySpan<Bounded> y) =>
        Array.ConvertAll(Difference(a, y), difference => 2 * difference);

    private static Bounded SquaredError(Bounded[] a, ReadOnlySpan<Bounded> y)
    {
        Bounded[] error = Difference(a, y);
        return Bounded.Dot(0, error, error);
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
    internal sealed record Row(bool TakesSums, Formula Value, Derivative Gradient);
}
