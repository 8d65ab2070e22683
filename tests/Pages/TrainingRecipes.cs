using System.Runtime.InteropServices;
using FastNN.Bench.Learning;
using Microsoft.Win32.SafeHandles;
using nietras.SeparatedValues;
using Xunit;

namespace FastNN.Tests.Pages;

/// <summary>What the page on training shows.</summary>
[Collection(nameof(Alone))] // the examples print
public class TrainingRecipes
{
    [Fact]
    public void Data_stay_in_the_users_units()
    {
        float[] inputs = Cases.Uniform(1, 8 * 50, 10, 20), targets = Cases.Uniform(2, 2 * 50, -1000, 1000);
        var network = new Network([8, 16, 2], Activation.Tanh, Activation.Identity, seed: 1);
        // <standardizers>
        network.InputStandardizer = Standardizer.Fit(inputs, network.Inputs);
        network.OutputStandardizer = Standardizer.FitRange(targets, network.Outputs, low: -1f, high: 1f);
        // </standardizers>
        float[] outputs = new float[targets.Length];
        network.Forward(inputs, outputs);
        double cost = outputs.Zip(targets, (a, y) => ((double)a - y) * ((double)a - y)).Sum() / 50;
        Assert.Equal(1, new Trainer(network, new Sgd(0.01f)).Step(inputs, targets) / cost, 1e-6);

        // <observations>
        var observations = new Standardizer(width: 8); // no samples yet: the mean is 0 and the factor 1
        var policy = new Network([8, 32, 2], Activation.Tanh, Activation.Identity, seed: 1) { InputStandardizer = observations };
        var critic = new Network([8, 32, 1], Activation.Tanh, Activation.Identity, seed: 2) { InputStandardizer = observations };
        observations.Update(inputs); // changes what both networks see
        // </observations>
        Assert.Equal(network.InputStandardizer.Mean.ToArray(), policy.InputStandardizer.Mean.ToArray());
        Assert.Equal(50, critic.InputStandardizer.Samples);
    }

    [Fact]
    public void A_gradient_can_be_changed_before_it_is_applied()
    {
        var network = new Network([2, 4, 1], seed: 1);
        Network before = network.Clone();
        var trainer = new Trainer(network, new Sgd(learningRate: 1f));
        float[] inputs = [0f, 1f], targets = [1f];
        // <gradient>
        trainer.ComputeGradient(inputs, targets);
        foreach (ref float g in trainer.Gradient) g = Math.Clamp(g, -0.1f, 0.1f);
        trainer.Apply();
        // </gradient>
        float[] change = [.. network.Parameters.ToArray().Zip(before.Parameters.ToArray(), (now, then) => MathF.Abs(now - then))];
        Assert.InRange(change.Max(), 0.0999f, 0.1001f);
    }

    [Fact]
    public void A_rare_class_counts_more()
    {
        var network = new Network([2, 6, 3], Activation.Tanh, Activation.Softmax, seed: 1);
        var trainer = new Trainer(network, new Adam(0.01f), Cost.CrossEntropy);
        float[] inputs = Cases.Uniform(1, 20, -1f), targets = new float[30];
        int[] labels = [0, 0, 0, 0, 0, 0, 1, 1, 1, 2];
        for (int s = 0; s < labels.Length; s++) targets[3 * s + labels[s]] = 1f;
        // <class-weights>
        // A rare class counts more: a sample weighs n/(classes·n_c), with n_c samples of its class. scikit-learn calls this balanced.
        float[] classWeights = Samples.BalancedWeights(labels, classes: 3);
        float[] weights = [.. labels.Select(label => classWeights[label])];
        float cost = trainer.Step(inputs, targets, weights);
        // </class-weights>
        Assert.Equal(10, weights.Sum(), 1e-5);
        Assert.Equal(weights[9], 6 * weights[0], 1e-5);
        Assert.Equal(weights[9], 3 * weights[7], 1e-5);
        Assert.InRange(cost, 0.1f, 10f);
    }

