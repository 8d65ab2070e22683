using Xunit;

namespace FastNN.Tests.Costs;

/// <summary>
/// Values and gradients of costs at places that say something: at kinks, far out, and where numbers are not finite. A network of one layer
/// without inputs that count has its biases as sums.
/// </summary>
public class CostFormulaTests
{
    private const float Infinity = float.PositiveInfinity, NaN = float.NaN;

    public static TheoryData<KernelVariant> Variants => Cases.Variants;

    [Theory]
    [MemberData(nameof(Variants))]
    public void Huber(KernelVariant variant)
    {
        Cost cost = Cost.Huber(0.5f);
        AssertIs(cost, variant, output: 2f, target: 1.75f, 0.03125f, 0.25f);
        AssertIs(cost, variant, output: 2f, target: 2f, 0f, 0f);
        AssertIs(cost, variant, output: 2f, target: 2.5f, 0.125f, -0.5f);
        AssertIs(cost, variant, output: 2f, target: 5f, 1.375f, -0.5f);
        AssertIs(cost, variant, output: Infinity, target: 5f, Infinity, 0.5f);
        AssertIs(cost, variant, output: Infinity, target: Infinity, NaN, NaN);
        AssertIs(cost, variant, output: NaN, target: 0f, NaN, NaN);
        AssertIs(Cost.Huber(float.MaxValue), variant, output: 3f, target: 1f, 2f, 2f);
        AssertIs(Cost.Huber(float.Epsilon), variant, output: 3f, target: 1f, 2 * float.Epsilon, float.Epsilon);
    }

    [Theory]
    [MemberData(nameof(Variants))]
    public void Absolute_error(KernelVariant variant)
    {
        AssertIs(Cost.AbsoluteError, variant, output: 2f, target: 1.75f, 0.25f, 1f);
        AssertIs(Cost.AbsoluteError, variant, output: 2f, target: 2f, 0f, 0f);
        AssertIs(Cost.AbsoluteError, variant, output: 2f, target: 5f, 3f, -1f);
        AssertIs(Cost.AbsoluteError, variant, output: -Infinity, target: 5f, Infinity, -1f);
        AssertIs(Cost.AbsoluteError, variant, output: 0f, target: NaN, NaN, NaN);
    }

    [Theory]
    [MemberData(nameof(Variants))]
    public void Pinball(KernelVariant variant)
    {
        Cost cost = Cost.Pinball(0.75f);
        AssertIs(cost, variant, output: 3f, target: 1f, 0.5f, 0.25f);
        AssertIs(cost, variant, output: 2f, target: 2f, 0f, 0f);
        AssertIs(cost, variant, output: 1f, target: 3f, 1.5f, -0.75f);
        AssertIs(cost, variant, output: Infinity, target: 1f, Infinity, 0.25f);
        AssertIs(cost, variant, output: 0f, target: Infinity, Infinity, -0.75f);
        AssertIs(cost, variant, output: NaN, target: 0f, NaN, NaN);
    }

    /// <summary>For a sum z and a target: the cost, and δ.</summary>
    [Theory]
    [MemberData(nameof(Variants))]
    public void Poisson(KernelVariant variant)
    {
        AssertIs(Cost.Poisson, variant, output: 0f, target: 1f, 1f, 0f);
        AssertIs(Cost.Poisson, variant, output: 0f, target: 5f, 1f, -4f);
        AssertIs(Cost.Poisson, variant, output: -Infinity, target: 0f, 0f, 0f);
        AssertIs(Cost.Poisson, variant, output: -200f, target: 2f, 400f, -2f);
        AssertIs(Cost.Poisson, variant, output: 88.75f, target: 3f, Infinity, Infinity);
        AssertIs(Cost.Poisson, variant, output: Infinity, target: 3f, Infinity, Infinity);
        AssertIs(Cost.Poisson, variant, output: NaN, target: 3f, NaN, NaN);
    }

