using System.Reflection;
using Xunit;
using static FastNN.Tests.Model.Notation;

namespace FastNN.Tests.Model;

/// <summary>Costs, gradients, and gradients by the inputs.</summary>
public class GradientModelTests
{
    /// <summary>All costs, with each last layer that they suit.</summary>
    private static readonly (CostFunction Cost, Function Last)[] s_costs =
    [
        .. from cost in Enum.GetValues<CostFunction>()
           from f in Enum.GetValues<Function>()
           where Costs.IsOfOutputs(cost) || Costs.LastOf(cost) == f
           select (cost, f),
    ];

    [Fact]
    public void The_model_has_every_cost() => Assert.Equal(
        Enum.GetNames<CostFunction>().Order(),
        from method in typeof(Cost).GetMethods(BindingFlags.Static | BindingFlags.Public)
        where method.ReturnType == typeof(Cost)
        let name = method.Name.Replace("get_", "")
        orderby name
        select name);

    [Fact]
    public void The_costs_suit_the_last_layers_of_the_page()
    {
        foreach (CostFunction cost in Enum.GetValues<CostFunction>())
        {
            foreach (Function f in Enum.GetValues<Function>())
                Assert.Equal(s_costs.Contains((cost, f)), Pair.Of(cost).Suits(Pair.Of(f)));
        }
    }

    [Fact]
    public void One_sample_has_the_models_cost_and_gradient()
    {
        var draws = new Draws(1);
        for (int k = 0; k < 500; k++) Compare(draws, batch: 1, (count, _) => draws.Ordinary(count), most: 70);
    }

    [Fact]
    public void Batches_of_2_to_70_samples_have_the_models_costs_and_gradients()
    {
        var draws = new Draws(2);
        for (int batch = 2; batch <= 70; batch++)
        {
            for (int k = 0; k < 3; k++) Compare(draws, batch, (count, _) => draws.Ordinary(count), most: 50);
        }
    }

    [Fact]
    public void Special_numbers_have_the_models_costs_and_gradients()
    {
        var draws = new Draws(3);
        for (int k = 0; k < 400; k++)
        {
            int oneIn = draws.One<int>([4, 40, 400]);
            Compare(draws, 1 + draws.Below(5), (count, isInput) => draws.Special(count, isInput ? oneIn : 10 * oneIn), most: 20);
        }
    }

    [Fact]
    public void Tiny_and_huge_numbers_have_the_models_costs_and_gradients()
    {
        var draws = new Draws(4);
        for (int k = 0; k < 300; k++)
        {
            int exponent = draws.One<int>([-80, -40, 0, 30, 60]);
            Compare(draws, 1 + draws.Below(5), (count, isInput) => draws.Wide(count, isInput ? -exponent : exponent), most: 20);
        }
    }

    [Fact]
    public void Larger_batches_have_the_models_costs_and_gradients()
    {
        var draws = new Draws(5);
        foreach (int batch in (int[])[127, 128, 129, 260]) Compare(draws, batch, (count, _) => draws.Ordinary(count), most: 60);
    }

    [Fact]
    public void Batches_of_several_segments_have_the_models_costs_and_gradients()
    {
        var draws = new Draws(6);
        foreach (int batch in (int[])[1023, 1024, 1025, 1200, 2048, 2049, 3100])
        {
            Compare(draws, batch, (count, _) => draws.Ordinary(count), most: 6);
            Compare(draws, batch, (count, isInput) => draws.Special(count, isInput ? 4000 : 40), most: 6);
            Compare(draws, batch, (count, isInput) => draws.Wide(count, isInput ? -30 : 30), most: 6);
        }
    }

