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
    [InlineData(new[] { 0.1f, 0.7f, 0.2f }, new[] { 0f, 1f, 1f }, 1)]
    [InlineData(new[] { -3f, -2f }, new[] { -1f, 0f }, 1)]
    [InlineData(new[] { 0.9f, float.NaN, 0.2f }, new[] { 1f, 0f, 0f }, 0)]
    [InlineData(new[] { float.NaN, 0.9f, 0.2f }, new[] { 1f, 0f, 0f }, 0)]
    [InlineData(new[] { 0.9f, 0.1f, 0.2f }, new[] { 1f, 0f, float.NaN }, 0)]
    [InlineData(new[] { float.NaN, float.NaN }, new[] { float.NaN, float.NaN }, 0)]
    [InlineData(new[] { 0.5f }, new[] { 1f }, 1)]
    [InlineData(new[] { 0.499f }, new[] { 1f }, 0)]
    [InlineData(new[] { 0.499f }, new[] { 0f }, 1)]
    [InlineData(new[] { 0.9f }, new[] { 0.5f }, 1)]
    [InlineData(new[] { float.NaN }, new[] { 0f }, 0)]
    [InlineData(new[] { 0.1f }, new[] { float.NaN }, 0)]
    public void A_sample_is_right_or_not(float[] outputs, float[] targets, double accuracy) =>
        Assert.Equal(accuracy, ScoreOf(outputs.Length, outputs, targets).Accuracy);

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
        Assert.Equal(right / 3.0, ScoreOf(3, outputs, targets, independent: true).Accuracy);
        Assert.Equal((right + 3) / 6.0, ScoreOf(3, [.. outputs, 0.7f, 0.2f, 0.9f], [.. targets, 1f, 0f, 1f], independent: true).Accuracy);
    }

    [Theory]
    [InlineData(nameof(Cost.SquaredError), 1 / 2.0)]
    [InlineData(nameof(Cost.BinaryCrossEntropy), 5 / 6.0)]
    public void Labels_are_independent_under_binary_cross_entropy(string cost, double accuracy)
    {
        // The biases alone decide the outputs: σ(2) = 0.88, σ(1) = 0.73, σ(−1) = 0.27.
        var network = new Network([1, 3], [Activation.Sigmoid], seed: 1);
        network.Parameters.Clear();
        ((ReadOnlySpan<float>)[2f, 1f, -1f]).CopyTo(network.Layers[0].Biases);
        Metrics metrics = new Trainer(network, new Sgd(1f), Cases.CostNamed(cost)).Measure([0f, 0f], [0f, 1f, 0f, 1f, 1f, 0f]);
        Assert.Equal(accuracy, metrics.Accuracy);
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
        float[] x = Cases.Uniform(1, samples * 2), y = Cases.Uniform(2, samples * width), a = new float[samples * width];
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
            return samples == 1 ? 0 : 1 - residual / column.Sum(t => Math.Pow(t - mean, 2));
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
        Assert.Equal(new Metrics(0f, 1, 1), new Trainer(network, new Sgd(1f)).Measure(x, y));
    }

    private static Score ScoreOf(int width, float[] outputs, float[] targets, bool independent = false)
    {
        var score = new Score(width, independent);
        score.Know(targets);
        score.Start();
        score.Add(outputs, targets);
        return score;
    }
}
