using FastNN.Dispatch;
using FastNN.Fit;
using Xunit;

namespace FastNN.Tests.Fit;

/// <summary>Accuracy and R². Some examples are worked out by hand. Others compute them from a network's outputs.</summary>
public class MetricsTests
{
    [Theory]
    [InlineData(new[] { 0.1f, 0.7f, 0.2f }, new[] { 0f, 1f, 0f }, 1)]
    [InlineData(new[] { 0.1f, 0.7f, 0.2f }, new[] { 1f, 0f, 0f }, 0)]
    [InlineData(new[] { 0.5f, 0.5f, 0.2f }, new[] { 1f, 0f, 0f }, 1)] // the first of equals
    [InlineData(new[] { 0.5f, 0.5f, 0.2f }, new[] { 0f, 1f, 0f }, 0)]
    [InlineData(new[] { 0.1f, 0.7f, 0.2f }, new[] { 0f, 0.5f, 0.5f }, 1)]
    [InlineData(new[] { 0.9f, float.NaN, 0.2f }, new[] { 1f, 0f, 0f }, 0)]
    [InlineData(new[] { float.NaN, 0.9f, 0.2f }, new[] { 1f, 0f, 0f }, 0)]
    [InlineData(new[] { 0.9f, 0.1f, 0.2f }, new[] { 1f, 0f, float.NaN }, 0)]
    [InlineData(new[] { float.NaN, float.NaN }, new[] { float.NaN, float.NaN }, 0)]
    public void A_sample_is_right_or_not(float[] outputs, float[] targets, double accuracy) =>
        Assert.Equal(accuracy, ScoreOf(outputs.Length, outputs, targets, Cost.CrossEntropy).Accuracy);

    [Theory]
    // Each label counts by itself. It does not matter where the largest output and the largest target are.
    [InlineData(new[] { 0.9f, 0.8f, 0.1f }, new[] { 1f, 1f, 0f }, 3)]
    [InlineData(new[] { 0.6f, 0.9f, 0.1f }, new[] { 1f, 0f, 0f }, 2)]
    [InlineData(new[] { 0.9f, 0.4f, 0.6f }, new[] { 1f, 1f, 0f }, 1)]
    [InlineData(new[] { 0.1f, 0.2f, 0.3f }, new[] { 0f, 0f, 0f }, 3)] // no label at all
    [InlineData(new[] { 0.5f, 0.499f, 0.9f }, new[] { 1f, 0f, 0.5f }, 3)]
    [InlineData(new[] { float.NaN, 0.8f, 0.1f }, new[] { 0f, 1f, float.NaN }, 1)]
    public void A_label_is_right_or_not(float[] outputs, float[] targets, int right)
    {
        Assert.Equal(right / 3.0, ScoreOf(3, outputs, targets, Cost.BinaryCrossEntropy).Accuracy);
        float[] a = [.. outputs, 0.7f, 0.2f, 0.9f], y = [.. targets, 1f, 0f, 1f];
        Assert.Equal((right + 3) / 6.0, ScoreOf(3, a, y, Cost.BinaryCrossEntropy).Accuracy);
    }

    /// <summary>Under squared error the targets say what they are. NaN stands for no accuracy.</summary>
    [Theory]
    [InlineData(1, new[] { 0.4f, 0.6f }, new[] { 0f, 1f }, 1)]
    [InlineData(1, new[] { 0.5f, 0.499f }, new[] { 1f, 1f }, 0.5)] // all are 1, and identity reaches everywhere
    [InlineData(1, new[] { 0.4f, -0.1f }, new[] { 0f, -0f }, 1)]
    [InlineData(1, new[] { 0.4f, 0.6f, -0.1f }, new[] { -1f, 1f, -1f }, 2 / 3.0)]
    [InlineData(1, new[] { 0.4f, -0.6f }, new[] { -1f, -1f }, 0.5)]
    [InlineData(1, new[] { 0f, float.NaN }, new[] { 1f, -1f }, 0.5)]
    [InlineData(1, new[] { 0.4f, 0.6f }, new[] { 0f, -1f }, double.NaN)]
    [InlineData(1, new[] { 0.4f, 0.6f }, new[] { 0f, 0.9f }, double.NaN)]
    [InlineData(1, new[] { 0.4f, 0.6f }, new[] { 0f, 2f }, double.NaN)]
    [InlineData(1, new[] { 0.4f, 0.6f }, new[] { 1f, float.NaN }, double.NaN)]
    [InlineData(1, new[] { 100f, 150f }, new[] { 100f, 150f }, double.NaN)]
    [InlineData(2, new[] { 0.4f, 0.3f, -5f, 0.1f }, new[] { 1f, 0f, 0f, 1f }, 1)] // one label a sample
    [InlineData(2, new[] { 0.4f, 0.3f, -5f, -4f }, new[] { -1f, 1f, -1f, 1f }, 0.5)]
    [InlineData(2, new[] { 0.4f, 0.3f, 0.6f, 0.7f }, new[] { 1f, 0f, 1f, 1f }, 0.75)] // not one 1 a sample: each output
    [InlineData(2, new[] { 0.4f, 0.3f, 0.6f, -0.7f }, new[] { 1f, -1f, -1f, -1f }, 0.5)]
    [InlineData(2, new[] { 0.4f, 0.6f, 0.6f, -0.7f }, new[] { 1f, 1f, 1f, 1f }, 0.5)]
    [InlineData(2, new[] { 0.4f, 0.3f, 0.6f, 0.7f }, new[] { 1f, 0f, -1f, 1f }, double.NaN)]
    [InlineData(3, new[] { 1f, 2f, 3f }, new[] { 0.2f, 0.3f, 0.5f }, double.NaN)]
    public void Targets_are_labels_or_not(int width, float[] outputs, float[] targets, double accuracy)
    {
        double? expected = double.IsNaN(accuracy) ? null : accuracy;
        Assert.Equal(expected, ScoreOf(width, outputs, targets).Accuracy);
    }

