using FastNN.Onnx;

namespace FastNN.Tests;

/// <summary>README's examples of real training; <see cref="ReadmeTests"/> runs them and compares both.</summary>
internal static class ReadmeRecipes
{
    /// <summary>The share of held-out digits that are right.</summary>
    internal static double Classify(float[] pixels, float[] digits, float[] heldOutPixels, float[] heldOutDigits)
    {
        // Classification: digits of 8 × 8 pixels from −1 to 1; targets are 1 at the digit and 0 elsewhere.
        var network = new Network([64, 128, 64, 10], hidden: Activation.Relu, output: Activation.Softmax, seed: 1);
        var trainer = new Trainer(network, new Adam(learningRate: 1e-3f), cost: Cost.CrossEntropy);
        FitResult result = trainer.Fit(pixels, digits, new FitOptions { Epochs = 50, BatchSize = 32 });
        Metrics metrics = trainer.Measure(heldOutPixels, heldOutDigits);
        Console.WriteLine($"{result}; {metrics.Accuracy:P1} of the held-out digits are right");
        // </classification>
        return metrics.Accuracy;
    }

    /// <summary>R² on the true curve.</summary>
    internal static double Regress(float[] x, float[] y, float[] truth)
    {
        // Regression: noisy samples of a curve. A fifth is held out, and training ends when that gets no better for 50 epochs.
        var network = new Network([1, 32, 32, 1], hidden: Activation.Tanh, output: Activation.Identity, seed: 1, Initializer.Glorot);
        var adam = new Adam(learningRate: 5e-3f) { ClipNorm = 1f, Schedule = LearningRateSchedule.Cosine(steps: 4_000, final: 0.1) };
        var trainer = new Trainer(network, adam);
        var options = new FitOptions { Epochs = 500, BatchSize = 32, ValidationSplit = 0.2f, Patience = 50 };
        FitResult result = trainer.Fit(x, y, options);
        Console.WriteLine($"{result}; R² of the held-out samples: {result.Validation?.R2:F3}");
        // </regression>
        return trainer.Measure(x, truth).R2;
    }

    /// <summary>The share of decisions that are right.</summary>
    internal static double Reinforce()
    {
        // Reinforcement learning: of two actions one is right, but only the reward of the one taken is known.
        var policy = new Network([2, 16, 2], hidden: Activation.Tanh, output: Activation.Softmax, seed: 1, Initializer.Glorot);
        var trainer = new Trainer(policy, new Adam(learningRate: 0.02f));
        var random = new Random(1);
        float[] state = new float[2], probabilities = new float[2], gradient = new float[2];
        int right = 0;
        for (int episode = 0; episode < 8_000; episode++)
        {
            foreach (ref float value in state.AsSpan()) value = 2 * random.NextSingle() - 1;
            policy.Forward(state, probabilities);
            int action = random.NextSingle() < probabilities[0] ? 0 : 1;
            float reward = action == (state[0] > state[1] ? 0 : 1) ? 1f : -1f;

            gradient.AsSpan().Clear();
            gradient[action] = -reward / probabilities[action]; // ∂C/∂a of C = −reward·ln a_action
            trainer.Backward(state, gradient); // adds to trainer.Gradient; a third span would receive ∂C/∂state
            if (episode % 16 == 15)
            {
                trainer.Apply();
                trainer.Gradient.Clear();
            }

            if (episode >= 7_000 && reward > 0) right++;
        }

        Console.WriteLine($"{right / 10.0}% of the last thousand decisions were right");
        // </reinforcement>
        return right / 1000.0;
    }

    /// <summary>What is served in the end, and the network that was trained.</summary>
    internal static (ServedNetwork Served, Network Trained) Serve(float[] pixels, float[] digits)
    {
        // Training beside serving: a call computes with what was published last, never with parameters that a step is writing.
        var network = new Network([64, 32, 10], hidden: Activation.Relu, output: Activation.Softmax, seed: 1);
        var trainer = new Trainer(network, new Adam(learningRate: 1e-3f), cost: Cost.CrossEntropy);
        var served = new ServedNetwork(network); // a copy: this thread calls it, as any others may, and the training thread publishes
        bool Publish(EpochReport report)
        {
            served.Publish(network); // with Patience, which ends on the best epoch: if (report.IsBest)
            return true;
        }

        var training = Task.Run(() => trainer.Fit(pixels, digits, new FitOptions { Epochs = 10, BatchSize = 32, EpochDone = Publish }));

        float[] probabilities = new float[10];
        while (!training.IsCompleted) served.Forward(pixels.AsSpan(0, 64), probabilities);
        Console.WriteLine(training.Result);
        // </serving>
        return (served, network);
    }

    /// <summary>What comes back from a file.</summary>
    internal static Network Exchange(Network network, string path)
    {
        // ONNX: a model for other runtimes, and a network from a model that others, PyTorch or Keras, exported.
        OnnxModel.Save(network, path);
        Network loaded = OnnxModel.Load(path);
        Console.WriteLine($"{loaded.Inputs} inputs, {loaded.Layers.Count} layers, {loaded.Parameters.Length} parameters");
        // </onnx>
        return loaded;
    }

    /// <summary>The network that comes back.</summary>
    internal static Network SaveAndLoad(Network network, string path)
    {
        // Files: saved as a whole or not at all; loaded and verified, by checksums and by what it computes.
        network.Save(path);
        Network loaded = Network.Load(path);
        // </files>
        return loaded;
    }

    /// <summary>How the run ends, whether from the start or from the file of one that was interrupted.</summary>
    internal static FitResult Resume(float[] pixels, float[] digits, string path, int epochs)
    {
        // Checkpoints: saved after each epoch; a run that is started again goes on from the last, to the bits of one that was never interrupted.
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

    /// <summary>What others trained.</summary>
    internal static Network FromOthers(string path)
    {
        // From others: [n_out, n_in] weights and biases by numbered names, as PyTorch's nn.Sequential has them; the activations are said here.
        Network network = Network.Load(path, new LoadOptions { Hidden = Activation.Relu, Output = Activation.Softmax });
        // </others>
        return network;
    }
}
