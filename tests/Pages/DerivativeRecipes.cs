using Xunit;

namespace FastNN.Tests.Pages;

/// <summary>What the page on derivatives shows.</summary>
[Collection(nameof(Alone))] // as all pages
public class DerivativeRecipes
{
    [Fact]
    public void Sensitivities_order_the_inputs()
    {
        float[] inputs = Cases.Uniform(1, 4 * 500, -1f);
        float[] targets = [.. inputs.Chunk(4).Select(x => 2 * MathF.Sin(x[0]) + x[1] * x[2])]; // the last input does nothing
        Network network = Learned([4, 12, 1], inputs, targets);
        double[] sensitivity = Sensitivities(network, inputs);
        Assert.InRange(sensitivity[0], 1.5, 1.9); // 2·cos x is 1.68 on average
        Assert.InRange(sensitivity[1], 0.4, 0.6); // |x_2| is 0.5
        Assert.InRange(sensitivity[2], 0.4, 0.6);
        Assert.InRange(sensitivity[3], 0, 0.05);
    }

    private static double[] Sensitivities(Network network, float[] inputs)
    {
        int samples = inputs.Length / network.Inputs;
        // <sensitivity>
        // How much the outputs depend on each input: the mean of |∂output/∂input| over all samples.
        float[] jacobian = new float[samples * network.Outputs * network.Inputs];
        network.Jacobian(inputs, jacobian, threads: Environment.ProcessorCount);
        double[] sensitivity = new double[network.Inputs];
        for (int k = 0; k < jacobian.Length; k++)
            sensitivity[k % network.Inputs] += Math.Abs(jacobian[k]) / (samples * network.Outputs);
        // </sensitivity>
        return sensitivity;
    }

    [Fact]
    public void An_arm_reaches_its_targets()
    {
        float[] angles = Cases.Uniform(1, 2 * 1000, 0.2f, 1.8f);
        Network arm = Learned([2, 24, 2], angles, [.. angles.Chunk(2).SelectMany(Hand)]);
        float[] wanted = [.. Cases.Uniform(2, 2 * 100, 0.6f, 1.4f).Chunk(2).SelectMany(Hand)];
        float[] found = Reach(arm, wanted);
        Assert.All(wanted.Zip(found.Chunk(2).SelectMany(Hand)), pair => Assert.InRange(pair.Second - pair.First, -0.02f, 0.02f));
    }

    /// <summary>Where the hand of an arm with two links is.</summary>
    private static float[] Hand(float[] q) => [MathF.Cos(q[0]) + MathF.Cos(q[0] + q[1]), MathF.Sin(q[0]) + MathF.Sin(q[0] + q[1])];

    private static float[] Reach(Network arm, float[] wanted)
    {
        // <kinematics>
        // Inverse kinematics: the angles at which an arm reaches each of many positions. All threads share the network that knows the arm.
        float[] found = new float[wanted.Length];
        Parallel.For(0, wanted.Length / 2, k =>
        {
            Span<float> angles = found.AsSpan(2 * k, 2), hand = stackalloc float[2], gradient = stackalloc float[2];
            angles.Fill(1f);
            for (int turn = 0; turn < 500; turn++)
            {
                arm.Forward(angles, hand);
                for (int i = 0; i < 2; i++) hand[i] -= wanted[2 * k + i]; // the gradient of ½·distance² by the position
                arm.InputGradient(angles, hand, gradient); // and by the angles
                for (int j = 0; j < 2; j++) angles[j] -= 0.2f * gradient[j];
            }
        });
        // </kinematics>
        return found;
    }

    [Fact]
    public void A_controller_holds_a_pendulum_upright()
    {
        float[] states = Cases.Uniform(1, 3 * 1500, -1f);
        Network model = Learned([3, 16, 2], states, [.. states.Chunk(3).SelectMany(x => Next(x[0], x[1], x[2]))]);
        double[] gain = Gain(model);
        (float angle, float speed) = (0.4f, -0.2f);
        for (int tick = 0; tick < 200; tick++)
        {
            float[] next = Next(angle, speed, -(float)(gain[0] * angle + gain[1] * speed));
            (angle, speed) = (next[0], next[1]);
        }

        Assert.InRange(angle, -1e-3f, 1e-3f);
        Assert.InRange(speed, -1e-3f, 1e-3f);
    }

    /// <summary>The angle and the speed of a pendulum a tenth of a second later. Without a force it falls.</summary>
    private static float[] Next(float angle, float speed, float force)
    {
        float next = speed + 0.1f * (3 * MathF.Sin(angle) + force);
        return [angle + 0.1f * next, next];
    }

