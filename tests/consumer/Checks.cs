using System.Runtime.InteropServices;
using System.Security.Cryptography;
using FastNN;
using FastNN.Onnx;

/// <summary>What the program does after the README's example.</summary>
internal static class Checks
{
    /// <summary>
    /// Says what runs, trains with every variant of this process and prints the bits that they reached. Builds by JIT and by NativeAOT must
    /// print the same. If a file does not bring back what was saved, an exception is thrown.
    /// </summary>
    /// <param name="args">The variant that must run.</param>
    /// <returns>The exit code: 0 if that variant runs, and all variants reached the same bits.</returns>
    internal static int Run(string[] args)
    {
        string[] bits = [.. Kernels.Supported.Select(BitsAfterTraining)];
        Console.WriteLine(Kernels.Describe());
        Console.WriteLine($"bits {bits[0]}");
        return args is [var expected] && expected == $"{Kernels.Default}" && bits.Distinct().Count() == 1 ? 0 : 1;
    }

    private static string BitsAfterTraining(KernelVariant kernels)
    {
        using var hash = IncrementalHash.CreateHash(HashAlgorithmName.SHA256);
        foreach (int[] widths in (int[][])[[2, 4, 3, 2], [17, 33, 9, 5], [8, 16, 16, 1]])
        {
            Optimizer[] optimizers =
            [
                new Sgd(learningRate: 0.5f),
                new Nesterov(learningRate: 0.1f) { WeightDecay = 0.01f, ClipNorm = 0.1f, Schedule = LearningRateSchedule.Cosine(150) },
                new RmsProp(learningRate: 0.01f) { ClipValue = 0.1f },
                new AdamW(),
            ];
            foreach (Optimizer optimizer in optimizers)
                hash.AppendData(MemoryMarshal.AsBytes(Trained(new Network(widths, seed: 42, kernels), optimizer).Parameters));
        }

        // Each activation is in a hidden layer, if it can be there. It is also in the last layer, under each cost that suits it.
        foreach (Activation activation in Activation.All)
        {
            Activation hidden = activation.IsElementwise ? activation : Activation.Tanh;
            foreach (Cost cost in Cost.All.Where(cost => cost.Suits(activation)))
            {
                Network network = ThroughOnnx(new Network([7, 20, 9, 5], hidden, activation, seed: 42, Initializer.Glorot, kernels));
                hash.AppendData(MemoryMarshal.AsBytes(Trained(network, new Adam(), cost).Parameters));
            }
        }

        return Convert.ToHexString(hash.GetHashAndReset());
    }

    private static Network ThroughOnnx(Network network)
    {
        using var model = new MemoryStream();
        OnnxModel.Save(network, model);
        return OnnxModel.Load(model.ToArray(), network.KernelVariant);
    }

    private static Network Trained(Network network, Optimizer optimizer, Cost? cost = null)
    {
        var trainer = new Trainer(network, optimizer, cost, threads: 2);
        const int batch = 150;
        float[] inputs = [.. Enumerable.Range(0, batch * network.Inputs).Select(i => i % 7 / 7f)];
        float[] targets = [.. Enumerable.Range(0, batch * network.Outputs).Select(i => i % 3 / 3f)];
        for (int step = 0; step < 50; step++)
        {
            trainer.Step(inputs.AsSpan(0, network.Inputs), targets.AsSpan(0, network.Outputs));
            trainer.Step(inputs.AsSpan(0, 5 * network.Inputs), targets.AsSpan(0, 5 * network.Outputs));
            trainer.Step(inputs, targets);
        }

        return Reloaded(trainer);
    }

    // A file brings the training back into a new trainer. Then it brings back the network by itself. Loading verifies both.
    private static Network Reloaded(Trainer trainer)
    {
        using var file = new MemoryStream();
        trainer.Save(file, new FitState { Epoch = 1 });
        IReadOnlyList<Layer> layers = trainer.Network.Layers;
        var network = new Network(
            [layers[0].Inputs, .. layers.Select(layer => layer.Outputs)], [.. layers.Select(layer => layer.Activation)], seed: 1);
        file.Position = 0;
        if (new Trainer(network, trainer.Optimizer, trainer.Cost).Load(file) is not { Epoch: 1 })
            throw new InvalidOperationException("The state was lost.");
        return Network.Load(file.ToArray(), new LoadOptions { Kernels = trainer.Network.KernelVariant });
    }
}