    /// <summary>With the smoothing, a target 1 of two is 0.75 and 0.25.</summary>
    [Theory]
    [MemberData(nameof(Variants))]
    public void Smoothing(KernelVariant variant)
    {
        float[] sums = [1f, -2f], smoothed = [0.75f, 0.25f];
        AssertSame(Cost.CrossEntropyWithSmoothing(0.5f), [1f, 0f], Cost.CrossEntropy, smoothed, Activation.Softmax);
        AssertSame(Cost.BinaryCrossEntropyWithSmoothing(0.5f), [1f, 0f], Cost.BinaryCrossEntropy, smoothed, Activation.Sigmoid);

        void AssertSame(Cost cost, float[] targets, Cost plain, float[] plainTargets, Activation last)
        {
            Trainer actual = TrainerOf(cost, last, variant, sums), expected = TrainerOf(plain, last, variant, sums);
            foreach (int batch in (int[])[1, 3])
            {
                float[] x = new float[batch];
                Cases.AssertSameBits(expected.ComputeGradient(x, Rows(plainTargets)), actual.ComputeGradient(x, Rows(targets)), $"{cost}");
                Cases.AssertSameBits(expected.Gradient, actual.Gradient, $"{cost}, {batch} samples");

                float[] Rows(float[] row) => [.. Enumerable.Repeat(row, batch).SelectMany(y => y)];
            }

            Assert.Equal(1.0, actual.Measure([0f], targets).Accuracy);
        }
    }

    /// <summary>The best constant outputs are the median, a quantile and the mean of the targets.</summary>
    [Fact]
    public void What_outputs_learn()
    {
        float[] targets = [1f, 2f, 3f, 4f, 100f], x = new float[5];
        Assert.InRange(Learned(Cost.AbsoluteError, Activation.Identity), 2.9f, 3.1f);
        Assert.InRange(Learned(Cost.Pinball(0.3f), Activation.Identity), 1.9f, 2.1f);
        Assert.InRange(Learned(Cost.Huber(0.01f), Activation.Identity), 2.9f, 3.1f);
        Assert.InRange(Learned(Cost.Poisson, Activation.Exponential), 21.9f, 22.1f);

        float Learned(Cost cost, Activation last)
        {
            var network = new Network([1, 1], [last], seed: 1);
            network.Parameters.Clear();
            var trainer = new Trainer(network, new Adam(0.05f) { Schedule = LearningRateSchedule.Cosine(2_000) }, cost);
            for (int step = 0; step < 2_000; step++) trainer.Step(x, targets);
            float[] output = new float[1];
            network.Forward([0f], output);
            return output[0];
        }
    }

    /// <summary>The cost that is shown has δ in the user's units. Steps have it in the network's own.</summary>
    [Theory]
    [MemberData(nameof(Variants))]
    public void Huber_behind_a_standardizer(KernelVariant variant)
    {
        Trainer trainer = TrainerOf(Cost.Huber(1f), Activation.Identity, variant, [2f]);
        trainer.Network.OutputStandardizer = new Standardizer([10f], [0.5f]); // the output 2 is 14 for the user
        Assert.Equal(3.5f, trainer.ComputeGradient([0f], [10f])); // 4 − ½
        Assert.Equal(1f, trainer.Gradient[1]); // 2 − 0, limited to 1
        Assert.Equal(0.5f, trainer.ComputeGradient([0f, 0f], [13f, 13f]));
        Assert.Equal(0.5f, trainer.Gradient[1]);
    }

    private static Trainer TrainerOf(Cost cost, Activation last, KernelVariant variant, float[] sums)
    {
        var network = new Network([1, sums.Length], [last], seed: 1, kernels: variant);
        network.Parameters.Clear();
        sums.CopyTo(network.Layers[0].Biases);
        return new Trainer(network, new Sgd(1f), cost);
    }

    /// <summary>The output is also a sum. One sample alone and a batch have this cost and this δ.</summary>
    private static void AssertIs(Cost cost, KernelVariant variant, float output, float target, float value, float delta)
    {
        Activation last = cost == Cost.Poisson ? Activation.Exponential : Activation.Identity;
        Trainer trainer = TrainerOf(cost, last, variant, [output]);
        foreach (int batch in (int[])[1, 4])
        {
            float[] y = new float[batch];
            y.AsSpan().Fill(target);
            Assert.Equal(value, trainer.ComputeGradient(new float[batch], y));
            Assert.Equal(delta, trainer.Gradient[1]);
        }
    }
}