    [Theory]
    [InlineData("Tanh", 0.5)]
    [InlineData("Softsign", 0.5)]
    [InlineData("Clip(-1, 1)", 0.5)]
    [InlineData("Clip(0, 1)", 0)]
    [InlineData("Sigmoid", 0)]
    [InlineData("Identity", 0)]
    [InlineData("Elu", 0)]
    public void Where_all_targets_are_1_the_range_of_the_last_layer_decides(string last, double accuracy)
    {
        Activation[] ends = [.. Activation.All, Activation.Clip(-1f, 1f), Activation.Clip(0f, 1f)];
        Assert.Equal(accuracy, ScoreOf(1, [0.4f, -0.4f], [1f, 1f], last: ends.Single(end => end.Name == last)).Accuracy);
    }

    [Fact]
    public void Signs_are_right_if_they_are_those_of_the_targets()
    {
        // tanh of positive numbers, so all outputs are positive.
        var network = new Network([1, 1], Activation.Tanh, Activation.Tanh, seed: 1);
        network.Layers[0].Weights[0] = 1f;
        network.Layers[0].Biases[0] = 0f;
        var trainer = new Trainer(network, new Sgd(0.1f));
        float[] x = [0.4f, 0.3f, 0.2f, 0.1f];
        Assert.Equal(0, trainer.Measure(x, [-1f, -1f, -1f, -1f]).Accuracy);
        Assert.Equal(1, trainer.Measure(x, [1f, 1f, 1f, 1f]).Accuracy);
        Assert.Equal(0.25, trainer.Measure(x, [-1f, -1f, 1f, -1f]).Accuracy);
        Assert.Null(trainer.Measure(x, [-1f, -1f, 0.9f, -1f]).Accuracy);
    }

    [Fact]
    public void Labels_are_compared_in_the_users_units()
    {
        var network = new Network([1, 1], Activation.Tanh, Activation.Identity, seed: 1);
        network.Layers[0].Weights[0] = 1f;
        network.Layers[0].Biases[0] = 0f;
        network.OutputStandardizer = new Standardizer([0.5f], [2f]); // y = y′/2 + 0.5
        var trainer = new Trainer(network, new Sgd(0.1f));
        Assert.Equal(0.75, trainer.Measure([0.2f, -0.2f, -0.6f, 0.2f], [1f, 0f, 0f, 0f]).Accuracy);
        Assert.Equal(0.5, trainer.Measure([0.2f, -0.2f, -1.6f, 0.2f], [1f, -1f, -1f, -1f]).Accuracy); // y of −0.2 is 0.4
    }

    [Theory]
    [InlineData(nameof(Cost.SquaredError))] // one sample has two labels
    [InlineData(nameof(Cost.BinaryCrossEntropy))]
    public void Labels_may_be_independent(string cost)
    {
        // The biases alone decide the outputs: σ(2) = 0.88, σ(1) = 0.73, σ(−1) = 0.27.
        var network = new Network([1, 3], [Activation.Sigmoid], seed: 1);
        network.Parameters.Clear();
        ((ReadOnlySpan<float>)[2f, 1f, -1f]).CopyTo(network.Layers[0].Biases);
        Metrics metrics = new Trainer(network, new Sgd(1f), Cases.CostNamed(cost)).Measure([0f, 0f], [0f, 1f, 0f, 1f, 1f, 0f]);
        Assert.Equal(5 / 6.0, metrics.Accuracy);
    }

    [Theory]
    [InlineData(1)]
    [InlineData(40)]
    public void The_cost_is_that_of_a_sample_in_both_reductions(int samples)
    {
        float[] x = Cases.Uniform(1, samples * 2), y = Cases.Uniform(2, samples * 3);
        var network = new Network([2, 5, 3], seed: 1);
        Trainer mean = new(network, new Sgd(1f)), sum = new(network, new Sgd(1f), reduction: Reduction.Sum);
        Assert.Equal(mean.Evaluate(x, y), sum.Measure(x, y).Cost);
        Assert.Equal(mean.Measure(x, y), sum.Measure(x, y));
    }

