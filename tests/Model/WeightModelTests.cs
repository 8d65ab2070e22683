using Xunit;

namespace FastNN.Tests.Model;

/// <summary>Weights of samples and of outputs.</summary>
public class WeightModelTests
{
    private static readonly (CostFunction Cost, Function Last)[] s_costs =
    [
        .. from cost in Enum.GetValues<CostFunction>()
           from f in Enum.GetValues<Function>()
           where Costs.IsOfOutputs(cost) || Costs.LastOf(cost) == f
           select (cost, f),
    ];

    [Fact]
    public void Weighted_samples_and_outputs_have_the_models_costs_and_gradients()
    {
        var draws = new Draws(1);
        for (int k = 0; k < 400; k++) Compare(draws, 1 + draws.Below(k % 4 == 0 ? 70 : 3), (count, _) => draws.Ordinary(count));
    }

    [Fact]
    public void Special_numbers_have_the_models_costs_and_gradients()
    {
        var draws = new Draws(2);
        for (int k = 0; k < 400; k++)
        {
            int oneIn = draws.One<int>([4, 40, 400]);
            Compare(draws, 1 + draws.Below(5), (count, isInput) => draws.Special(count, isInput ? oneIn : 10 * oneIn));
        }
    }

    [Fact]
    public void Steps_with_weights_have_the_models_parameters()
    {
        var draws = new Draws(3);
        foreach (KernelVariant variant in Kernels.Supported)
        {
            for (int k = 0; k < 12; k++)
            {
                int[] widths = draws.Widths(20);
                Function[] functions = draws.Functions(widths.Length - 1, Function.Tanh);
                int batch = draws.One<int>([1, 2, 9, 140]);
                float[] parameters = draws.Ordinary(Pair.Count(widths)), x = draws.Ordinary(batch * widths[0]);
                float[] y = draws.Ordinary(batch * widths[^1]);
                var pair = new Pair(widths, functions, parameters, variant);
                var model = new ModelTrainer(pair.Model, new SgdRule(new RuleOptions(0.1f)), CostFunction.SquaredError, draws.Maybe);
                var trainer = new Trainer(pair.Library, new Sgd(0.1f), reduction: model.Mean ? Reduction.Mean : Reduction.Sum, threads: 2);
                for (int step = 0; step < 3; step++)
                {
                    float[] weights = Weights(draws, draws.Maybe ? batch : y.Length);
                    float cost = model.ComputeGradient(x, y, weights);
                    model.Apply();
                    Same.Bits(cost, trainer.Step(x, y, weights), $"cost, {pair.Library}, batch {batch}");
                    Same.Bits(pair.Model.Parameters, pair.Library.Parameters, $"parameters, {pair.Library}, batch {batch}");
                }
            }
        }
    }

    private static void Compare(Draws draws, int batch, Func<int, bool, float[]> draw)
    {
        (CostFunction cost, Function last) = draws.One(s_costs);
        int[] widths = draws.Widths(40);
        if (last == Function.Softmax) widths[^1] = Math.Max(2, widths[^1]); // a trainer refuses one output
        Function[] functions = draws.Functions(widths.Length - 1, last);
        float[] parameters = draw(Pair.Count(widths), false), x = draw(batch * widths[0], true);
        float[] y = draws.Maybe ? draw(batch * widths[^1], true) : draws.Targets(cost, batch, widths[^1]);
        float[] weights = Weights(draws, draws.Maybe ? batch : y.Length);
        bool mean = draws.Maybe;
        bool standardized = last == Function.Identity && draws.Maybe;
        ModelStandardizer? output = standardized ? new(draws.Ordinary(widths[^1], 3), draws.Ordinary(widths[^1], 3)) : null;
        if (output != null && output.Factor.Contains(0)) return;

        var network = new ModelNetwork(widths, functions, parameters) { OutputStandardizer = output };
        var model = new ModelTrainer(network, new SgdRule(new RuleOptions(1)), cost, mean);
        float C = model.ComputeGradient(x, y, weights);
        foreach (KernelVariant variant in Kernels.Supported)
        {
            Network library = new Pair(widths, functions, parameters, variant).Library;
            if (output != null) library.OutputStandardizer = new Standardizer(output.Mean, output.Factor);
            var trainer = new Trainer(
                library, new Sgd(1), Pair.Of(cost), mean ? Reduction.Mean : Reduction.Sum, threads: 1 + draws.Below(2));
            string what = $"batch {batch} of {library}, {weights.Length} weights, {cost}, mean {mean}, {output != null}";
            Same.Bits(C, trainer.Evaluate(x, y, weights), $"Evaluate, {what}");
            Same.Bits(C, trainer.ComputeGradient(x, y, weights), $"cost, {what}");
            Same.Bits(model.Gradient, trainer.Gradient, $"gradient, {what}");
            (float measured, double? accuracy, double r2) = WeightedMeasures.Of(model, x, y, weights);
            Metrics metrics = trainer.Measure(x, y, weights);
            Same.Bits(measured, metrics.Cost, $"Measure, {what}");
            Assert.Equal(accuracy, metrics.Accuracy);
            Same.Bits(r2, metrics.R2, $"R², {what}");
            Same.Bits(C, model.Evaluate(x, y, weights), $"Evaluate by the model, {what}");
        }
    }

    /// <summary>Some are 0, some 1, and some of any size between 0.01 and 100. Rarely all are 0.</summary>
    private static float[] Weights(Draws draws, int count) =>
        [.. Enumerable.Range(0, count).Select(_ => draws.One<float>([0f, 0f, 1f, draws.Uniform(0.01f, 1), draws.Uniform(1, 100)]))];
}
