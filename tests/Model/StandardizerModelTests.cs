using Xunit;

namespace FastNN.Tests.Model;

/// <summary>Standardizers: their numbers, and everything that a network with them computes.</summary>
public class StandardizerModelTests
{
    private static readonly CostFunction[] s_costs = [.. Enum.GetValues<CostFunction>().Where(Costs.IsOfOutputs)];

    [Fact]
    public void Fits_have_the_models_means_and_factors()
    {
        var draws = new Draws(1);
        for (int k = 0; k < 500; k++)
        {
            int width = 1 + draws.Below(9), count = width * (1 + draws.Below(50));
            float[] samples = (k % 3) switch
            {
                0 => draws.Ordinary(count, 100),
                1 => draws.Wide(count, draws.One<int>([-110, -20, 0, 100])),
                _ => [.. draws.Ordinary(count).Select((x, i) => i % width % 3 == 0 ? 3f : 1e6f + x)],
            };
            Compare(ModelStandardizer.Fit(samples, width), Standardizer.Fit(samples, width), $"Fit, width {width}");
            float low = draws.Uniform(-2, 0), high = draws.Uniform(0.5f, 2);
            Compare(
                ModelStandardizer.FitRange(samples, width, low, high), Standardizer.FitRange(samples, width, low, high),
                $"FitRange, width {width}");
        }
    }

    [Fact]
    public void Networks_with_standardizers_have_the_models_numbers()
    {
        var draws = new Draws(2);
        for (int k = 0; k < 150; k++) Compare(draws, 1 + (k % 3 == 0 ? 0 : draws.Below(70)), count => draws.Ordinary(count));
        for (int k = 0; k < 150; k++) Compare(draws, 1 + draws.Below(5), count => draws.Special(count, 20));
    }

    private static void Compare(Draws draws, int batch, Func<int, float[]> draw)
    {
        int[] widths = draws.Widths(50);
        Function last = draws.Maybe ? Function.Identity : Function.Tanh;
        Function[] functions = draws.Functions(widths.Length - 1, last);
        float[] parameters = draw(Pair.Count(widths)), x = draw(batch * widths[0]), y = draw(batch * widths[^1]);
        ModelStandardizer? input = draws.Maybe ? Random(draws, widths[0]) : null;
        ModelStandardizer? output = last == Function.Identity && (input == null || draws.Maybe) ? Random(draws, widths[^1]) : null;
        var network = new ModelNetwork(widths, functions, parameters) { InputStandardizer = input, OutputStandardizer = output };
        CostFunction cost = draws.One(s_costs);
        var model = new ModelTrainer(network, new SgdRule(new RuleOptions(1)), cost, mean: true);
        float C = model.ComputeGradient(x, y);
        float[] gradient = [.. model.Gradient], outputs = network.Forward(x);
        float[] byOutputs = draw(y.Length), byInputs = model.Backward(x, byOutputs);
        (float measuredCost, double? accuracy, double r2) = Measures.Of(model, x, y);
        foreach (KernelVariant variant in Kernels.Supported)
        {
            Network library = new Pair(widths, functions, parameters, variant).Library;
            library.InputStandardizer = Of(input);
            library.OutputStandardizer = Of(output);
            var trainer = new Trainer(library, new Sgd(1), Pair.Of(cost), threads: 1 + draws.Below(2));
            string what = $"batch {batch} of {library}, {cost}, input {input != null}, output {output != null}";
            float[] actual = new float[y.Length], actualByInputs = new float[x.Length];
            library.Forward(x, actual);
            Same.Bits(outputs, actual, $"Forward, {what}");
            Metrics metrics = trainer.Measure(x, y);
            Same.Bits(measuredCost, metrics.Cost, $"Measure, {what}");
            Assert.Equal(accuracy, metrics.Accuracy);
            Same.Bits(r2, metrics.R2, $"R², {what}");
            Same.Bits(C, trainer.ComputeGradient(x, y), $"cost, {what}");
            Same.Bits(gradient, trainer.Gradient, $"gradient, {what}");
            trainer.Backward(x, byOutputs, actualByInputs);
            Same.Bits(model.Gradient, trainer.Gradient, $"Backward, {what}");
            Same.Bits(byInputs, actualByInputs, $"gradient by the inputs, {what}");
            CompareDerivatives(network, library, x, byOutputs, what);
        }
    }

    private static void CompareDerivatives(ModelNetwork model, Network library, float[] x, float[] byOutputs, string what)
    {
        float[] expected = model.InputGradient(x, byOutputs), jacobian = model.Jacobian(x);
        float[] byInputs = new float[expected.Length], rows = new float[jacobian.Length];
        library.InputGradient(x, byOutputs, byInputs);
        Same.Bits(expected, byInputs, $"InputGradient, {what}");
        library.Jacobian(x, rows);
        Same.Bits(jacobian, rows, $"Jacobian, {what}");
    }

    private static ModelStandardizer Random(Draws draws, int width) =>
        new(draws.Ordinary(width, 3), [.. draws.Ordinary(width, 3).Select(f => f == 0 ? 1 : f)]);

    private static Standardizer? Of(ModelStandardizer? model) => model == null ? null : new Standardizer(model.Mean, model.Factor);

    private static void Compare(ModelStandardizer model, Standardizer library, string what)
    {
        Same.Bits(model.Mean, library.Mean, $"mean, {what}");
        Same.Bits(model.Factor, library.Factor, $"factor, {what}");
    }
}