    [Fact]
    public void Only_the_chosen_action_learns()
    {
        var network = new Network([2, 8, 4], Activation.Relu, Activation.Identity, seed: 1);
        Network target = network.Clone();
        var trainer = new Trainer(network, new Sgd(0.1f), cost: Cost.Huber(1f));
        float[] before = network.Layers[1].Biases.ToArray();
        float[] states = Cases.Uniform(1, 6, -1f), nextStates = Cases.Uniform(2, 6, -1f), rewards = [1f, 0f, -1f];
        int[] actions = [2, 0, 2];
        bool[] hasEnded = [false, false, true];
        float[] choices = new float[12], nextValues = new float[12], values = new float[12], mask = [.. Enumerable.Repeat(1f, 12)];
        // <masks>
        // A step of double deep Q-learning. Of four actions, only the one that was taken has a known value.
        network.Forward(nextStates, choices);   // the network chooses the next action
        target.Forward(nextStates, nextValues); // another one, which follows slowly, says its value
        Array.Clear(mask);
        for (int s = 0; s < actions.Length; s++)
        {
            int first = 4 * s, chosen = first + actions[s], next = first;
            for (int k = first + 1; k < first + 4; k++)
                if (choices[k] > choices[next]) next = k;
            values[chosen] = rewards[s] + (hasEnded[s] ? 0f : 0.99f * nextValues[next]);
            mask[chosen] = 1f;
        }

        float cost = trainer.Step(states, values, mask);
        target.Blend(network, 0.01f);
        // </masks>
        Assert.True(cost > 0);
        Assert.Equal(-1f, values[10]); // the last state has ended
        Assert.Equal(before[1], network.Layers[1].Biases[1]); // nobody chose action 1
        Assert.NotEqual(before[2], target.Layers[1].Biases[2]);
        Assert.NotEqual(before[2], network.Layers[1].Biases[2]);
    }

    [Fact]
    public void A_batch_is_divided_into_small_ones_and_learned()
    {
        // <batches>
        // Small batches, on up to two threads. Samples stand row by row: the four cases of XOR, a hundred times.
        var network = new Network([2, 4, 1], seed: 1);
        var trainer = new Trainer(network, new Sgd(learningRate: 2f), threads: 2);
        float[] inputs = [.. Enumerable.Repeat<float[]>([0f, 0f, 0f, 1f, 1f, 0f, 1f, 1f], 100).SelectMany(rows => rows)];
        float[] targets = [.. Enumerable.Repeat<float[]>([0f, 1f, 1f, 0f], 100).SelectMany(rows => rows)];

        const int batch = 32;
        for (int epoch = 0; epoch < 200; epoch++)
        {
            for (int first = 0; first < targets.Length; first += batch)
            {
                int samples = Math.Min(batch, targets.Length - first);
                trainer.Step(inputs.AsSpan(2 * first, 2 * samples), targets.AsSpan(first, samples));
            }
        }

        float[] outputs = new float[targets.Length];
        network.Forward(inputs, outputs, threads: 2);
        // </batches>
        Assert.InRange(trainer.Evaluate(inputs, targets), 0f, 0.01f);
        Assert.Equal(targets, outputs.Select(output => MathF.Round(output)));
    }

    [Fact]
    public void Digits_are_classified()
    {
        (float[] inputs, float[] targets) = ExampleData.Digits();
        double accuracy = Classify(
            inputs[..(ExampleData.Training * 64)], targets[..(ExampleData.Training * 10)],
            inputs[(ExampleData.Training * 64)..], targets[(ExampleData.Training * 10)..]);
        Assert.InRange(accuracy, 0.94, 1);
    }

    [Fact]
    public void Labels_are_split_and_learned()
    {
        (float[] pixels, float[] digits) = ExampleData.Digits();
        int[] labels = [.. digits.Chunk(10).Select(row => Array.IndexOf(row, 1f))];
        var network = new Network([64, 32, 10], Activation.Relu, Activation.Softmax, seed: 1);
        var trainer = new Trainer(network, new Adam(1e-3f), Cost.CrossEntropy);
        var options = new FitOptions { Epochs = 5 };
        // <labels>
        // A quarter is held out, with as many samples of each digit.
        (int[] training, int[] heldOut) = Samples.StratifiedSplit(labels, heldOut: 0.25f, seed: 1);
        FitResult result = trainer.Fit(Samples.Take(pixels, 64, training), Samples.Take(labels, training), options);
        Metrics metrics = trainer.Measure(Samples.Take(pixels, 64, heldOut), Samples.Take(labels, heldOut));
        // </labels>
        Assert.Equal(449, heldOut.Length);
        Assert.InRange(metrics.Accuracy!.Value, 0.85, 1);
        Assert.InRange(result.Cost!.Value, 0f, 0.6f);
    }

