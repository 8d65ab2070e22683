using FastNN.Bench;
using FastNN.Onnx;
using FastNN.Tests.Files;
using Xunit;

namespace FastNN.Tests;

/// <summary>The example that README.md opens with is code that compiles, runs, and prints what its comments say.</summary>
[Collection(nameof(Alone))]
public class ReadmeTests
{
    private const string Promise = "// prints ";

    private static string[] Example => [.. Between("ReadmeExample.cs", "// <example>", "// </example>")];

    [Fact]
    public void The_first_csharp_block_is_the_example_that_compiles()
    {
        foreach (string readme in (string[])["README.md", "FastNN.README.md"])
            Assert.Equal(["using FastNN;", "", .. Example], Between(readme, "```csharp", "```"));
    }

    [Fact]
    public void The_changelog_begins_with_this_version()
    {
        string newest = File.ReadLines(Path.Combine(AppContext.BaseDirectory, "CHANGELOG.md")).First(line => line.StartsWith("## ", StringComparison.Ordinal));
        Assert.All((Type[])[typeof(Network), typeof(OnnxModel)], type => Assert.StartsWith($"## {MachineReport.VersionOf(type)}, ", newest, StringComparison.Ordinal));
    }

    [Fact]
    public void The_example_of_batches_compiles_and_learns()
    {
        const string start = "// Batches: samples row by row, in mini-batches on up to two threads. XOR, a hundred times.";
        string[] example = [.. Between("ReadmeExample.cs", start, "// </batches>")];
        Assert.NotEmpty(example);
        Assert.Equal(example, Between("README.md", start, "```"));
        Assert.InRange(ReadmeExample.RunBatches(), 0f, 0.01f);
    }

    [Theory]
    [InlineData("// Classification: digits of 8 × 8 pixels from −1 to 1; targets are 1 at the digit and 0 elsewhere.", "// </classification>")]
    [InlineData("// Regression: noisy samples of a curve. A fifth is held out, and training ends when that gets no better for 50 epochs.", "// </regression>")]
    [InlineData("// Reinforcement learning: of two actions one is right, but only the reward of the one taken is known.", "// </reinforcement>")]
    [InlineData("// Training beside serving: a call computes with what was published last, never with parameters that a step is writing.", "// </serving>")]
    [InlineData("// Files: saved as a whole or not at all; loaded and verified, by checksums and by what it computes.", "// </files>")]
    [InlineData("// Checkpoints: saved after each epoch; a run that is started again goes on from the last, to the bits of one that was never interrupted.", "// </checkpoints>")]
    [InlineData("// From others: [n_out, n_in] weights and biases by numbered names, as PyTorch's nn.Sequential has them; the activations are said here.", "// </others>")]
    [InlineData("// ONNX: a model for other runtimes, and a network from a model that others, PyTorch or Keras, exported.", "// </onnx>")]
    public void The_recipes_are_those_that_compile(string start, string end)
    {
        string[] recipe = [.. Between("ReadmeRecipes.cs", start, end)];
        Assert.NotEmpty(recipe);
        Assert.Equal(recipe, Between("README.md", start, "```"));
    }

    [Fact]
    public void The_recipe_for_classification_learns_digits()
    {
        (float[] inputs, float[] targets) = Digits();
        double accuracy = ReadmeRecipes.Classify(inputs[..(1347 * 64)], targets[..(1347 * 10)], inputs[(1347 * 64)..], targets[(1347 * 10)..]);
        Assert.InRange(accuracy, 0.94, 1);
    }

    [Fact]
    public void The_recipe_for_regression_finds_the_curve_in_the_noise()
    {
        float[] x = Cases.Uniform(1, 1000, -1f), truth = Array.ConvertAll(x, value => MathF.Sin(3f * value));
        float[] y = [.. truth.Zip(Cases.Uniform(2, 1000, -0.3f, 0.3f), (value, noise) => value + noise)];
        Assert.InRange(ReadmeRecipes.Regress(x, y, truth), 0.99, 1);
    }

    [Fact]
    public void The_recipe_for_reinforcement_finds_the_policy() => Assert.InRange(ReadmeRecipes.Reinforce(), 0.95, 1);