    private static double[] Gain(Network model)
    {
        // <controller>
        // A linear controller for the point 0: the network predicts the next state from angle, speed and force, and its Jacobian there
        // is the linear model x ← A·x + b·force. The gain of the linear-quadratic regulator follows by the Riccati iteration.
        float[] jacobian = new float[2 * 3];
        model.Jacobian([0f, 0f, 0f], jacobian);
        double a = jacobian[0], b = jacobian[1], e = jacobian[2], c = jacobian[3], d = jacobian[4], f = jacobian[5];
        double p = 1, q = 0, r = 1; // the symmetric matrix of the cost to go
        double[] gain = new double[2];
        for (int turn = 0; turn < 300; turn++)
        {
            double u = e * p + f * q, v = e * q + f * r, weight = 1 + e * u + f * v;
            (gain[0], gain[1]) = ((u * a + v * c) / weight, (u * b + v * d) / weight);
            (p, q, r) = (
                1 + a * (p * a + q * c) + c * (q * a + r * c) - gain[0] * gain[0] * weight,
                a * (p * b + q * d) + c * (q * b + r * d) - gain[0] * gain[1] * weight,
                1 + b * (p * b + q * d) + d * (q * b + r * d) - gain[1] * gain[1] * weight);
        }

        // In each tick: force = −(gain[0]·angle + gain[1]·speed).
        // </controller>
        return gain;
    }

    [Fact]
    public void Error_bars_hold_the_truth()
    {
        const int samples = 200;
        const float noise = 0.1f;
        var random = new Random(1);
        float[] x = Cases.Uniform(1, samples, -1f), truth = [.. x.Select(v => MathF.Sin(3 * v))];
        float Normal() => MathF.Sqrt(-2 * MathF.Log(1 - random.NextSingle())) * MathF.Cos(6.2831855f * random.NextSingle());
        float[] y = [.. truth.Select(t => t + noise * Normal())];
        var network = new Network([1, 6, 1], Activation.Tanh, Activation.Identity, seed: 1, Initializer.Glorot);
        Func<float, (float Mean, float Error)> predict = ErrorBars(network, x, y);
        int held = Enumerable.Range(0, 101).Count(k =>
        {
            float at = k / 50f - 1;
            (float mean, float error) = predict(at);
            return Math.Abs(mean - MathF.Sin(3 * at)) <= 2 * error;
        });
        Assert.InRange(held, 80, 101);
        Assert.InRange(predict(0).Error, 0.005f, 0.05f);
        Assert.True(predict(2).Error > 3 * predict(0).Error); // where no sample was
    }

    private static Func<float, (float Mean, float Error)> ErrorBars(Network network, float[] x, float[] y)
    {
        // <errors>
        // Error bars of a fit by least squares: s·√(gᵀ(JᵀJ)⁻¹g). J has the gradient of the output by the parameters at each sample, g is
        // this gradient at a new point, and s² is the variance of the residuals.
        var trainer = new Trainer(network, new LevenbergMarquardt());
        FitResult fit = trainer.Fit(x, y, new FitOptions { Epochs = 2000 });
        if (fit.Reason != StopReason.Converged) throw new InvalidOperationException($"{fit}");

        int n = network.Parameters.Length;
        double[] GradientAt(float at)
        {
            trainer.Gradient.Clear();
            trainer.Backward([at], [1f]);
            return [.. trainer.Gradient.ToArray().Select(g => (double)g)];
        }

        double[][] squares = [.. Enumerable.Range(0, n).Select(_ => new double[n])]; // JᵀJ
        foreach (double[] g in x.Select(GradientAt))
        {
            for (int i = 0; i < n; i++)
                for (int j = 0; j < n; j++) squares[i][j] += g[i] * g[j];
        }

        for (int i = 0; i < n; i++) squares[i][i] *= 1 + 1e-6;
        double variance = trainer.Evaluate(x, y) * x.Length / (x.Length - n);
        (float Mean, float Error) Predict(float at)
        {
            float[] mean = new float[1];
            network.Forward([at], mean);
            return (mean[0], (float)Math.Sqrt(variance * Quadratic(squares, GradientAt(at))));
        }
        // </errors>
        return Predict;
    }

    // <quadratic>
    // gᵀ·A⁻¹·g for a symmetric, positive definite A: with the Cholesky factor L of A it is the square of L⁻¹·g.
    private static double Quadratic(double[][] a, double[] g)
    {
        double[][] l = [.. a.Select(row => row.ToArray())];
        double sum = 0;
        for (int i = 0; i < g.Length; i++)
        {
            for (int j = 0; j <= i; j++)
            {
                for (int k = 0; k < j; k++) l[i][j] -= l[i][k] * l[j][k];
                l[i][j] = i == j ? Math.Sqrt(l[i][i]) : l[i][j] / l[j][j];
            }

            double x = g[i];
            for (int k = 0; k < i; k++) x -= l[i][k] * g[k];
            g[i] = x / l[i][i];
            sum += g[i] * g[i];
        }

        return sum;
    }
    // </quadratic>

    /// <summary>A network that has learned a smooth function.</summary>
    private static Network Learned(int[] widths, float[] inputs, float[] targets)
    {
        var network = new Network(widths, Activation.Tanh, Activation.Identity, seed: 1, Initializer.Glorot);
        FitResult fit = new Trainer(network, new Lbfgs()).Fit(inputs, targets, new FitOptions { Epochs = 600 });
        Assert.InRange(fit.Cost!.Value, 0f, 1e-3f);
        return network;
    }
}