    [Fact]
    public void Classes_are_weighed()
    {
        int[] labels = [.. Enumerable.Range(0, 400).Select(s => s % 8 == 0 ? 1 : 0)];
        float[] inputs = [.. labels.SelectMany((label, s) => (float[])[MathF.Sin(s) + label, MathF.Cos(3 * s)])];
        var network = new Network([2, 8, 1], Activation.Tanh, Activation.Sigmoid, seed: 1);
        var trainer = new Trainer(network, new Adam(0.01f), Cost.BinaryCrossEntropy);
        // <weights-in-fit>
        // A rare class counts as much as a common one.
        var options = new FitOptions { Epochs = 30, ClassWeights = Samples.BalancedWeights(labels, classes: 2) };
        FitResult result = trainer.Fit(inputs, labels, options);
        // </weights-in-fit>
        Assert.Equal(4f / 7, options.ClassWeights.Span[0]);
        float[] outputs = new float[400];
        network.Forward(inputs, outputs);
        Assert.InRange(outputs.Where((a, s) => labels[s] == 1 && a >= 0.5f).Count(), 30, 50); // without weights 19
        Assert.True(float.IsFinite(result.Cost!.Value));
    }

    [Fact]
    public void A_csv_file_is_read_by_Sep()
    {
        string folder = Environment.CurrentDirectory;
        Environment.CurrentDirectory = Page.Root;
        // <csv>
        // Four inputs and a label in each line. The first line has names.
        List<float> inputs = [];
        List<int> labels = [];
        using SepReader reader = Sep.Reader().FromFile("tests/data/iris.csv");
        foreach (SepReader.Row row in reader)
        {
            inputs.AddRange(row[..4].Parse<float>());
            labels.Add(row[4].Parse<int>());
        }
        // </csv>
        Environment.CurrentDirectory = folder;
        Assert.Equal(600, inputs.Count);
        Assert.Equal([5.1f, 3.5f, 1.4f, 0.2f], inputs[..4]);
        Assert.Equal(Enumerable.Range(0, 150).Select(s => s / 50), labels);
    }

    [Fact]
    public void A_file_is_read_batch_by_batch()
    {
        float[] x = Cases.Uniform(1, 1000 * 3, -1f), y = [.. x.Chunk(3).Select(row => row[0] * row[1] + row[2])];
        string path = Path.GetTempFileName();
        try
        {
            File.WriteAllBytes(path, MemoryMarshal.AsBytes<float>([.. x.Chunk(3).SelectMany((row, s) => row.Append(y[s]))]));
            var network = new Network([3, 8, 1], Activation.Tanh, Activation.Identity, seed: 1);
            var trainer = new Trainer(network, new Adam(0.01f));
            // <file-fit>
            // The last tenth of the file is held out. Each epoch reads the rest in another order.
            using var samples = new FileSource(path, network.Inputs, network.Outputs);
            FitResult result = trainer.Fit(samples, new FitOptions { Epochs = 5, ValidationSplit = 0.1f });
            // </file-fit>
            var inMemory = new Trainer(new Network([3, 8, 1], Activation.Tanh, Activation.Identity, seed: 1), new Adam(0.01f));
            Assert.Equal($"{inMemory.Fit(x, y, new FitOptions { Epochs = 5, ValidationSplit = 0.1f })}", $"{result}");
            Cases.AssertSameBits(inMemory.Network.Parameters, network.Parameters, "parameters");
        }
        finally
        {
            File.Delete(path);
        }
    }

    [Fact]
    public void The_recipe_learns_Friedmans_problem()
    {
        DataSet data = DataSets.All.Single(task => task.Name == "friedman").Of(1);
        (DataSet training, DataSet heldOut) = data.Split(1);
        Assert.InRange(LearnNumbers(training.X, training.Y, heldOut.X, heldOut.Y), 0.81, 1);
    }

