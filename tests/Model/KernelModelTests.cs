using Xunit;

namespace FastNN.Tests.Model;

/// <summary>The methods of Kernels.</summary>
public class KernelModelTests
{
    /// <summary>Functions with a slope from the value a.</summary>
    private static readonly Function[] s_fromValue =
        [Function.Identity, Function.Relu, Function.LeakyRelu, Function.Sigmoid, Function.Tanh];

    [Fact]
    public void Each_method_gives_the_models_numbers()
    {
        var draws = new Draws(1);
        for (int k = 0; k < 200; k++)
        {
            int[] widths = [draws.Widths(70)[0], draws.Widths(70)[1]];
            int oneIn = draws.One<int>([5, 100, 100_000]);
            foreach (KernelVariant variant in Kernels.Supported)
            {
                Forward(draws, widths, oneIn, variant);
                Sigmoids(draws, widths[0], oneIn, variant);
                OutputDelta(draws, widths[0], oneIn, variant);
                Backward(draws, widths, oneIn, variant);
                GradientDescent(draws, Pair.Count(widths), oneIn, variant);
            }
        }
    }

    [Fact]
    public void The_default_activation_is_the_sigmoid()
    {
        var draws = new Draws(2);
        int[] widths = [9, 5];
        float[] parameters = draws.Ordinary(Pair.Count(widths)), x = draws.Ordinary(9), y = new float[5], before = new float[9];
        (float[] w, float[] b) = Split(parameters, widths);
        Kernels.Forward(x, w, b, y);
        Same.Bits(new ModelNetwork(widths, [Function.Sigmoid], parameters).Forward(x), y, "Forward");

        float[] targets = draws.Ordinary(5), delta = new float[5];
        Kernels.OutputDelta(y, targets, delta);
        Same.Bits(Costs.Of(CostFunction.SquaredError, Function.Sigmoid, y, y, targets).Delta, delta, "OutputDelta");

        Kernels.BackwardUpdate(x, delta, w, b, before, 0.5f);
        Same.Bits(ModelKernels.BackwardUpdate(x, delta, parameters, Function.Sigmoid, 0.5f), before, "BackwardUpdate");
        Kernels.BackwardAccumulate(x, delta, w, [.. w], [.. b], before);
        Same.Bits(ModelKernels.BackwardAccumulate(x, delta, parameters, Function.Sigmoid, [.. parameters]), before, "BackwardAccumulate");
    }

    [Fact]
    public void Functions_with_a_slope_from_z_are_refused()
    {
        foreach (Activation f in Enum.GetValues<Function>().Except(s_fromValue).Select(Pair.Of))
        {
            Assert.Throws<ArgumentException>(() => Kernels.OutputDelta([1f], [1f], new float[1], activation: f));
            Assert.Throws<ArgumentException>(
                () => Kernels.BackwardUpdate([1f], [1f], new float[1], new float[1], new float[1], 1, inputActivation: f));
        }
    }

    private static void Forward(Draws draws, int[] widths, int oneIn, KernelVariant variant)
    {
        var f = (Function)draws.Below(1 + (int)Function.Softmax);
        float[] parameters = draws.Special(Pair.Count(widths), oneIn), x = draws.Special(widths[0], oneIn), y = new float[widths[1]];
        (float[] w, float[] b) = Split(parameters, widths);
        Kernels.Forward(x, w, b, y, variant, Pair.Of(f));
        Same.Bits(new ModelNetwork(widths, [f], parameters).Forward(x), y, $"Forward, {string.Join('-', widths)}, {f}, {variant}");
    }

    private static void Sigmoids(Draws draws, int count, int oneIn, KernelVariant variant)
    {
        float[] x = draws.Special(count, oneIn), y = new float[count];
        Kernels.Sigmoid(x, y, variant);
        Same.Bits(Activations.Values(Function.Sigmoid, x), y, $"Sigmoid, {variant}");
    }

    private static void OutputDelta(Draws draws, int outputs, int oneIn, KernelVariant variant)
    {
        Function f = draws.One(s_fromValue);
        float[] a = draws.Special(outputs, oneIn), y = draws.Special(outputs, oneIn), delta = new float[outputs];
        float cost = Kernels.OutputDelta(a, y, delta, variant, Pair.Of(f));
        (float C, float[] expected) = Costs.Of(CostFunction.SquaredError, f, a, a, y);
        Same.Bits(C, cost, $"cost of {outputs} outputs, {f}, {variant}");
        Same.Bits(expected, delta, $"OutputDelta of {outputs} outputs, {f}, {variant}");
    }

    private static void Backward(Draws draws, int[] widths, int oneIn, KernelVariant variant)
    {
        Function f = draws.One(s_fromValue);
        float[] parameters = draws.Special(Pair.Count(widths), oneIn), gradient = draws.Special(parameters.Length, oneIn);
        float[] a = draws.Special(widths[0], oneIn), delta = draws.Special(widths[1], oneIn), before = new float[a.Length];
        (float[] w, float[] b) = Split(parameters, widths);
        (float[] gw, float[] gb) = Split(gradient, widths);
        string what = $"{string.Join('-', widths)}, {f}, {variant}";

        Kernels.BackwardAccumulate(a, delta, w, gw, gb, before, variant, Pair.Of(f));
        Same.Bits(ModelKernels.BackwardAccumulate(a, delta, parameters, f, gradient), before, $"delta, {what}");
        Same.Bits(gradient, (float[])[.. gw, .. gb], $"BackwardAccumulate, {what}");

        Kernels.BackwardUpdate(a, delta, w, b, before, 0.3f, variant, Pair.Of(f));
        Same.Bits(ModelKernels.BackwardUpdate(a, delta, parameters, f, 0.3f), before, $"delta, {what}");
        Same.Bits(parameters, (float[])[.. w, .. b], $"BackwardUpdate, {what}");
    }

    private static void GradientDescent(Draws draws, int count, int oneIn, KernelVariant variant)
    {
        float[] w = draws.Special(count, oneIn), g = draws.Special(count, oneIn), actual = [.. w];
        Kernels.GradientDescent(actual, g, 0.37f, 0.2f, variant);
        ModelKernels.GradientDescent(w, g, 0.37f, 0.2f);
        Same.Bits(w, actual, $"GradientDescent, {variant}");
    }

    private static (float[] Weights, float[] Biases) Split(float[] parameters, int[] widths) =>
        (parameters[..(widths[0] * widths[1])], parameters[(widths[0] * widths[1])..]);
}
