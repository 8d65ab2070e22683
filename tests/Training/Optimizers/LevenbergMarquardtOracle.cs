namespace FastNN.Tests.Optimizers;

/// <summary>
/// Levenberg–Marquardt in double precision on a network of one hidden layer of tanh and tanh outputs, with the mean squared error. The
/// derivatives are written out, and the system is solved by Gauss and Jordan.
/// </summary>
internal sealed class LevenbergMarquardtOracle(float[] x, float[] y, int hidden, double damping, double decay, double rate)
{
    private const int Inputs = 2, Outputs = 2;
    private double _damping;

    /// <summary>W₁ [2, hidden], b₁, W₂ [hidden, 2], b₂.</summary>
    internal required double[] Parameters { get; set; }

    internal double Cost => Objective(Parameters, 0);

    internal double Damping => _damping;

    private int Samples => x.Length / Inputs;

    private int Second => (Inputs + 1) * hidden;

    /// <summary>One iteration.</summary>
    /// <returns>The trials, and the length of the step.</returns>
    internal (int Trials, double Length) Iterate()
    {
        int n = Parameters.Length;
        double scale = 2.0 / Samples, value = Objective(Parameters, decay);
        double[][] a = Zeros(n);
        double[] g = new double[n];
        foreach ((double[] row, double residual) in Rows(Parameters))
        {
            for (int i = 0; i < n; i++)
            {
                g[i] += row[i] * residual;
                for (int j = 0; j < n; j++) a[i][j] += row[i] * row[j];
            }
        }

        for (int k = 0; k < n; k++)
        {
            a[k][k] += IsWeight(k) ? decay / scale : 0;
            g[k] += IsWeight(k) ? decay / scale * Parameters[k] : 0;
        }

        if (_damping == 0) _damping = damping * Enumerable.Range(0, n).Max(k => a[k][k]);
        double growth = 2;
        for (int trials = 1; ; trials++, _damping *= growth, growth *= 2)
        {
            double[] d = Solve(a, g, _damping), trial = [.. Parameters.Zip(d, (w, dk) => w + rate * dk)];
            double linear = g.Zip(d, (p, q) => p * q).Sum(), square = d.Select((dk, k) => dk * a[k].Zip(d, (p, q) => p * q).Sum()).Sum();
            double gain = (value - Objective(trial, decay)) / (-scale * (rate * linear + rate * rate / 2 * square));
            if (!(gain > 0)) continue;

            _damping *= Math.Max(1.0 / 3, 1 - Math.Pow(2 * gain - 1, 3));
            Parameters = trial;
            return (trials, rate * Math.Sqrt(d.Sum(dk => dk * dk)));
        }
    }

    private static double[][] Zeros(int n) => [.. Enumerable.Range(0, n).Select(_ => new double[n])];

    private static double[] Solve(double[][] matrix, double[] g, double damping)
    {
        int n = g.Length;
        double[][] a = [.. matrix.Select((row, i) => (double[])[.. row.Select((v, j) => i == j ? v + damping : v), -g[i]])];
        for (int k = 0; k < n; k++)
        {
            for (int i = 0; i < n; i++)
            {
                if (i == k) continue;

                double factor = a[i][k] / a[k][k];
                for (int j = k; j <= n; j++) a[i][j] -= factor * a[k][j];
            }
        }

        return [.. a.Select((row, k) => row[n] / row[k])];
    }

    private bool IsWeight(int k) => k < Inputs * hidden || (k >= Second && k < Second + hidden * Outputs);

    private double Objective(double[] w, double lambda)
    {
        double squares = Rows(w).Sum(row => row.Residual * row.Residual);
        return squares / Samples + lambda / 2 * w.Where((_, k) => IsWeight(k)).Sum(wk => wk * wk);
    }

    /// <summary>For each output of each sample, its derivatives and a − y.</summary>
    private IEnumerable<(double[] Row, double Residual)> Rows(double[] w)
    {
        int biases = Second + hidden * Outputs;
        for (int s = 0; s < Samples; s++)
        {
            double[] a = new double[hidden];
            for (int j = 0; j < hidden; j++)
                a[j] = Math.Tanh(w[Inputs * hidden + j] + w[j] * x[2 * s] + w[hidden + j] * x[2 * s + 1]);
            for (int o = 0; o < Outputs; o++)
            {
                double output = Math.Tanh(w[biases + o] + a.Select((aj, j) => aj * w[Second + j * Outputs + o]).Sum());
                double slope = 1 - output * output;
                var row = new double[w.Length];
                row[biases + o] = slope;
                for (int j = 0; j < hidden; j++)
                {
                    double below = slope * w[Second + j * Outputs + o] * (1 - a[j] * a[j]);
                    row[Second + j * Outputs + o] = slope * a[j];
                    row[Inputs * hidden + j] = below;
                    row[j] = below * x[2 * s];
                    row[hidden + j] = below * x[2 * s + 1];
                }

                yield return (row, output - y[Outputs * s + o]);
            }
        }
    }
}
