using Xunit;

namespace FastNN.Tests.Training;

/// <summary>Measure passes forward once. Cost and outputs are yet those of Evaluate and of Forward.</summary>
public class MeasureTests
{
    /// <summary>The last layer and the cost.</summary>
    public static TheoryData<string, string> Ends =>
        new(from cost in Cost.All from last in Activation.All where cost.Suits(last) select ($"{last}", $"{cost}"));

    [Theory]
    [MemberData(nameof(Ends))]
    public void Cost_and_outputs_are_those_of_Evaluate_and_Forward(string last, string costName)
    {
        Activation output = Activation.All.Single(activation => $"{activation}" == last);
        Cost cost = Cost.All.Single(each => $"{each}" == costName);
        foreach ((int samples, int threads) in ((int, int)[])[(1, 1), (2, 1), (40, 2), (300, 2)])
        {
            foreach (bool standardized in (bool[])[false, true])
            {
                if (standardized && output != Activation.Identity) continue;

                var network = new Network([3, 17, 4], Activation.Tanh, output, seed: 5);
                float[] x = Cases.Uniform(1, samples * 3), y = new float[samples * 4], a = new float[samples * 4];
                for (int s = 0; s < samples; s++) y[s * 4 + s % 4] = 1;
                if (standardized)
                {
                    network.InputStandardizer = Standardizer.FitRange([1, 2, 3, -4, 5, 7], 3);
                    network.OutputStandardizer = Standardizer.FitRange([1, 2, 3, 4, -5, 5, 7, 9], 4);
                }

                var trainer = new Trainer(network, new Sgd(0.1f), cost, threads: threads);
                network.Forward(x, a);
                Metrics metrics = trainer.Measure(x, y);
                Assert.Equal(trainer.Evaluate(x, y), metrics.Cost);
                Assert.Equal(R2Of(a, y), metrics.R2);
            }
        }
    }

    /// <summary>R² of each output, in double precision and in the order of the samples. Then their mean.</summary>
    private static double R2Of(float[] a, float[] y)
    {
        double sum = 0;
        for (int i = 0; i < 4; i++)
        {
            double mean = 0, residuals = 0, total = 0;
            for (int k = i; k < y.Length; k += 4) mean += y[k];
            mean /= y.Length / 4;
            for (int k = i; k < y.Length; k += 4)
            {
                residuals += ((double)y[k] - a[k]) * ((double)y[k] - a[k]);
                total += (y[k] - mean) * (y[k] - mean);
            }

            sum += residuals == 0 ? 1 : total == 0 ? 0 : 1 - residuals / total;
        }

        return sum / 4;
    }
}
