using Xunit;

namespace FastNN.Tests.Pages;

/// <summary>The code of "Second order" in docs/training.md.</summary>
[Collection(nameof(Alone))] // the example prints
public class SecondOrderRecipes
{
    [Fact]
    public void A_smooth_function_is_learned_to_many_digits()
    {
        float[] inputs = [.. Enumerable.Range(0, 300).Select(k => 2f * k / 299 - 1)];
        float[] targets = [.. inputs.Select(x => 5 * x * MathF.Exp(-5 * x * x))];
        FitResult result = Learn();
        Assert.InRange(result.Cost!.Value, 0f, 1e-5f);

        FitResult Learn()
        {
            // <second-order>
            var network = new Network([1, 15, 1], hidden: Activation.Tanh, output: Activation.Identity, seed: 1, Initializer.Glorot);
            var trainer = new Trainer(network, new LevenbergMarquardt()); // or new Lbfgs()
            FitResult result = trainer.Fit(inputs, targets, new FitOptions { Epochs = 500 }); // an epoch is one step on all samples
            Console.WriteLine(result);
            // </second-order>
            return result;
        }
    }
}
