namespace FastNN.Tests.Optimizers;

/// <summary>
/// L-BFGS in double precision on a network of one hidden layer of tanh and one output, with the mean squared error. H is a matrix: the
/// formula of BFGS (Nocedal and Wright, equation 6.17) from γ·I with the last pairs, and no recursion.
/// </summary>
internal sealed class LbfgsOracle(float[] x, float[] y, int hidden, int memory, double decay, double rate)
{
    private readonly List<(double[] S, double[] Y)> _pairs = [];

    /// <summary>W₁ [2, hidden], b₁, W₂ [hidden, 1], b₂.</summary>
    internal required double[] Parameters { get; set; }

    /// <summary>The cost at the parameters, without decay.</summary>
    internal double Cost => At(Parameters, 0).Value;

    /// <summary>One iteration. If the first trial is not enough, others follow, by the cubic of equation 3.59.</summary>
    /// <returns>Whether the first trial was enough.</returns>
    internal bool Iterate(out double length)
    {
        (double value, double[] gradient) = At(Parameters, decay);
        double[] direction = [.. Product(Inverse(gradient.Length), gradient).Select(component => -component)];
        double slope = Dot(gradient, direction), step = rate * (_pairs.Count > 0 ? 1 : Math.Min(1, 1 / gradient.Sum(Math.Abs)));
        (double Step, double Value, double Slope) low = (0, value, slope), high = (double.PositiveInfinity, 0, 0);
        for (int trials = 1; ; trials++)
        {
            double[] trial = [.. Parameters.Zip(direction, (w, d) => w + step * d)];
            (double trialValue, double[] trialGradient) = At(trial, decay);
            (double Step, double Value, double Slope) here = (step, trialValue, Dot(trialGradient, direction)), before = low;
            bool isLow = here.Value <= value + 1e-4 * step * slope && here.Value < low.Value;
            if (isLow && Math.Abs(here.Slope) <= -0.9 * slope)
            {
                Keep(trial, gradient, trialGradient);
                length = step * Math.Sqrt(Dot(direction, direction));
                return trials == 1;
            }

            if (!isLow) high = here;
            else if (here.Slope * (high.Step - low.Step) >= 0) (high, low) = (low, here);
            else low = here;
            step = double.IsFinite(high.Step)
                ? low.Step + (high.Step - low.Step) * Math.Clamp((Cubic(low, high) - low.Step) / (high.Step - low.Step), 0.1, 0.9)
                : low.Step + (low.Step - before.Step) * Beyond((Cubic(before, low) - low.Step) / (low.Step - before.Step));
        }
    }

    private static double Beyond(double widths) => widths > 0 ? Math.Clamp(widths, 1.1, 4) : 4;

    private static double Cubic((double Step, double Value, double Slope) a, (double Step, double Value, double Slope) b)
    {
        double d1 = a.Slope + b.Slope - 3 * (a.Value - b.Value) / (a.Step - b.Step);
        double d2 = Math.Sign(b.Step - a.Step) * Math.Sqrt(d1 * d1 - a.Slope * b.Slope);
        return b.Step - (b.Step - a.Step) * (b.Slope + d2 - d1) / (b.Slope - a.Slope + 2 * d2);
    }

    private void Keep(double[] trial, double[] gradient, double[] trialGradient)
    {
        _pairs.Add(([.. trial.Zip(Parameters, (a, b) => a - b)], [.. trialGradient.Zip(gradient, (a, b) => a - b)]));
        if (_pairs.Count > memory) _pairs.RemoveAt(0);
        Parameters = trial;
    }

    private double[][] Inverse(int n)
    {
        double scale = _pairs.Count == 0 ? 1 : Dot(_pairs[^1].S, _pairs[^1].Y) / Dot(_pairs[^1].Y, _pairs[^1].Y);
        double[][] h = [.. Enumerable.Range(0, n).Select(i => Enumerable.Range(0, n).Select(j => i == j ? scale : 0.0).ToArray())];
        foreach ((double[] s, double[] change) in _pairs)
        {
            double rho = 1 / Dot(s, change), factor = rho * rho * Dot(change, Product(h, change)) + rho;
            double[] hy = Product(h, change);
            for (int i = 0; i < n; i++)
                for (int j = 0; j < n; j++) h[i][j] += factor * s[i] * s[j] - rho * (s[i] * hy[j] + hy[i] * s[j]);
        }

        return h;
    }

    private (double Value, double[] Gradient) At(double[] w, double lambda)
    {
        int b1 = 2 * hidden, w2 = 3 * hidden, b2 = 4 * hidden;
        double value = 0;
        var gradient = new double[w.Length];
        for (int s = 0; s < y.Length; s++)
        {
            double output = w[b2];
            var a = new double[hidden];
            for (int i = 0; i < hidden; i++)
            {
                a[i] = Math.Tanh(w[b1 + i] + w[i] * x[2 * s] + w[hidden + i] * x[2 * s + 1]);
                output += w[w2 + i] * a[i];
            }

            value += (output - y[s]) * (output - y[s]) / y.Length;
            double delta = 2 * (output - y[s]) / y.Length;
            gradient[b2] += delta;
            for (int i = 0; i < hidden; i++)
            {
                double below = delta * w[w2 + i] * (1 - a[i] * a[i]);
                gradient[w2 + i] += delta * a[i];
                gradient[b1 + i] += below;
                gradient[i] += below * x[2 * s];
                gradient[hidden + i] += below * x[2 * s + 1];
            }
        }

        foreach (int k in Enumerable.Range(0, w.Length).Where(k => k < b1 || (k >= w2 && k < b2)))
        {
            value += lambda / 2 * w[k] * w[k];
            gradient[k] += lambda * w[k];
        }

        return (value, gradient);
    }

    private static double[] Product(double[][] matrix, double[] vector) => [.. matrix.Select(row => Dot(row, vector))];

    private static double Dot(double[] a, double[] b) => a.Zip(b, (p, q) => p * q).Sum();
}
