using Xunit;

namespace FastNN.Tests.Model;

/// <summary>Measure: cost, accuracy and R². And TrainUntil.</summary>
public class MeasureModelTests
{
    [Fact]
    public void Measure_gives_the_models_numbers()
    {
        var draws = new Draws(1);
        for (int k = 0; k < 300; k++)
        {
            CostFunction cost = draws.One(Enum.GetValues<CostFunction>());
            Function last = Costs.IsOfOutputs(cost) ? (Function)draws.Below(1 + (int)Function.Softmax) : Costs.LastOf(cost);
            int[] widths = draws.Widths(12);
            if (last == Function.Softmax) widths[^1] = Math.Max(2, widths[^1]); // a trainer refuses one output
            int samples = 1 + draws.Below(12);
            float[] parameters = draws.Special(Pair.Count(widths), 10_000), x = draws.Special(samples * widths[0], 1000);
            float[] y = draws.Below(3) switch
            {
                0 => draws.Special(samples * widths[^1], 100),
                1 => [.. Enumerable.Repeat(0.5f, samples * widths[^1])],
                _ => [.. draws.Ordinary(samples * widths[^1]).Select(number => MathF.Round(number))],
            };
            Compare(draws, cost, widths, draws.Functions(widths.Length - 1, last), parameters, x, y);
        }
    }

    [Fact]
    public void Equal_outputs_and_targets_have_the_models_numbers()
    {
        var draws = new Draws(2);
        float[] few = [0, -0f, 0.5f, 1, 0.49999997f, float.NaN];
        for (int k = 0; k < 400; k++)
        {
            int n = 1 + draws.Below(5), samples = 1 + draws.Below(4);
            float[] identity = [.. Enumerable.Range(0, n * n + n).Select(place => place < n * n && place % (n + 1) == 0 ? 1f : 0f)];
            float[] x = Some(), y = draws.Maybe ? [.. x] : Some();
            Compare(draws, CostFunction.SquaredError, [n, n], [Function.Identity], identity, x, y);

            float[] Some() => [.. Enumerable.Range(0, samples * n).Select(_ => draws.One(few))];
        }
    }

    [Fact]
    public void Labels_have_the_models_accuracy()
    {
        var draws = new Draws(4);
        for (int k = 0; k < 600; k++)
        {
            var last = (Function)draws.Below(1 + (int)Function.Softmax);
            int[] widths = draws.Widths(6);
            if (last == Function.Softmax) widths[^1] = Math.Max(2, widths[^1]);
            int samples = 1 + draws.Below(4), n = widths[^1];
            float low = draws.Maybe ? 0 : -1;
            float[] y = [.. Enumerable.Range(0, samples).SelectMany(_ => Row(n, low, draws.Below(4)))];
            if (draws.Below(8) == 0) y[^1] = draws.One([-1f, -0f, 0, 1, 0.5f]);
            float[] parameters = draws.Ordinary(Pair.Count(widths)), x = draws.Ordinary(samples * widths[0]);
            Compare(draws, CostFunction.SquaredError, widths, draws.Functions(widths.Length - 1, last), parameters, x, y);
        }

        // One hot in most samples. In the others each label is drawn, or all labels are 1.
        float[] Row(int n, float low, int kind)
        {
            int hot = draws.Below(n);
            return [.. Enumerable.Range(0, n).Select(i => kind == 0 ? draws.One([low, 1]) : kind == 1 || i == hot ? 1 : low)];
        }
    }

    [Fact]
    public void TrainUntil_ends_where_the_model_ends()
    {
        var draws = new Draws(3);
        for (int k = 0; k < 100; k++)
        {
            int[] widths = draws.Widths(12);
            Function[] functions = draws.Functions(widths.Length - 1, Function.Identity);
            float rate = draws.One<float>([0.05f, 0.3f, 1e20f]), goal;
            int samples = 1 + draws.Below(4), most = draws.Below(12);
            float[] x = draws.Ordinary(samples * widths[0]), y = draws.Ordinary(samples * widths[^1]);
            var pair = new Pair(widths, functions, draws.Ordinary(Pair.Count(widths)), draws.One(Kernels.Supported));
            var model = new ModelTrainer(pair.Model, new SgdRule(new RuleOptions(rate)), CostFunction.SquaredError, mean: true);
            goal = draws.Maybe ? model.Evaluate(x, y) : draws.One<float>([0, 0.3f, 1]);
            (int steps, float cost) = model.TrainUntil(x, y, goal, most);
            TrainingResult result = new Trainer(pair.Library, new Sgd(rate)).TrainUntil(x, y, goal, most);
            Assert.Equal((steps, cost <= goal), (result.Steps, result.Reached));
            Same.Bits(cost, result.Cost, "cost");
            Same.Bits(pair.Model.Parameters, pair.Library.Parameters, "parameters");
        }
    }

    private static void Compare(
        Draws draws, CostFunction cost, int[] widths, Function[] functions, float[] parameters, float[] x, float[] y)
    {
        bool mean = draws.Maybe;
        var model = new ModelTrainer(new ModelNetwork(widths, functions, parameters), new SgdRule(new RuleOptions(1)), cost, mean);
        (float expectedCost, double? accuracy, double r2) = Measures.Of(model, x, y);
        foreach (KernelVariant variant in Kernels.Supported)
        {
            Network network = new Pair(widths, functions, parameters, variant).Library;
            var library = new Trainer(network, new Sgd(1), Pair.Of(cost), mean ? Reduction.Mean : Reduction.Sum, 1 + draws.Below(2));
            Metrics metrics = library.Measure(x, y);
            Same.Bits(expectedCost, metrics.Cost, $"cost, {network}, {cost}");
            Assert.Equal(accuracy, metrics.Accuracy);
            Same.Bits(r2, metrics.R2, $"R², {network}, {cost}");
        }
    }
}