    [Fact]
    public void R2_is_scikit_learns()
    {
        // The second example in the documentation of sklearn.metrics.r2_score: 1 − 1.25/36.1667 and 1 − 3/32.6667, and their mean.
        Score score = ScoreOf(2, [0, 2, -1, 2, 8, -5], [0.5f, 1, -1, 1, 7, -6]);
        Assert.Equal((1 - 1.25 / (217 / 6.0) + 1 - 3 / (98 / 3.0)) / 2, score.R2, 14);

        Assert.Equal(1, ScoreOf(1, [1, 2, 3], [1, 2, 3]).R2); // its other examples
        Assert.Equal(0, ScoreOf(1, [2, 2, 2], [1, 2, 3]).R2);
        Assert.Equal(-3, ScoreOf(1, [3, 2, 1], [1, 2, 3]).R2);
    }

    [Fact]
    public void A_constant_target_is_met_or_not()
    {
        Assert.Equal(1, ScoreOf(1, [-2, -2, -2], [-2, -2, -2]).R2);
        Assert.Equal(0, ScoreOf(1, [-2, -2, -2 + 1e-6f], [-2, -2, -2]).R2);
        Assert.Equal(1, ScoreOf(1, [0.3f], [0.3f]).R2);
        Assert.Equal(0.5, ScoreOf(2, [0.1f, 1, 0.1f, 2], [0.1f, 1.5f, 0.1f, 1.5f]).R2);

        // Sums of 0.1f are not exact by luck. The mean of seven must still be 0.1f.
        Assert.Equal(0, ScoreOf(1, [.. Enumerable.Repeat(0.2f, 7)], [.. Enumerable.Repeat(0.1f, 7)]).R2);
        Assert.Equal(double.NaN, ScoreOf(1, [float.NaN, 1, 2], [0, 1, 2]).R2);
    }

    [Theory]
    [InlineData(1, 1, 1)]
    [InlineData(3, 300, 1)]
    [InlineData(3, 300, 3)]
    [InlineData(1, 129, 1)]
    public void A_network_is_measured_by_its_outputs(int width, int samples, int threads)
    {
        var reference = new Network([2, 5, width], seed: 1, KernelVariant.Scalar);
        float[] x = Cases.Uniform(1, samples * 2), y = OneOrMore(samples, width), a = new float[samples * width];
        reference.Forward(x, a);
        Score expected = ScoreOf(width, a, y);
        foreach (KernelSet set in KernelSet.Supported)
        {
            var trainer = new Trainer(new Network([2, 5, width], seed: 1, set.Variant), new Sgd(1f), threads: threads);
            for (int turn = 0; turn < 2; turn++)
                Assert.Equal(new Metrics(trainer.Evaluate(x, y), expected.Accuracy, expected.R2), trainer.Measure(x, y));
        }

        // The formulas themselves give the same.
        double[] r2 = [.. Enumerable.Range(0, width).Select(i =>
        {
            double[] column = [.. Enumerable.Range(0, samples).Select(s => (double)y[s * width + i])];
            double residual = column.Select((t, s) => Math.Pow(t - a[s * width + i], 2)).Sum(), mean = column.Average();
            double total = column.Sum(t => Math.Pow(t - mean, 2));
            return total == 0 ? 0 : 1 - residual / total;
        })];
        Assert.Equal(r2.Average(), expected.R2, 9);
        int right = Enumerable.Range(0, samples).Count(s => width == 1
            ? MathF.Floor(a[s] + 0.5f) == MathF.Floor(y[s] + 0.5f)
            : Array.IndexOf(a, a[(s * width)..((s + 1) * width)].Max(), s * width) == Array.IndexOf(
                y, y[(s * width)..((s + 1) * width)].Max(), s * width));
        Assert.Equal((double)right / samples, expected.Accuracy);
    }

    [Fact]
    public void Outputs_in_thousands_are_measured_too()
    {
        const int width = 70_000; // one sample fills the room there is for outputs
        var network = new Network([1, width], seed: 1);
        float[] x = [0.5f, -0.5f, 0.25f], y = new float[3 * width];
        network.Forward(x, y);
        Assert.Equal(new Metrics(0f, null, 1), new Trainer(network, new Sgd(1f)).Measure(x, y));
    }

    /// <summary>0 or 1. Each sample of several outputs has one 1.</summary>
    private static float[] OneOrMore(int samples, int width) =>
        [.. Enumerable.Range(0, samples * width).Select(k => k % width == k / width % (width + 1) % 3 ? 1f : 0f)];

    private static Score ScoreOf(
        int width, float[] outputs, float[] targets, Cost? cost = null, Activation? last = null)
    {
        var score = new Score(width, new Labels(width, cost ?? Cost.SquaredError, last ?? Activation.Identity));
        score.Know(targets);
        score.Start();
        score.Add(outputs, targets);
        return score;
    }
}
