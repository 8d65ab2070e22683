using Xunit;

namespace FastNN.Tests.Fit;

/// <summary>The confusion matrix: its counts, its shares, and what it refuses.</summary>
public class ConfusionTests
{
    [Fact]
    public void Shares_are_those_of_the_counts()
    {
        // The example of scikit-learn's documentation of confusion_matrix, and shares worked out by hand.
        var matrix = new ConfusionMatrix(3);
        (int Actual, int Predicted)[] samples = [(2, 0), (0, 0), (2, 2), (2, 2), (0, 0), (1, 2)];
        foreach ((int actual, int predicted) in samples) matrix.Add(actual, predicted);
        Assert.Equal([2, 0, 0, 0, 0, 1, 1, 0, 2], Enumerable.Range(0, 9).Select(k => matrix[k / 3, k % 3]));
        Assert.Equal((3, 6L, 4 / 6.0), (matrix.Classes, matrix.Samples, matrix.Accuracy));
        Assert.Equal([2 / 3.0, 0, 2 / 3.0], Enumerable.Range(0, 3).Select(matrix.Precision)); // nothing was taken for 1
        Assert.Equal([1, 0, 2 / 3.0], Enumerable.Range(0, 3).Select(matrix.Recall));
        Assert.Equal([0.8, 0, 2 / 3.0], Enumerable.Range(0, 3).Select(matrix.F1));
    }

    [Fact]
    public void Nothing_counted_is_0()
    {
        var matrix = new ConfusionMatrix(2);
        Assert.Equal((0L, 0.0, 0.0, 0.0, 0.0), (matrix.Samples, matrix.Accuracy, matrix.Precision(0), matrix.Recall(1), matrix.F1(0)));
    }

    [Fact]
    public void It_is_a_table()
    {
        var matrix = new ConfusionMatrix(2);
        for (int k = 0; k < 12; k++) matrix.Add(0, 0);
        for (int k = 0; k < 3; k++) matrix.Add(1, 0);
        for (int k = 0; k < 2; k++) matrix.Add(1, 1);
        string[] lines =
        [
            @"actual \ predicted      0      1  recall     F1",
            "0                      12      0   1.000  0.889",
            "1                       3      2   0.400  0.571",
            "precision           0.800  1.000",
            "accuracy 0.824 of 17 samples",
        ];
        Assert.Equal(string.Join('\n', lines), $"{matrix}");
    }

    [Fact]
    public void Several_outputs_name_the_class_of_the_largest()
    {
        var network = new Network([3, 3], [Activation.Softmax], seed: 1);
        network.Parameters.Clear();
        for (int k = 0; k < 3; k++) network.Layers[0].Weights[4 * k] = 1f;
        float[] x = [3f, 2f, 1f, 3f, 3f, 1f, 1f, 2f, 3f, 0f, 1f, 0f], y = [1f, 0f, 0f, 0f, 1f, 0f, 0f, 0f, 1f, 0f, 1f, 0f];
        foreach (Cost cost in (Cost[])[Cost.CrossEntropy, Cost.SquaredError])
        {
            foreach (int threads in (int[])[1, 2])
            {
                var trainer = new Trainer(network, new Sgd(1f), cost, threads: threads);
                ConfusionMatrix matrix = trainer.Confusion(x, y);
                Assert.Equal([1, 0, 0, 1, 1, 0, 0, 0, 1], Enumerable.Range(0, 9).Select(k => matrix[k / 3, k % 3]));
                Assert.Equal(trainer.Measure(x, y).Accuracy, matrix.Accuracy);
            }
        }
    }

    [Theory]
    [InlineData("Sigmoid", 0f)]
    [InlineData("Tanh", -1f)]
    [InlineData("Identity", 0f)]
    [InlineData("Identity", -1f)]
    public void One_output_names_two_classes(string last, float low)
    {
        Activation end = Activation.All.Single(activation => activation.Name == last);
        var network = new Network([1, 1], Activation.Tanh, end, seed: 1);
        network.Layers[0].Weights[0] = 1f;
        network.Layers[0].Biases[0] = 0f;
        float[] x = Cases.Uniform(1, 40_000, -2f, 2f), y = [.. Cases.Uniform(2, 40_000).Select(value => value < 0.3f ? 1f : low)];
        var trainer = new Trainer(network, new Sgd(1f));
        ConfusionMatrix matrix = trainer.Confusion(x, y);
        float threshold = end == Activation.Sigmoid || low == -1f ? 0f : 0.5f; // of x
        foreach ((int actual, int predicted) in ((int, int)[])[(0, 0), (0, 1), (1, 0), (1, 1)])
        {
            int count = x.Zip(y).Count(pair => pair.Second == 1f == (actual == 1) && pair.First >= threshold == (predicted == 1));
            Assert.Equal(count, matrix[actual, predicted]);
        }

        Assert.Equal(trainer.Measure(x, y).Accuracy, matrix.Accuracy);
    }

    [Fact]
    public void Targets_that_are_no_labels_are_refused()
    {
        var one = new Trainer(new Network([1, 1], Activation.Tanh, Activation.Identity, seed: 1), new Sgd(1f));
        var two = new Trainer(new Network([1, 2], Activation.Tanh, Activation.Sigmoid, seed: 1), new Sgd(1f), Cost.BinaryCrossEntropy);
        var softmax = new Trainer(new Network([1, 2], Activation.Tanh, Activation.Softmax, seed: 1), new Sgd(1f), Cost.CrossEntropy);
        Refuses("all 0 or 1, or all -1 or 1, but targets[1] is 0.7.", () => one.Confusion([1f, 2f], [1f, 0.7f]));
        Refuses("but targets[1] is -1, beside others that are 0.", () => one.Confusion([1f, 2f, 3f], [1f, -1f, 0f]));
        Refuses("must have one label a sample, but under BinaryCrossEntropy each of the 2 outputs", () => two.Confusion([1f], [1f, 0f]));
        Refuses("targets of sample 1 must be labels, but hold a NaN.", () => softmax.Confusion([1f, 2f], [1f, 0f, float.NaN, 1f]));
        Refuses("4 for the batch of 2", () => softmax.Confusion([1f, 2f], [1f, 0f]));
        Assert.Equal(
            "The outputs of sample 0 hold a NaN, so they name no class.",
            Assert.Throws<InvalidOperationException>(() => softmax.Confusion([float.NaN], [1f, 0f])).Message);
    }

    [Fact]
    public void Classes_that_are_not_there_are_refused()
    {
        foreach (int classes in (int[])[1, 0, -1, 10_001])
            Assert.Throws<ArgumentOutOfRangeException>("classes", () => new ConfusionMatrix(classes));
        var matrix = new ConfusionMatrix(2);
        Assert.Throws<ArgumentOutOfRangeException>("actual", () => matrix.Add(2, 0));
        Assert.Throws<ArgumentOutOfRangeException>("predicted", () => matrix.Add(0, -1));
        Assert.Throws<ArgumentOutOfRangeException>("predicted", () => matrix[0, 2]);
        foreach (Func<int, double> share in (Func<int, double>[])[matrix.Precision, matrix.Recall, matrix.F1])
        {
            Assert.Throws<ArgumentOutOfRangeException>("label", () => share(2));
            Assert.Throws<ArgumentOutOfRangeException>("label", () => share(-1));
        }

        Assert.Equal(0, matrix.Samples);
    }

    private static void Refuses(string reason, Action act) =>
        Assert.Contains(reason, Assert.Throws<ArgumentException>("targets", act).Message, StringComparison.Ordinal);
}