    [Fact]
    public void The_recipe_tells_wines_apart()
    {
        DataSet data = DataSets.All.Single(task => task.Name == "wine").Of(1);
        (DataSet training, DataSet heldOut) = data.Split(1);
        Assert.InRange(LearnClasses(training.X, training.Y, heldOut.X, heldOut.Y), 0.97, 1);
    }

    [Fact]
    public void A_curve_is_found_in_noise()
    {
        float[] x = Cases.Uniform(1, 1000, -1f), truth = Array.ConvertAll(x, value => MathF.Sin(3f * value));
        float[] y = [.. truth.Zip(Cases.Uniform(2, 1000, -0.3f, 0.3f), (value, noise) => value + noise)];
        // <regression>
        // Regression: noisy samples of a curve. A fifth is held out. Training ends when the held-out cost has not improved for 50 epochs.
        var network = new Network([1, 32, 32, 1], hidden: Activation.Tanh, output: Activation.Identity, seed: 1, Initializer.Glorot);
        var adam = new Adam(learningRate: 5e-3f) { ClipNorm = 1f, Schedule = LearningRateSchedule.Cosine(steps: 4_000, final: 0.1) };
        var trainer = new Trainer(network, adam);
        var options = new FitOptions { Epochs = 500, BatchSize = 32, ValidationSplit = 0.2f, Patience = 50 };
        FitResult result = trainer.Fit(x, y, options);
        Console.WriteLine($"{result}; R² of the held-out samples: {result.Validation?.R2:F3}");
        // </regression>
        Assert.InRange(trainer.Measure(x, truth).R2, 0.99, 1);
    }

    [Fact]
    public void Quantiles_make_an_interval()
    {
        var random = new Random(1);
        float[] x = Cases.Uniform(1, 1_000, -1f), y = [.. x.Select(xi => MathF.Sin(3 * xi) + 0.4f * (float)Math.Log(random.NextDouble()))];
        // <quantiles>
        // A thousand noisy samples of a curve. Two networks learn the limits between which 80 % of the targets lie.
        Network high = Quantile(0.9f), low = Quantile(0.1f);

        Network Quantile(float tau)
        {
            var network = new Network([1, 32, 1], hidden: Activation.Tanh, output: Activation.Identity, seed: 1, Initializer.Glorot);
            var adam = new Adam(learningRate: 5e-3f) { Schedule = LearningRateSchedule.Cosine(steps: 4_800) }; // 150 epochs of 32 steps
            new Trainer(network, adam, cost: Cost.Pinball(tau)).Fit(x, y, new FitOptions { Epochs = 150, BatchSize = 32 });
            return network;
        }
        // </quantiles>
        float[] most = new float[x.Length], least = new float[x.Length];
        high.Forward(x, most);
        low.Forward(x, least);
        Assert.InRange(y.Zip(most).Count(pair => pair.First > pair.Second), 70, 130);
        Assert.InRange(y.Zip(least).Count(pair => pair.First < pair.Second), 70, 130);
    }

    [Fact]
    public void A_policy_is_found_by_rewards()
    {
        // <reinforcement>
        // Reinforcement learning: one of two actions is right, but only the reward of the chosen action is known.
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
        Assert.InRange(right, 950, 1000);
    }

    /// <summary>R² of the samples held out.</summary>
    private static double LearnNumbers(float[] inputs, float[] targets, float[] heldOutInputs, float[] heldOutTargets)
    {
        // <recipe>
        // The recipe: ten inputs, one number to tell. Samples are in a random order. The last fifth says when to stop.
        var network = new Network([10, 64, 64, 1], hidden: Activation.Relu, output: Activation.Identity, seed: 1)
        {
            InputStandardizer = Standardizer.Fit(inputs, width: 10),
            OutputStandardizer = Standardizer.Fit(targets, width: 1),
        };
        var trainer = new Trainer(network, new Adam());
        FitResult result = trainer.Fit(inputs, targets, new FitOptions { Epochs = 500, ValidationSplit = 0.2f, Patience = 50 });
        Metrics metrics = trainer.Measure(heldOutInputs, heldOutTargets);
        Console.WriteLine($"{result}; R² of samples held out: {metrics.R2:F2}");
        // </recipe>
        return metrics.R2;
    }

