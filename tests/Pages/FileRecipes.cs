using FastNN.Onnx;
using FastNN.Tests.Files;
using Xunit;

namespace FastNN.Tests.Pages;

/// <summary>What the pages on files and on kernels show.</summary>
[Collection(nameof(Alone))] // the examples print
public sealed class FileRecipes : IDisposable
{
    private readonly string _folder = Directory.CreateTempSubdirectory().FullName;

    public void Dispose() => Directory.Delete(_folder, recursive: true);

    [Fact]
    public void Parameters_are_kept_in_memory()
    {
        var network = new Network([2, 3, 1], seed: 1);
        Network before = network.Clone();
        // <keep>
        float[] kept = network.Parameters.ToArray();
        // </keep>
        network.Parameters.Clear();
        // <restore>
        kept.CopyTo(network.Parameters);
        // </restore>
        Cases.AssertSameBits(before.Parameters, network.Parameters, "restored");
    }

    [Fact]
    public void A_network_comes_back_from_a_file()
    {
        string path = Path.Combine(_folder, "network.safetensors");
        var network = new Network([64, 32, 10], Activation.Relu, Activation.Softmax, seed: 1);
        // <files>
        network.Save(path); // the file is replaced as a whole, or not at all
        Network loaded = Network.Load(path); // checks checksums, and what the network computes
        // </files>
        NetworkFileTests.AssertSame(network, loaded);
        NetworkFileTests.AssertSame(network, FromOthers(path));
    }

    [Fact]
    public void An_ensemble_comes_back_from_a_file()
    {
        string path = Path.Combine(_folder, "players.safetensors");
        // <ensemble-files>
        var players = new NetworkEnsemble([4, 8, 2], hidden: Activation.Tanh, output: Activation.Identity, count: 1024, seed: 1);
        players.Save(path); // one file for all members
        NetworkEnsemble loaded = NetworkEnsemble.Load(path);
        // </ensemble-files>
        EnsembleFileTests.AssertSame(players, loaded);
    }

    [Fact]
    public void A_run_goes_on_where_it_was()
    {
        (float[] inputs, float[] targets) = ExampleData.Digits();
        string whole = Path.Combine(_folder, "whole.safetensors"), parts = Path.Combine(_folder, "parts.safetensors");
        FitResult expected = Resume(inputs, targets, whole, epochs: 4);
        Assert.Equal(2, Resume(inputs, targets, parts, epochs: 2).Epochs);
        FitResult resumed = Resume(inputs, targets, parts, epochs: 4);
        Assert.Equal((expected.Epochs, expected.Cost, 4, 2), (resumed.Epochs, resumed.Cost, expected.History.Count, resumed.History.Count));
        Assert.Equal(File.ReadAllBytes(whole), File.ReadAllBytes(parts));
    }

    [Fact]
    public void A_layer_is_trained_by_kernels()
    {
        var network = new Network([3, 2], seed: 1);
        float[] inputs = [0.1f, 0.2f, 0.3f], targets = [1f, 0f], outputs = new float[2], delta = new float[2], inputDelta = new float[3];
        float[] weights = network.Layers[0].Weights.ToArray(), biases = network.Layers[0].Biases.ToArray();
        // <kernels>
        Kernels.Forward(inputs, weights, biases, outputs);
        float cost = Kernels.OutputDelta(outputs, targets, delta);
        Kernels.BackwardUpdate(inputs, delta, weights, biases, inputDelta, learningRate: 0.5f);
        // </kernels>
        Assert.Equal(cost, new Trainer(network, new Sgd(0.5f)).Step(inputs, targets));
        Cases.AssertSameBits(network.Parameters, [.. weights, .. biases], "a step of a trainer");
        Assert.All(inputDelta, value => Assert.NotEqual(0f, value));
    }

    [Fact]
    public void A_norm_is_folded()
    {
        float[] outputs = new float[2];
        Folded(Path.Combine(AppContext.BaseDirectory, "data", "exchange", "27-safetensors-batchnorm", "input.safetensors"))
            .Forward([0.5f, -1f, -0.25f], outputs);
        Assert.Equal(-0.38358986f, outputs[0], 2e-5f);
        Assert.Equal(0.31249315f, outputs[1], 2e-5f);
    }

    /// <summary>What comes back from a model.</summary>
    internal static Network Exchange(Network network, string path)
    {
        // <onnx>
        OnnxModel.Save(network, path); // for other runtimes
        Network loaded = OnnxModel.Load(path); // a model that FastNN, PyTorch or Keras wrote
        Console.WriteLine($"{loaded.Inputs} inputs, {loaded.Layers.Count} layers, {loaded.Parameters.Length} parameters");
        // </onnx>
        return loaded;
    }

    /// <summary>Loads one of several outputs.</summary>
    internal static Network Choose(string path)
    {
        // <onnx-choice>
        Network policy = OnnxModel.Load(path, new OnnxLoadOptions { Output = "action" });
        Console.WriteLine(OnnxModel.Describe(path)); // what the file holds, and what of it would load, or why it would not
        // </onnx-choice>
        return policy;
    }

    /// <summary>How the run ends. It begins at the start, or where another one was interrupted.</summary>
    private static FitResult Resume(float[] pixels, float[] digits, string path, int epochs)
    {
        // <checkpoints>
        // A checkpoint after each epoch. A run that starts again continues from the last one, with the bits of a run that never stopped.
        var network = new Network([64, 32, 10], hidden: Activation.Relu, output: Activation.Softmax, seed: 1);
        var trainer = new Trainer(network, new Adam(learningRate: 1e-3f), cost: Cost.CrossEntropy);
        FitState state = (File.Exists(path) ? trainer.Load(path) : null) ?? new FitState();
        bool Save(EpochReport report)
        {
            trainer.Save(path, state);
            return true;
        }

        FitResult result = trainer.Fit(pixels, digits, new FitOptions { Epochs = epochs, BatchSize = 32, EpochDone = Save }, state);
        // </checkpoints>
        return result;
    }

    /// <summary>A network from a file of which only the parameters are known.</summary>
    private static Network FromOthers(string path)
    {
        // <others>
        // PyTorch's nn.Sequential has numbered names and weights [n_out, n_in]. The file names no activations, so say them here.
        Network network = Network.Load(path, new LoadOptions { Hidden = Activation.Relu, Output = Activation.Softmax });
        // </others>
        return network;
    }

    /// <summary>A network from a file with a norm.</summary>
    private static Network Folded(string path)
    {
        // <norms>
        // nn.Sequential(Linear, BatchNorm1d, ReLU, Linear): norm 1 takes the sums of layer 0. Before = "3" is for a norm behind the ReLU.
        var norm = new BatchNorm("1") { After = "0" };
        var options = new LoadOptions { Hidden = Activation.Relu, Output = Activation.Identity, Norms = [norm] };
        Network network = Network.Load(path, options);
        // </norms>
        return network;
    }
}
