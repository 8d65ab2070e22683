namespace FastNN.Tests;

/// <summary>The example that README.md opens with; <see cref="ReadmeTests"/> runs it and compares both.</summary>
internal static class ReadmeExample
{
    internal static void Run()
    {
        // <example>
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
        // </example>
    }

    /// <summary>The second example, of batches.</summary>
    internal static float RunBatches()
    {
        // Batches: samples row by row, in mini-batches on up to two threads. XOR, a hundred times.
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
        return trainer.Evaluate(inputs, targets);
    }
}