    /// <summary>Each cost of the outputs by itself, so that no network hides a number.</summary>
    [Fact]
    public void Drawn_parameters_of_costs_have_the_models_costs_and_gradients()
    {
        var draws = new Draws(7);
        for (int k = 0; k < 300; k++)
        {
            int n = 2 + draws.Below(40); // a trainer refuses softmax of one output
            float[] z = [.. draws.Special(n, 20).Select(sum => sum + 0f)]; // a network makes no −0 of biases
            float[] y = draws.Maybe ? draws.Special(n, 20) : draws.Ordinary(n);
            float tau = draws.Uniform(0.01f, 0.99f), epsilon = draws.Uniform(0.01f, 0.99f);
            float delta = MathF.Abs(draws.Wide(1, 20)[0]) + float.Epsilon;
            Compare(Cost.Huber(delta), Function.Identity, z, y, Costs.Huber(delta, Function.Identity, z, z, y, Costs.Ones(y)));
            Compare(Cost.Pinball(tau), Function.Identity, z, y, Costs.Pinball(tau, Function.Identity, z, z, y, Costs.Ones(y)));
            float[] pairs = Costs.Smoothed(epsilon, 2, y), classes = Costs.Smoothed(epsilon, n, y);
            (float C, float[] Delta) ofPairs = Costs.BinaryCrossEntropy(z, pairs, Costs.Ones(y));
            Compare(Cost.BinaryCrossEntropyWithSmoothing(epsilon), Function.Sigmoid, z, y, ofPairs);
            Compare(Cost.CrossEntropyWithSmoothing(epsilon), Function.Softmax, z, y, Costs.CrossEntropy(z, classes));
        }
    }

    /// <summary>A network without inputs that count has its biases as sums.</summary>
    private static void Compare(Cost cost, Function last, float[] z, float[] y, (float C, float[] Delta) expected)
    {
        foreach (KernelVariant variant in Kernels.Supported)
        {
            var network = new Network([1, z.Length], [Pair.Of(last)], seed: 0, kernels: variant);
            network.Parameters.Clear();
            z.CopyTo(network.Layers[0].Biases);
            var trainer = new Trainer(network, new Sgd(1), cost, Reduction.Sum);
            foreach (int batch in (int[])[1, 2])
            {
                float[] x = new float[batch], targets = [.. Enumerable.Repeat(y, batch).SelectMany(row => row)];
                float c = trainer.ComputeGradient(x, targets);
                Same.Bits((float)((double)expected.C * batch), c, $"{cost}, {variant}");
                float[] deltas = batch == 1 ? expected.Delta : [.. expected.Delta.Select(d => Fma(d, 1, Fma(d, 1, +0f)))];
                Same.Bits(deltas, trainer.Gradient[z.Length..], $"δ of {cost}, {variant}");
            }
        }
    }

    private static void Compare(Draws draws, int batch, Func<int, bool, float[]> draw, int most)
    {
        (CostFunction cost, Function last) = draws.One(s_costs);
        int[] widths = draws.Widths(most);
        if (last == Function.Softmax) widths[^1] = Math.Max(2, widths[^1]); // a trainer refuses one output
        Function[] functions = draws.Functions(widths.Length - 1, last);
        float[] parameters = draw(Pair.Count(widths), false), x = draw(batch * widths[0], true);
        float[] y = draws.Maybe ? draw(batch * widths[^1], true) : draws.Targets(cost, batch, widths[^1]);
        bool mean = draws.Maybe;
        var model = new ModelTrainer(new ModelNetwork(widths, functions, parameters), new SgdRule(new RuleOptions(1)), cost, mean);
        float C = model.ComputeGradient(x, y);
        float[] gradient = [.. model.Gradient], byOutputs = draw(batch * widths[^1], true), byInputs = model.Backward(x, byOutputs);
        float[] aloneByInputs = model.Network.InputGradient(x, byOutputs), jacobian = model.Network.Jacobian(x);
        foreach (KernelVariant variant in Kernels.Supported)
        {
            Network network = new Pair(widths, functions, parameters, variant).Library;
            var trainer = new Trainer(
                network, new Sgd(1), Pair.Of(cost), mean ? Reduction.Mean : Reduction.Sum, threads: 1 + draws.Below(2));
            string what = $"batch {batch} of {network}, {cost}, mean {mean}";
            Same.Bits(C, trainer.Evaluate(x, y), $"Evaluate, {what}");
            Same.Bits(C, trainer.ComputeGradient(x, y), $"cost, {what}");
            Same.Bits(gradient, trainer.Gradient, $"gradient, {what}");
            float[] actual = new float[x.Length];
            trainer.Backward(x, byOutputs, actual);
            Same.Bits(byInputs, actual, $"gradient by the inputs, {what}");
            Same.Bits(model.Gradient, trainer.Gradient, $"Backward, {what}");
            network.InputGradient(x, byOutputs, actual);
            Same.Bits(aloneByInputs, actual, $"InputGradient, {what}");
            float[] rows = new float[jacobian.Length];
            network.Jacobian(x, rows, trainer.Threads);
            Same.Bits(jacobian, rows, $"Jacobian, {what}");
        }
    }
}