    [Fact]
    public void The_recipe_for_serving_ends_with_the_network_that_was_trained()
    {
        (float[] inputs, float[] targets) = Digits();
        (ServedNetwork served, Network trained) = ReadmeRecipes.Serve(inputs, targets);
        float[] expected = new float[10], outputs = new float[10];
        trained.Forward(inputs.AsSpan(0, 64), expected);
        Assert.Equal(10, served.Forward(inputs.AsSpan(0, 64), outputs));
        Cases.AssertSameBits(expected, outputs, "the last publication");
    }

    [Fact]
    public void The_recipe_for_files_brings_a_network_back()
    {
        string folder = Directory.CreateTempSubdirectory().FullName;
        try
        {
            string path = Path.Combine(folder, "network.safetensors");
            var network = new Network([64, 32, 10], Activation.Relu, Activation.Softmax, seed: 1);
            NetworkFileTests.AssertSame(network, ReadmeRecipes.SaveAndLoad(network, path));
            NetworkFileTests.AssertSame(network, ReadmeRecipes.FromOthers(path));
        }
        finally
        {
            Directory.Delete(folder, recursive: true);
        }
    }

    [Fact]
    public void The_recipe_for_checkpoints_goes_on_where_it_was()
    {
        (float[] inputs, float[] targets) = Digits();
        string folder = Directory.CreateTempSubdirectory().FullName;
        try
        {
            string whole = Path.Combine(folder, "whole.safetensors"), parts = Path.Combine(folder, "parts.safetensors");
            FitResult expected = ReadmeRecipes.Resume(inputs, targets, whole, epochs: 4);
            Assert.Equal(2, ReadmeRecipes.Resume(inputs, targets, parts, epochs: 2).Epochs);
            Assert.Equal(expected, ReadmeRecipes.Resume(inputs, targets, parts, epochs: 4));
            Assert.Equal(File.ReadAllBytes(whole), File.ReadAllBytes(parts));
        }
        finally
        {
            Directory.Delete(folder, recursive: true);
        }
    }

    /// <summary>The table of activations says of each its promise.</summary>
    [Fact]
    public void The_table_of_activations_has_all_of_them_with_their_promises()
    {
        string[] rows = [.. Activation.All.Select(f => $"| `{f}` | {(f.IsElementwise ? $"{f.MaxUlp:0.#}" : $"{f.MaxUlp:0.#} + ½·⌈(n − 16)/16⌉")} | {Slope(f)} |")];
        string[] lines = File.ReadAllLines(Path.Combine(AppContext.BaseDirectory, "README.md"));
        foreach (string row in rows) Assert.Contains(lines, line => line.StartsWith(row, StringComparison.Ordinal));

        static string Slope(Activation f) => f.IsElementwise ? $"{f.MaxSlopeError:0.#}" : "–";
    }

    [Fact]
    public void The_example_prints_what_its_comments_say()
    {
        TextWriter console = Console.Out;
        using var printed = new StringWriter { NewLine = "\n" };
        Console.SetOut(printed);
        try
        {
            ReadmeExample.Run();
        }
        finally
        {
            Console.SetOut(console);
        }

        string[] promised = [.. Example.Where(line => line.Contains(Promise)).Select(line => line.Split(Promise)[1])];
        Assert.NotEmpty(promised);
        Assert.Equal(promised, printed.ToString().TrimEnd('\n').Split('\n'));
    }

    /// <summary>The trimmed lines of a file in the output folder between the first that is start and the next that is end.</summary>
    private static IEnumerable<string> Between(string file, string start, string end) =>
        File.ReadLines(Path.Combine(AppContext.BaseDirectory, file)).Select(line => line.Trim())
            .SkipWhile(line => line != start).Skip(1).TakeWhile(line => line != end);

    private static (float[] Inputs, float[] Targets) Digits()
    {
        List<float> inputs = [], targets = [];
        foreach (string line in File.ReadLines(Path.Combine(AppContext.BaseDirectory, "data", "digits.csv")))
        {
            int[] row = Array.ConvertAll(line.Split(','), value => int.Parse(value, System.Globalization.CultureInfo.InvariantCulture));
            inputs.AddRange(row.Take(64).Select(pixel => pixel / 8f - 1f));
            targets.AddRange(Enumerable.Range(0, 10).Select(digit => digit == row[64] ? 1f : 0f));
        }

        return ([.. inputs], [.. targets]);
    }
}
