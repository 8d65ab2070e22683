namespace FastNN.Tests.Oracles;

/// <summary>The costs on <see cref="Bounded"/>, cross-entropies from the sums z as the library takes them.</summary>
internal static class OracleCosts
{
    /// <summary>
    /// |ln x| off by at most this absolute error and 2u of the result for a float x ≥ 1; <see cref="Activations.SoftmaxTests"/> hold it for
    /// all of them.
    /// </summary>
    internal const double LogarithmError = 0.1 * Bounded.U;

    /// <summary>Whether the cost takes sums, so that δ = a − y.</summary>
    internal static bool Takes(Cost cost, Activation f) =>
        cost switch
        {
            Cost.SquaredError => false,
            Cost.BinaryCrossEntropy when f == Activation.Sigmoid => true,
            Cost.CrossEntropy when f == Activation.Softmax => true,
            _ => throw new InvalidOperationException($"{cost} does not suit {f}."),
        };

    /// <summary>The costs that suit an activation of the last layer.</summary>
    internal static Cost[] Suiting(Activation f) =>
        f == Activation.Sigmoid ? [Cost.SquaredError, Cost.BinaryCrossEntropy]
        : f == Activation.Softmax ? [Cost.SquaredError, Cost.CrossEntropy]
        : [Cost.SquaredError];

    internal static Bounded Of(Cost cost, Bounded[] z, Bounded[] a, ReadOnlySpan<Bounded> y) => cost switch
    {
        Cost.SquaredError => SquaredError(a, y),
        FastNN.Cost.BinaryCrossEntropy => BinaryCrossEntropy(z, y),
        _ => CrossEntropy(z, y),
    };

    internal static Bounded[] Difference(Bounded[] a, ReadOnlySpan<Bounded> y)
    {
        var difference = new Bounded[a.Length];
        for (int i = 0; i < a.Length; i++) difference[i] = a[i] - y[i];
        return difference;
    }

    internal static Bounded[] SquaredErrorGradient(Bounded[] a, ReadOnlySpan<Bounded> y) =>
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
    /// ln Σ_k e^(z_k − m)·Σ_i y_i + Σ_i (m − z_i)·y_i; a relative error r of the sum is one of ln(1 + r) of its logarithm.
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
}
