using FastNN.Bench.WholeNetworks;

namespace FastNN.Bench.Learning;

/// <summary>Something to learn the digits by: a network, and how it is trained.</summary>
/// <param name="Title">Widths and epochs.</param>
/// <param name="Scale">From a pixel, 0 to 16, to an input.</param>
/// <param name="WorstAccuracy">The least of the held-out samples that must come out right.</param>
/// <param name="Seeds">One for each run; those of more than one are reported together.</param>
/// <param name="Create">The untrained network of a seed, on these kernels.</param>
/// <param name="Learn">Trains it on inputs and targets, by the same seed, and says by whom.</param>
internal sealed record Lesson(
    string Title, Func<int, float> Scale, double WorstAccuracy, int[] Seeds,
    Func<int, KernelVariant, Network> Create, Func<int, Network, float[], float[], Trainer> Learn)
{
    private const int Batch = 32;

    /// <summary>A classifier as scikit-learn would make it: Adam as it is. The results that are kept are of it.</summary>
    internal static Lesson Plain { get; } = OfClassifier(epochs: 50);

    /// <summary>The recipe of src/docs/training.md.</summary>
    internal static Lesson Recipe { get; } = OfRecipe(epochs: 50);

    /// <summary>The article's kind of network, and the recipe.</summary>
    internal static IReadOnlyList<Lesson> All { get; } = [OfSigmoids(epochs: 50), Recipe];

    /// <summary>Squared error, plain SGD, the samples in the order they come in.</summary>
    private static Lesson OfSigmoids(int epochs)
    {
        return new(
            $"64-64-10, sigmoid, squared error, SGD: {epochs} epochs in batches of {Batch}", pixel => pixel / 16f, WorstAccuracy: 0.9,
            Seeds: [1],
            (_, kernels) => Networks.Create([Digits.Pixels, 64, Digits.Classes], NetworkKind.Article, kernels),
            (_, network, inputs, targets) =>
            {
                var trainer = new Trainer(network, new Sgd(learningRate: 1f));
                for (int epoch = 0; epoch < epochs; epoch++) Run(trainer, inputs, targets);
                return trainer;
            });

        static void Run(Trainer trainer, ReadOnlySpan<float> inputs, ReadOnlySpan<float> targets)
        {
            int samples = inputs.Length / Digits.Pixels;
            for (int s = 0; s < samples; s += Batch)
            {
                int batch = Math.Min(Batch, samples - s);
                trainer.Step(
                    inputs.Slice(s * Digits.Pixels, batch * Digits.Pixels), targets.Slice(s * Digits.Classes, batch * Digits.Classes));
            }
        }
    }

    /// <summary>
    /// Cross-entropy, Adam, another order in each epoch, and inputs in ±1, on which it learns more than on inputs that are never negative.
    /// </summary>
    private static Lesson OfClassifier(int epochs) => new(
        $"64-128-64-10, ReLU and softmax, cross-entropy, Adam: {epochs} epochs in batches of {Batch}", pixel => pixel / 8f - 1f,
        WorstAccuracy: 0.94,
        Seeds: [1, 2, 3, 4, 5],
        (seed, kernels) => new Network(
            [Digits.Pixels, 128, 64, Digits.Classes], Activation.Relu, Activation.Softmax, seed, Initializer.He, kernels),
        (seed, network, inputs, targets) =>
        {
            var trainer = new Trainer(network, new Adam(), Cost.CrossEntropy);
            trainer.Fit(inputs, targets, new FitOptions { Epochs = epochs, BatchSize = Batch, Seed = seed });
            return trainer;
        });

    /// <summary>One hidden layer, a larger learning rate that falls to 0, and weights that decay.</summary>
    private static Lesson OfRecipe(int epochs) => new(
        $"64-128-10, ReLU and softmax, cross-entropy, AdamW, cosine: {epochs} epochs in batches of {Batch}", pixel => pixel / 8f - 1f,
        WorstAccuracy: 0.94,
        Seeds: [1, 2, 3, 4, 5],
        (seed, kernels) => new Network([Digits.Pixels, 128, Digits.Classes], Activation.Relu, Activation.Softmax, seed, kernels: kernels),
        (seed, network, inputs, targets) =>
        {
            int steps = epochs * ((inputs.Length / Digits.Pixels + Batch - 1) / Batch);
            var adam = new AdamW(learningRate: 0.02f) { WeightDecay = 0.1f, Schedule = LearningRateSchedule.Cosine(steps) };
            var trainer = new Trainer(network, adam, Cost.CrossEntropy);
            trainer.Fit(inputs, targets, new FitOptions { Epochs = epochs, BatchSize = Batch, Seed = seed });
            return trainer;
        });
}
