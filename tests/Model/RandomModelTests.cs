using Xunit;

namespace FastNN.Tests.Model;

/// <summary>Initial parameters.</summary>
public class RandomModelTests
{
    private static readonly int[] s_seeds = [0, 1, -1, 42, int.MinValue, int.MaxValue, -123_456_789];

    private static readonly (Initializer Library, Func<int, int, (double, double)> Model)[] s_initializers =
    [
        (Initializer.Glorot, InitialParameters.Glorot), (Initializer.He, InitialParameters.He),
        (Initializer.LeCun, InitialParameters.LeCun), (Initializer.PyTorch, InitialParameters.PyTorch),
        (Initializer.Article, InitialParameters.Article), (Initializer.Uniform(0.3f), InitialParameters.Uniform(0.3f)),
        (Initializer.Uniform(1e-30f), InitialParameters.Uniform(1e-30f)), (Initializer.Uniform(2e30f), InitialParameters.Uniform(2e30f)),
    ];

    [Fact]
    public void Every_initializer_draws_the_models_parameters()
    {
        var draws = new Draws(1);
        foreach ((Initializer initializer, Func<int, int, (double, double)> limits) in s_initializers)
        {
            foreach (int seed in s_seeds)
            {
                for (int k = 0; k < 10; k++)
                {
                    int[] widths = draws.Widths(70);
                    var network = new Network(widths, Activation.Tanh, Activation.Identity, seed, initializer);
                    Same.Bits(
                        InitialParameters.Draw(widths, seed, limits), network.Parameters,
                        $"{initializer}, seed {seed}, {string.Join('-', widths)}");
                }
            }
        }
    }

    [Fact]
    public void The_default_initializers_are_those_of_the_page()
    {
        int[] widths = [9, 33, 5];
        Same.Bits(InitialParameters.Draw(widths, 7, InitialParameters.Article), new Network(widths, 7).Parameters, "Article");
        Same.Bits(
            InitialParameters.Draw(widths, 7, InitialParameters.PyTorch),
            new Network(widths, Activation.Relu, Activation.Identity, 7).Parameters, "PyTorch");
    }
}
