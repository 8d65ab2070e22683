using System.Globalization;
using FastNN.Onnx;
using Xunit;

namespace FastNN.Tests.Pages;

/// <summary>What README.md and the READMEs of the packages show. <see cref="CodeTests"/> runs the two programs.</summary>
[Collection(nameof(Alone))] // an example changes the current folder
public class FrontDoorRecipes
{
    [Fact]
    public void A_network_has_the_widths_and_activations_that_are_named()
    {
        float[] inputs = Cases.Uniform(1, 2 * 50, 10, 20), targets = Cases.Uniform(2, 50, -1000, 1000);
        // <networks>
        var classifier = new Network([64, 128, 10], hidden: Activation.Relu, output: Activation.Softmax, seed: 1);
        var regression = new Network([2, 8, 4, 1], [Activation.Tanh, Activation.Gelu, Activation.Identity], seed: 1, Initializer.Glorot);
        regression.InputStandardizer = Standardizer.Fit(inputs, regression.Inputs);    // the network gets (x − mean)·factor
        regression.OutputStandardizer = Standardizer.Fit(targets, regression.Outputs); // you get y′/factor + mean
        // </networks>
        Assert.Equal((50, 50), (regression.InputStandardizer.Samples, regression.OutputStandardizer.Samples));
        Assert.Equal((64, 10, Activation.Softmax), (classifier.Inputs, classifier.Outputs, classifier.Layers[^1].Activation));
        Assert.Equal([Activation.Tanh, Activation.Gelu, Activation.Identity], regression.Layers.Select(layer => layer.Activation));
    }

    [Fact]
    public void A_trainer_takes_single_steps_and_whole_runs()
    {
        (float[] inputs, float[] targets) = ExampleData.Digits();
        var network = new Network([64, 32, 10], Activation.Relu, Activation.Softmax, seed: 1);
        // <steps>
        var trainer = new Trainer(network, new Adam(learningRate: 1e-3f), cost: Cost.CrossEntropy, threads: 2);
        float cost = trainer.Step(inputs, targets); // one step on one batch; the cost before it
        FitResult result = trainer.Fit(inputs, targets, new FitOptions { Epochs = 5, BatchSize = 32, ValidationSplit = 0.2f });
        // </steps>
        Assert.InRange(result.Cost!.Value, 0f, cost / 4f);
        Assert.InRange(result.Validation!.Value.Accuracy!.Value, 0.8, 1);
    }

    [Fact]
    public void A_served_network_gives_what_was_published()
    {
        var network = new Network([3, 4, 2], seed: 1);
        float[] inputs = [0.1f, 0.2f, 0.3f], outputs = new float[2], expected = new float[2];
        // <served>
        var served = new ServedNetwork(network); // it has copies of the parameters
        served.Publish(network);                 // the training thread calls this, for example after each epoch
        served.Forward(inputs, outputs);         // any other thread calls this, at any time
        // </served>
        network.Forward(inputs, expected);
        Cases.AssertSameBits(expected, outputs, "served");
    }

    [Fact]
    public void Kernels_work_without_a_network()
    {
        float[] x = [-1f, 0f, 1f], y = new float[3];
        // <activate>
        Kernels.Activate(Activation.Tanh, x, y);
        // </activate>
        Assert.Equal([MathF.Tanh(-1f), 0f, MathF.Tanh(1f)], y, (a, b) => MathF.Abs(a - b) < 1e-6f);
    }

    [Fact]
    public void A_report_and_a_variant_can_be_asked_for()
    {
        // <variants>
        string report = Kernels.Describe(); // which vectors run here, and why
        var network = new Network([784, 128, 10], seed: 42, kernels: Kernels.Supported[0]); // Scalar: slow, and the same bits
        // </variants>
        Assert.Contains("Vector128", report);
        Assert.Equal(KernelVariant.Scalar, network.KernelVariant);
    }

    [Fact]
    public void A_model_is_written_and_read()
    {
        string folder = Directory.CreateTempSubdirectory().FullName, current = Environment.CurrentDirectory;
        Environment.CurrentDirectory = folder;
        try
        {
            // <onnx-package>
            var network = new Network([2, 4, 3, 2], seed: 42);
            OnnxModel.Save(network, "network.onnx");
            Network loaded = OnnxModel.Load("network.onnx"); // the same bits
            // </onnx-package>
            Cases.AssertSameBits(network.Parameters, loaded.Parameters, "loaded");
        }
        finally
        {
            Environment.CurrentDirectory = current;
            Directory.Delete(folder, recursive: true);
        }
    }

    internal static void First()
    {
        // <first>
        // 2 inputs, hidden layers of 4 and 3, 2 outputs: 35 parameters, random, but the same on every machine.
        var network = new Network([2, 4, 3, 2], seed: 42);
        var trainer = new Trainer(network, new Sgd(learningRate: 2f));

        float[] inputs = [0.3f, 0.5f];
        float[] targets = [1f, 0f];
        float[] outputs = new float[2];

        network.Forward(inputs, outputs);
        Console.WriteLine($"before: {outputs[0]:F3} {outputs[1]:F3}"); // prints before: 0.973 0.850

        TrainingResult result = trainer.TrainUntil(inputs, targets, cost: 1e-4f, maxSteps: 10_000);

        network.Forward(inputs, outputs);
        Console.WriteLine($"after {result.Steps} steps: {outputs[0]:F3} {outputs[1]:F3}"); // prints after 1264 steps: 0.993 0.007
        // </first>
    }

    internal static void Iris()
    {
        // <iris>
        // 150 flowers: four lengths in cm, then the kind: 0, 1 or 2. A third is held out, to test what was learned.
        float[][] flowers =
        [
            .. from line in File.ReadLines("tests/data/iris.csv").Skip(1)
               select Array.ConvertAll(line.Split(','), number => float.Parse(number, CultureInfo.InvariantCulture)),
        ];
        float[] lengths = [.. flowers.SelectMany(row => row[..4])]; // the network wants all samples in one array, row by row
        int[] kinds = [.. flowers.Select(row => (int)row[4])];
        (int[] training, int[] heldOut) = Samples.StratifiedSplit(kinds, heldOut: 1f / 3); // as many of each kind
        float[] inputs = Samples.Take(lengths, 4, training);

        var network = new Network([4, 16, 3], hidden: Activation.Relu, output: Activation.Softmax, seed: 1);
        network.InputStandardizer = Standardizer.Fit(inputs, width: 4); // it learns best from numbers around 0
        var trainer = new Trainer(network, new Adam(learningRate: 0.01f), cost: Cost.CrossEntropy);
        FitResult result = trainer.Fit(inputs, Samples.Take(kinds, training), new FitOptions { Epochs = 100, BatchSize = 20 });
        Console.WriteLine($"{result.Reason} after {result.Epochs} epochs"); // prints Completed after 100 epochs

        Metrics metrics = trainer.Measure(Samples.Take(lengths, 4, heldOut), Samples.Take(kinds, heldOut));
        Console.WriteLine($"{metrics.Accuracy * heldOut.Length:F0} of {heldOut.Length} are right"); // prints 50 of 50 are right

        float[] probabilities = new float[3];
        network.Forward([5.1f, 3.5f, 1.4f, 0.2f], probabilities); // one flower, measured today
        Console.WriteLine($"it is of kind {probabilities.IndexOf(probabilities.Max())}"); // prints it is of kind 0
        // </iris>
    }
}
