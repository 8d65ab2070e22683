using Xunit;

namespace FastNN.Tests.Model;

/// <summary>Outputs of networks.</summary>
public class ForwardModelTests
{
    [Fact]
    public void Batches_of_1_to_70_samples_have_the_models_outputs()
    {
        var draws = new Draws(1);
        for (int batch = 1; batch <= 70; batch++)
        {
            for (int k = 0; k < 3; k++)
            {
                int[] widths = draws.Widths(70);
                Compare(draws, widths, draws.Ordinary(Pair.Count(widths)), draws.Ordinary(batch * widths[0], 2), $"batch {batch}");
            }
        }
    }

    [Fact]
    public void Special_numbers_have_the_models_outputs()
    {
        var draws = new Draws(2);
        for (int k = 0; k < 400; k++)
        {
            int[] widths = draws.Widths(40);
            int oneIn = draws.One<int>([3, 30, 300]), batch = 1 + draws.Below(8);
            float[] parameters = draws.Special(Pair.Count(widths), 10 * oneIn), inputs = draws.Special(batch * widths[0], oneIn);
            Compare(draws, widths, parameters, inputs, $"draw {k}");
        }
    }

    [Fact]
    public void Tiny_and_huge_numbers_have_the_models_outputs()
    {
        var draws = new Draws(3);
        for (int k = 0; k < 200; k++)
        {
            int[] widths = draws.Widths(40);
            int batch = 1 + draws.Below(20), exponent = draws.One<int>([-80, -40, 0, 30, 60]);
            float[] parameters = draws.Wide(Pair.Count(widths), exponent), inputs = draws.Wide(batch * widths[0], -exponent);
            Compare(draws, widths, parameters, inputs, $"draw {k}");
        }
    }

    [Theory]
    [InlineData(new[] { 40, 33, 10 }, 300)]
    [InlineData(new[] { 100, 200, 32 }, 131)]
    [InlineData(new[] { 7, 300, 3 }, 129)]
    public void Larger_batches_have_the_models_outputs(int[] widths, int batch)
    {
        var draws = new Draws(4);
        Compare(draws, widths, draws.Ordinary(Pair.Count(widths)), draws.Ordinary(batch * widths[0]), $"batch {batch}");
    }

    private static void Compare(Draws draws, int[] widths, float[] parameters, float[] inputs, string what)
    {
        Function[] functions = draws.Functions(widths.Length - 1, (Function)draws.Below(1 + (int)Function.Softmax));
        float[] expected = new ModelNetwork(widths, functions, parameters).Forward(inputs), outputs = new float[expected.Length];
        foreach (KernelVariant variant in Kernels.Supported)
        {
            Network network = new Pair(widths, functions, parameters, variant).Library;
            network.Forward(inputs, outputs, threads: 1 + draws.Below(2));
            Same.Bits(expected, outputs, $"{what}: {network}");
            new ServedNetwork(network).Forward(inputs, outputs);
            Same.Bits(expected, outputs, $"served, {what}: {network}");
        }
    }
}