    /// <summary>The share of held-out wines that are right.</summary>
    private static double LearnClasses(float[] inputs, float[] targets, float[] heldOutInputs, float[] heldOutTargets)
    {
        // <classes>
        // The recipe for classes: 13 inputs, three kinds of wine. A target is 1 at the kind and 0 elsewhere.
        var network = new Network([13, 64, 64, 3], hidden: Activation.Relu, output: Activation.Softmax, seed: 1)
        {
            InputStandardizer = Standardizer.Fit(inputs, width: 13),
        };
        var trainer = new Trainer(network, new Adam(), cost: Cost.CrossEntropy);
        FitResult result = trainer.Fit(inputs, targets, new FitOptions { Epochs = 500, ValidationSplit = 0.2f, Patience = 50 });
        Metrics metrics = trainer.Measure(heldOutInputs, heldOutTargets);
        Console.WriteLine($"{result}; {metrics.Accuracy:P0} of the wines held out are right");
        // </classes>
        return metrics.Accuracy!.Value;
    }

    /// <summary>The share of held-out digits that are right.</summary>
    private static double Classify(float[] pixels, float[] digits, float[] heldOutPixels, float[] heldOutDigits)
    {
        // <classification>
        // Classification: digits of 8 × 8 pixels from −1 to 1. A target is 1 at the digit and 0 elsewhere.
        const int epochs = 50, batch = 32;
        int steps = epochs * ((digits.Length / 10 + batch - 1) / batch);
        var network = new Network([64, 128, 10], hidden: Activation.Relu, output: Activation.Softmax, seed: 1);
        var adam = new AdamW(learningRate: 0.02f) { WeightDecay = 0.1f, Schedule = LearningRateSchedule.Cosine(steps) };
        var trainer = new Trainer(network, adam, cost: Cost.CrossEntropy);
        FitResult result = trainer.Fit(pixels, digits, new FitOptions { Epochs = epochs, BatchSize = batch });
        Metrics metrics = trainer.Measure(heldOutPixels, heldOutDigits);
        Console.WriteLine($"{result}; {metrics.Accuracy:P1} of the held-out digits are right");
        // </classification>
        Report(network, trainer, result, heldOutPixels, heldOutDigits);
        return metrics.Accuracy!.Value;
    }

    private static void Report(Network network, Trainer trainer, FitResult result, float[] heldOutPixels, float[] heldOutDigits)
    {
        // <results>
        Console.WriteLine(network.Summary()); // the layers: widths, activations, parameters, and how this machine computes them
        foreach (string warning in result.Warnings) Console.WriteLine(warning); // none
        Console.WriteLine($"cost {result.History[0].TrainingCost:F3} → {result.History[^1].TrainingCost:F3}"); // first and last epoch
        ConfusionMatrix confusion = trainer.Confusion(heldOutPixels, heldOutDigits);
        Console.WriteLine(confusion); // a table: how many of each digit were taken for which
        Console.WriteLine($"{confusion.Recall(8):P0} of the eights were found, and {confusion.Precision(8):P0} of what it calls 8 is an 8");
        // </results>
        Assert.Empty(result.Warnings);
        Assert.Equal(trainer.Measure(heldOutPixels, heldOutDigits).Accuracy, confusion.Accuracy);
    }

    // <file-source>
    /// <summary>A file of floats: for each sample n inputs, and then m targets.</summary>
    private sealed class FileSource(string path, int n, int m) : ISampleSource, IDisposable
    {
        private readonly SafeFileHandle _file = File.OpenHandle(path, options: FileOptions.RandomAccess);

        public int Count => (int)(RandomAccess.GetLength(_file) / (4L * (n + m)));

        public void Read(ReadOnlySpan<int> samples, Span<float> inputs, Span<float> targets)
        {
            for (int k = 0; k < samples.Length; k++)
            {
                long place = 4L * (n + m) * samples[k];
                RandomAccess.Read(_file, MemoryMarshal.AsBytes(inputs.Slice(k * n, n)), place);
                RandomAccess.Read(_file, MemoryMarshal.AsBytes(targets.Slice(k * m, m)), place + 4L * n);
            }
        }

        public void Dispose() => _file.Dispose();
    }
    // </file-source>
}
