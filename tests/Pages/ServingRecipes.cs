using Xunit;

namespace FastNN.Tests.Pages;

/// <summary>What the page on serving shows.</summary>
[Collection(nameof(Alone))] // the examples print, and one changes the current folder
public class ServingRecipes
{
    [Fact]
    public void A_network_is_served_while_it_is_trained()
    {
        (float[] pixels, float[] digits) = ExampleData.Digits();
        (ServedNetwork served, Network network) = Serve(pixels, digits);
        float[] expected = new float[10], outputs = new float[10];
        network.Forward(pixels.AsSpan(0, 64), expected);
        Assert.Equal(10, served.Forward(pixels.AsSpan(0, 64), outputs));
        Cases.AssertSameBits(expected, outputs, "the last publication");
    }

    /// <summary>What is served in the end, and the network that was trained.</summary>
    private static (ServedNetwork Served, Network Trained) Serve(float[] pixels, float[] digits)
    {
        // <serving>
        // Training beside serving: a call uses the last publication, never parameters that a step is writing.
        var network = new Network([64, 32, 10], hidden: Activation.Relu, output: Activation.Softmax, seed: 1);
        var trainer = new Trainer(network, new Adam(learningRate: 1e-3f), cost: Cost.CrossEntropy);
        var served = new ServedNetwork(network); // a copy: any thread may call it, and the training thread publishes
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

    [Fact]
    public void A_service_retrains()
    {
        string folder = Directory.CreateTempSubdirectory().FullName, current = Environment.CurrentDirectory;
        Environment.CurrentDirectory = folder;
        try
        {
            (ServedNetwork first, _) = Retrain(rounds: 6, badRound: 4);
            (ServedNetwork second, float cost) = Retrain(rounds: 3, badRound: 1);
            float[] before = new float[3], after = new float[3], sample = Cases.Uniform(1, 8);
            Assert.Equal((5, 2), (first.Forward(sample, before), second.Forward(sample, after)));
            Assert.NotEqual(before, after);
            Assert.InRange(cost, 0f, 0.6f);
        }
        finally
        {
            Environment.CurrentDirectory = current;
            Directory.Delete(folder, recursive: true);
        }
    }

    /// <summary>Rounds of training. The labels of one round are wrong, so that its version is dropped.</summary>
    private static (ServedNetwork Served, float Cost) Retrain(int rounds, int badRound)
    {
        var network = new Network([8, 32, 3], hidden: Activation.Relu, output: Activation.Softmax, seed: 1);
        var trainer = new Trainer(network, new Adam(), cost: Cost.CrossEntropy);
        using var end = new CancellationTokenSource();
        (float[] heldOutInputs, int[] heldOutLabels) = Draw(1_000, new Random(1));
        int done = 0;
        (float[] Inputs, int[] Labels) NextSamples()
        {
            (float[] inputs, int[] labels) = Draw(2_000, new Random(100 * rounds + done));
            if (done == badRound) Array.Fill(labels, 1);
            if (++done == rounds) end.Cancel();
            return (inputs, labels);
        }
        // <retraining>
        // A service retrains, round after round, on one thread. A good version is saved and published. Another one is dropped.
        const string file = "service.safetensors"; // the last good version, with the state of its optimizer
        if (File.Exists(file)) trainer.Load(file);
        else trainer.Save(file); // so that the first round can go back, too
        float last = trainer.Measure(heldOutInputs, heldOutLabels).Cost;
        var served = new ServedNetwork(network);
        while (!end.IsCancellationRequested)
        {
            (float[] inputs, int[] labels) = NextSamples();
            FitResult round = trainer.Fit(inputs, labels, new FitOptions { Epochs = 1 }); // without a state: each call is a run of its own
            float cost = trainer.Measure(heldOutInputs, heldOutLabels).Cost;
            if (round.Reason is StopReason.Completed or StopReason.Converged && cost <= 1.01f * last) // false for NaN
            {
                trainer.Save(file);
                served.Publish(network);
                last = cost;
            }
            else
            {
                trainer.Load(file);
            }
        }
        // </retraining>
        return (served, last);
    }

    /// <summary>Samples of three classes. Each class shifts other inputs.</summary>
    private static (float[] Inputs, int[] Labels) Draw(int count, Random random)
    {
        int[] labels = [.. Enumerable.Range(0, count).Select(_ => random.Next(3))];
        float Value(int j, int label) => random.NextSingle() + (j % 3 == label ? 0.3f : 0f);
        return ([.. from label in labels from j in Enumerable.Range(0, 8) select Value(j, label)], labels);
    }
}
