using Xunit;

namespace FastNN.Tests.Optimizers;

/// <summary>
/// The method of Levenberg and Marquardt is compared with its formulas in double precision, and with solutions that are known.
/// </summary>
public class LevenbergMarquardtTests
{
    [Theory]
    [InlineData(1e-3f, 0f, 1f)]
    [InlineData(1e-3f, 0.01f, 1f)]
    [InlineData(1f, 0.01f, 0.5f)]
    [InlineData(1e-5f, 0f, 1.5f)]
    public void First_steps_are_those_of_double_precision(float damping, float decay, float rate)
    {
        const int samples = 40, steps = 12;
        float[] x = Cases.Uniform(1, samples * 2, -1f), y = Cases.Uniform(2, samples * 2, -0.9f, 0.9f);
        var network = new Network([2, 4, 2], Activation.Tanh, Activation.Tanh, seed: 3);
        var trainer = new Trainer(network, new LevenbergMarquardt(damping) { WeightDecay = decay, LearningRate = rate });
        var oracle = new LevenbergMarquardtOracle(x, y, hidden: 4, damping, decay, rate) { Parameters = [.. network.Parameters.ToArray()] };
        int failures = 0;
        double way = 0, worst = 0, worstDamping = 0;
        for (int t = 0; t < steps; t++)
        {
            double expected = oracle.Cost;
            Assert.Equal(expected, trainer.Step(x, y), 1e-4 * expected);
            (int trials, double length) = oracle.Iterate();
            failures += trials - 1;
            way += length;
            for (int k = 0; k < oracle.Parameters.Length; k++)
                worst = Math.Max(worst, Math.Abs(network.Parameters[k] - oracle.Parameters[k]) / way);
            worstDamping = Math.Max(worstDamping, Math.Abs(trainer.OptimizerState["damping"][0] / oracle.Damping - 1));
        }

        TestContext.Current.TestOutputHelper!.WriteLine($"{damping} {decay} {rate}: {failures} failures, {worst:E1} {worstDamping:E1}");
        Assert.InRange(worst, 0, 1e-3);
        Assert.InRange(worstDamping, 0, 1e-2);
    }
}
