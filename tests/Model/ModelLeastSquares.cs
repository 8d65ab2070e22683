using static FastNN.Tests.Model.Notation;

namespace FastNN.Tests.Model;

/// <summary>Iterations of Levenberg–Marquardt on samples without weights.</summary>
/// <param name="network">The network.</param>
/// <param name="mean">Whether the cost is the mean of the samples, or their sum.</param>
/// <param name="λ">WeightDecay.</param>
/// <param name="first">Damping of the optimizer.</param>
/// <param name="R">LearningRate.</param>
internal sealed class ModelLeastSquares(ModelNetwork network, bool mean, float λ, float first, float R)
{
    private const int Segment = 1024;

    private readonly float[] w = network.Parameters;

    private int P => w.Length;

    /// <summary>The state, one of the same numbers.</summary>
    internal float Damping { get; private set; }

    internal long Updates { get; private set; }

    /// <summary>Makes an iteration.</summary>
    internal void Step(float[] x, float[] y)
    {
        (float[] X, float[] Y)[] samples = [.. ModelNetwork.Rows(x, network.Inputs).Zip(ModelNetwork.Rows(y, network.Outputs))];
        double s = mean ? 2 * (1 / (double)samples.Length) : 2, F0 = Objective(samples);
        double[][] h = Squares([.. samples.SelectMany(sample => RowsOf(sample.X, sample.Y))]);
        double[] e = new double[P], G = new double[P];
        foreach (ModelLayer layer in network.Layers)
            for (int k = layer.WeightAt(0, 0); k < layer.BiasAt(0); k++) e[k] = λ / s;
        double A = 0;
        for (int k = 0; k < P; k++)
        {
            G[k] = h[P][k] + e[k] * w[k];
            A = Math.Max(A, h[k][k] + e[k]);
        }

        if (!double.IsFinite(F0) || !double.IsFinite(A) || !G.All(double.IsFinite) || A == 0) return;

        float[] w0 = [.. w];
        if (Search(samples, w0, h, e, G, s, A, F0)) Updates++;
        else w0.CopyTo(w, 0);
    }

    private bool Search((float[], float[])[] samples, float[] w0, double[][] h, double[] e, double[] G, double s, double A, double F0)
    {
        double least = Math.Max((float)(Math.ScaleB(1, -24) * A), TwoTo(-126));
        double μ = Math.Max(Damping > 0 && float.IsFinite(Damping) ? Damping : first * A, least);
        for (double ν = 2; μ <= float.MaxValue; μ *= ν, ν *= 2)
        {
            double[]? d = Solve(h, [.. e.Select(ek => μ + ek)], G);
            if (d is null) continue;

            (double S, double Q) = (0, 0);
            for (int k = 0; k < P; k++) (S, Q) = (S - G[k] * d[k], Q + d[k] * d[k]);
            double p = s * (R * S - 0.5 * R * R * (S - μ * Q));
            if (!(p >= 0) || !double.IsFinite(p)) continue;
            if (p < Math.ScaleB(1, -22) * F0) return false;

            for (int k = 0; k < P; k++) w[k] = (float)(w0[k] + R * d[k]);
            if (w.SequenceEqual(w0)) return false;

            double F = Objective(samples);
            if (!(F < F0)) continue;

            double u = 2 * ((F0 - F) / p) - 1;
            Damping = (float)Math.Clamp(μ * Math.Max(1.0 / 3, 1 - u * u * u), least, float.MaxValue);
            return true;
        }

        return false;
    }

    private double Objective((float[] X, float[] Y)[] samples)
    {
        double C = 0;
        foreach ((float[] x, float[] y) in samples)
        {
            (float[] z, float[] a) = network.Run(x).Layers[^1];
            C += Costs.Of(CostFunction.SquaredError, network.Layers[^1].F, z, a, OwnTargets(y)).C;
        }

        double F = mean ? C / samples.Length : C;
        if (λ == 0) return F;

        foreach (ModelLayer layer in network.Layers)
        {
            float[] v = w[layer.WeightAt(0, 0)..layer.BiasAt(0)];
            F += 0.5 * λ * Sum16InDouble(v.Length, (k, L) => L + (double)v[k] * v[k]);
        }

        return F;
    }

    private float[] OwnTargets(float[] y) => network.OutputStandardizer?.ToOwnUnits(y) ?? y;

    /// <summary>The rows of J of a sample.</summary>
    private IEnumerable<float[]> RowsOf(float[] x, float[] y)
    {
        ModelNetwork.Activity activity = network.Run(x);
        float[] targets = OwnTargets(y);
        for (int i = 0; i < network.Outputs; i++)
        {
            float[] row = new float[P + 1];
            float[] delta = Costs.Delta(
                network.Layers[^1].F, activity.Layers[^1].Z, activity.Outputs, [.. targets.Select((_, k) => k == i ? 1f : 0f)]);
            for (int l = network.Layers.Length - 1; l >= 0; l--)
            {
                ModelLayer layer = network.Layers[l];
                float[] a = activity.InputsOf(l);
                for (int n = 0; n < layer.Outputs; n++)
                {
                    for (int j = 0; j < layer.Inputs; j++) row[layer.WeightAt(n, j)] = delta[n] * a[j];
                    row[layer.BiasAt(n)] = delta[n] * 1;
                }

                if (l == 0) break;
                float[] slopes = Activations.Slopes(network.Layers[l - 1].F, activity.Layers[l - 1].Z, a);
                delta = Deltas.Before(layer, delta, slopes, alone: true);
            }

            row[P] = 1f * (activity.Outputs[i] - targets[i]);
            yield return row;
        }
    }

    /// <summary>H, its lower triangle.</summary>
    private double[][] Squares(float[][] rows)
    {
        double[][] h = [.. Enumerable.Range(0, P + 1).Select(j => new double[j + 1])];
        foreach (float[][] segment in rows.Chunk(Segment))
        {
            for (int j = 0; j <= P; j++)
            {
                for (int k = 0; k <= j; k++)
                {
                    float x = +0f;
                    foreach (float[] row in segment) x = Fma(row[j], row[k], x);
                    h[j][k] += x;
                }
            }
        }

        return h;
    }

    /// <summary>d of (H + D)·d = −G; null if it fails.</summary>
    private double[]? Solve(double[][] h, double[] D, double[] G)
    {
        double[][] l = [.. Enumerable.Range(0, P).Select(j => new double[j + 1])];
        double[] r = new double[P], y = new double[P];
        for (int j = 0; j < P; j++)
        {
            for (int k = 0; k <= j; k++)
            {
                double x = k == j ? h[j][j] + D[j] : h[j][k];
                for (int i = 0; i < k; i++) x = Math.FusedMultiplyAdd(-l[k][i], l[j][i], x);
                if (k < j) l[j][k] = x * r[k];
                else if (!(x > 0) || !double.IsFinite(x)) return null;
                else r[j] = 1 / Math.Sqrt(x);
            }
        }

        for (int j = 0; j < P; j++)
        {
            double x = -G[j];
            for (int i = 0; i < j; i++) x = Math.FusedMultiplyAdd(-y[i], l[j][i], x);
            y[j] = x * r[j];
        }

        for (int k = P - 1; k >= 0; k--)
        {
            double[] lane = new double[8];
            for (int j = P - 1; j > k; j--) lane[j % 8] = Math.FusedMultiplyAdd(l[j][k], y[j], lane[j % 8]);
            double Z = (lane[0] + lane[4] + (lane[2] + lane[6])) + (lane[1] + lane[5] + (lane[3] + lane[7]));
            y[k] = (y[k] - Z) * r[k];
        }

        return y;
    }
}
