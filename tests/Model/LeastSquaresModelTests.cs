using Xunit;

namespace FastNN.Tests.Model;

/// <summary>Iterations of Levenberg–Marquardt.</summary>
public class LeastSquaresModelTests
{
    [Fact]
    public void Iterations_have_the_models_parameters_and_damping()
    {
        var draws = new Draws(1);
        long updates = 0;
        for (int k = 0; k < 60; k++)
            updates += Compare(draws, draws.Widths(9), 1 + draws.Below(40), count => draws.Ordinary(count), $"draw {k}");
        Assert.InRange(updates, 200, 300);
    }

    [Fact]
    public void Two_segments_have_the_models_parameters_and_damping()
    {
        var draws = new Draws(2);
        for (int k = 0; k < 3; k++) Compare(draws, [2, 4, 3], 350 + k, count => draws.Ordinary(count), $"draw {k}");
    }

    [Fact]
    public void Special_numbers_have_the_models_parameters_and_damping()
    {
        var draws = new Draws(3);
        for (int k = 0; k < 60; k++)
        {
            int oneIn = draws.One<int>([30, 300]), exponent = draws.One<int>([-60, 10, 30]);
            float[] Numbers(int count) => k % 2 == 0 ? draws.Special(count, oneIn) : draws.Wide(count, exponent);
            Compare(draws, draws.Widths(5), 1 + draws.Below(6), Numbers, $"special draw {k}");
        }
    }

    /// <returns>How many of five iterations found something.</returns>
    private static long Compare(Draws draws, int[] widths, int batch, Func<int, float[]> draw, string what)
    {
        Function last = draws.Maybe ? Function.Identity : draws.One(Enum.GetValues<Function>());
        if (last == Function.Softmax) widths[^1] = Math.Max(2, widths[^1]); // a trainer refuses one output
        Function[] functions = draws.Functions(widths.Length - 1, last);
        float[] parameters = draw(Pair.Count(widths)), x = draw(batch * widths[0]), y = draw(batch * widths[^1]);
        float λ = draws.One<float>([0, 0, 0.01f, 0.3f]), damping = draws.One<float>([1e-3f, 1, 1e-8f]);
        float rate = draws.One<float>([1, 1, 0.5f]);
        bool mean = draws.Maybe;
        ModelStandardizer? input = draws.Maybe ? null : ModelStandardizer.Fit(draws.Ordinary(9 * widths[0], 3), widths[0]);
        ModelStandardizer? output = last != Function.Identity || draws.Maybe
            ? null : ModelStandardizer.Fit(draws.Ordinary(9 * widths[^1], 3), widths[^1]);
        var network = new ModelNetwork(widths, functions, [.. parameters]) { InputStandardizer = input, OutputStandardizer = output };
        var model = new ModelLeastSquares(network, mean, λ, damping, rate);
        int threads = 1 + draws.Below(2); // one draw, so that all settings have the same
        Trainer[] libraries =
            [.. from variant in Kernels.Supported select Library(new Pair(widths, functions, parameters, variant).Library)];
        for (int t = 0; t < 5; t++)
        {
            model.Step(x, y);
            foreach (Trainer library in libraries)
            {
                library.Step(x, y);
                string which = $"{what}, iteration {t}, batch {batch} of {library.Network}, decay {λ}, mean {mean}";
                Same.Bits(network.Parameters, library.Network.Parameters, $"parameters, {which}");
                Same.Bits([.. network.Parameters.Select(_ => model.Damping)], library.OptimizerState["damping"], $"damping, {which}");
                Assert.Equal(model.Updates, library.OptimizerState.Steps);
            }
        }

        return model.Updates;

        Trainer Library(Network library)
        {
            library.InputStandardizer = input is null ? null : new Standardizer(input.Mean, input.Factor);
            library.OutputStandardizer = output is null ? null : new Standardizer(output.Mean, output.Factor);
            var optimizer = new LevenbergMarquardt(damping) { LearningRate = rate, WeightDecay = λ };
            return new Trainer(library, optimizer, reduction: mean ? Reduction.Mean : Reduction.Sum, threads: threads);
        }
    }
}
