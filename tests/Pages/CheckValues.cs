using static System.FormattableString;

namespace FastNN.Tests.Pages;

/// <summary>What the page on the contract gives readers to check their own programs with, computed by a variant.</summary>
internal static class CheckValues
{
    private static readonly float[] s_sums =
        [float.NegativeInfinity, -100f, -2f, -0.5f, -0f, 0f, float.Epsilon, 0.5f, 3f, 50f, float.PositiveInfinity];

    private static readonly Initializer[] s_initializers =
        [Initializer.Glorot, Initializer.He, Initializer.LeCun, Initializer.PyTorch, Initializer.Uniform(0.3f)];

    /// <summary>The optimizers, by what the page calls them.</summary>
    private static readonly (string Name, Optimizer Optimizer)[] s_optimizers =
    [
        ("Sgd(0.1)", new Sgd(0.1f)),
        ("Sgd(0.1), WeightDecay 0.01, ClipValue 0.02", new Sgd(0.1f) { WeightDecay = 0.01f, ClipValue = 0.02f }),
        ("Momentum(0.05), ClipNorm 0.1", new Momentum(0.05f) { ClipNorm = 0.1f }),
        ("Nesterov(0.05)", new Nesterov(0.05f)),
        ("RmsProp(0.01)", new RmsProp(0.01f)),
        ("Adam(0.01), Cosine(5, 0.1)", new Adam(0.01f) { Schedule = LearningRateSchedule.Cosine(5, 0.1) }),
        ("AdamW(0.01), WarmUp(2, Constant)", new AdamW(0.01f) { Schedule = LearningRateSchedule.WarmUp(2, LearningRateSchedule.Constant) }),
    ];

    private static readonly (LearningRateSchedule Schedule, long Step)[] s_factors =
    [
        (LearningRateSchedule.StepDecay(2, 0.7), 7),
        (LearningRateSchedule.Cosine(10, 0.1), 1),
        (LearningRateSchedule.Cosine(10, 0.1), 3),
        (LearningRateSchedule.Cosine(10, 0.1), 6),
        (LearningRateSchedule.Cosine(10, 0.1), 8),
        (LearningRateSchedule.Cosine(30_000, 0), 1),
        (LearningRateSchedule.WarmUp(3, LearningRateSchedule.Constant), 1),
    ];

    /// <summary>The lines of all blocks, in the order of the page.</summary>
    internal static IEnumerable<string> Lines(KernelVariant kernels) =>
    [
        .. OfActivations(kernels), .. OfDraws(kernels), .. OfLayers(kernels), .. OfCosts(kernels), .. OfStandardizers(kernels),
        .. OfDerivatives(kernels), .. OfTraining(kernels), .. OfSecondOrder(kernels), .. OfFit(kernels),
    ];

    private static IEnumerable<string> OfActivations(KernelVariant kernels)
    {
        yield return Row("z", s_sums);
        foreach (Activation f in OracleActivations.All.Where(f => f.IsElementwise))
        {
            float[] a = new float[s_sums.Length], slopes = new float[s_sums.Length];
            Kernels.ActivateWithSlope(f, s_sums, a, slopes, kernels);
            yield return Row($"{f}", a);
            yield return Row($"{f}′", slopes);
        }

        float[] sums = V(17), outputs = new float[17];
        Kernels.Activate(Activation.Softmax, sums, outputs, kernels);
        yield return Line("Softmax of v(0), …, v(16): first, last", outputs[0], outputs[^1]);

        static string Row(string name, float[] values) => $"{name,-12} {Bits(values)}";
    }

    private static IEnumerable<string> OfDraws(KernelVariant kernels)
    {
        yield return Line(
            "Network([2, 4, 3, 2], seed: 42), first five parameters", new Network([2, 4, 3, 2], 42, kernels).Parameters[..5].ToArray());
        foreach (Initializer initializer in s_initializers)
        {
            Span<float> w = Dense([3, 2], Activation.Relu, Activation.Identity, seed: -1, initializer, kernels).Parameters;
            yield return Line(Invariant($"3-2, seed -1, {initializer}: first weight, last weight, last bias"), w[0], w[5], w[7]);
        }

        foreach ((int seed, int epoch) in ((int, int)[])[(0, 0), (-7, 3)])
        {
            int[] order = new int[10];
            FastNN.Fit.EpochOrder.Shuffle(order, seed, epoch);
            yield return Invariant($"Fit, seed {seed}, epoch {epoch}: order of 10 samples = {string.Join(' ', order)}");
        }

        int[] labels = [0, 0, 0, 0, 0, 0, 1, 1, 1, 2];
        yield return $"Split(10, 0.3), seed 0: {PartsOf(Samples.Split(10, 0.3f))}";
        yield return $"StratifiedSplit({string.Join(' ', labels)}, 0.4), seed 0: {PartsOf(Samples.StratifiedSplit(labels, 0.4f))}";

        static string PartsOf((int[] Training, int[] HeldOut) split) =>
            $"training and held out = {string.Join(' ', split.Training)} and {string.Join(' ', split.HeldOut)}";
    }

    private static IEnumerable<string> OfLayers(KernelVariant kernels)
    {
        foreach (int[] widths in (int[][])[[8, 32], [8, 33], [7, 32]])
        {
            Network network = Dense(widths, Activation.Relu, Activation.Identity, seed: 1, Initializer.He, kernels);
            float[] outputs = new float[network.Outputs];
            network.Forward(V(network.Inputs), outputs);
            yield return $"{string.Join('-', widths)} = {Ends(outputs)}";
        }
    }

    private static IEnumerable<string> OfCosts(KernelVariant kernels)
    {
        string[] kinds = ["Elu", "Exponential", "Identity", "Sigmoid", "Softmax"]; // what a page can hold
        foreach (Cost cost in OracleCosts.Known.OrderBy(cost => cost.Name, StringComparer.Ordinal))
        {
            foreach (Activation last in Activation.All.Where(cost.Suits))
            {
                if (cost != Cost.SquaredError && !kinds.Contains(last.Name)) continue;

                Network network = Dense([3, 2], Activation.Relu, last, seed: 1, Initializer.He, kernels);
                var trainer = new Trainer(network, new Sgd(1f), cost);
                float value = trainer.ComputeGradient(V(3), cost.TargetsSumToOne ? [1f, 0f] : U(2));
                yield return Line($"{cost}, {last}: C, δ_0, δ_1", value, trainer.Gradient[6], trainer.Gradient[7]);
            }
        }
    }

    private static IEnumerable<string> OfStandardizers(KernelVariant kernels)
    {
        Network network = Dense([3, 2], Activation.Relu, Activation.Identity, seed: 1, Initializer.He, kernels);
        network.InputStandardizer = Standardizer.Fit(V(12), 3);
        network.OutputStandardizer = Standardizer.Fit(U(8), 2);
        yield return Line("means", network.InputStandardizer.Mean.ToArray());
        yield return Line("factors", network.InputStandardizer.Factor.ToArray());
        float[] outputs = new float[2], byInputs = new float[3];
        network.Forward(V(3), outputs);
        yield return Line("y_0, y_1", outputs);
        var trainer = new Trainer(network, new Sgd(1f));
        float cost = trainer.ComputeGradient(V(3), U(2));
        yield return Line("C, δ_0, δ_1", cost, trainer.Gradient[6], trainer.Gradient[7]);
        trainer.Backward(V(3), [1f, -1f], byInputs);
        yield return Line("gradient by the inputs", byInputs);
    }

    private static IEnumerable<string> OfDerivatives(KernelVariant kernels)
    {
        Network network = Dense([3, 20, 2], Activation.Tanh, Activation.Identity, seed: 1, Initializer.He, kernels);
        float[] jacobian = new float[6];
        network.Jacobian(V(3), jacobian);
        yield return Line("Jacobian", jacobian);
    }

    private static IEnumerable<string> OfSecondOrder(KernelVariant kernels)
    {
        foreach (SecondOrderOptimizer optimizer in (SecondOrderOptimizer[])
            [new Lbfgs(3), new Lbfgs(3) { WeightDecay = 0.01f }, new LevenbergMarquardt(), new LevenbergMarquardt { WeightDecay = 0.01f }])
        {
            Network network = Dense([5, 7, 3], Activation.Tanh, Activation.Identity, seed: 1, Initializer.He, kernels);
            var trainer = new Trainer(network, optimizer);
            float cost = 0f;
            for (int step = 0; step < 6; step++) cost = trainer.Step(V(5 * 12), U(3 * 12));
            yield return $"{Line($"{optimizer}", cost)} {Ends(network.Parameters)}";
        }
    }

    private static IEnumerable<string> OfTraining(KernelVariant kernels)
    {
        foreach ((LearningRateSchedule schedule, long step) in s_factors)
            yield return Invariant($"{schedule}: factor({step}) = {Bits(schedule.Factor(step))}");

        var article = new Network([2, 4, 3, 2], seed: 42, kernels);
        float cost = new Trainer(article, new Sgd(2f)).Step([0.3f, 0.5f], [1f, 0f]);
        yield return $"{Line("the article's network, one step", cost)} {Ends(article.Parameters)}";
        foreach ((string name, Optimizer optimizer) in s_optimizers)
            foreach (int batch in (int[])[1, 5]) yield return AfterSteps(name, optimizer, batch, Reduction.Mean, kernels);
        yield return AfterSteps("Sgd(0.1), Reduction.Sum", new Sgd(0.1f), 5, Reduction.Sum, kernels);
    }

    /// <summary>A network whose layers have both orders of sums, and with parameters for two blocks of the norm.</summary>
    private static string AfterSteps(string name, Optimizer optimizer, int batch, Reduction reduction, KernelVariant kernels)
    {
        var network = new Network([70, 60, 40, 3], [Activation.Tanh, Activation.Gelu, Activation.Identity], 1, Initializer.He, kernels);
        var trainer = new Trainer(network, optimizer, reduction: reduction);
        float cost = 0f;
        for (int step = 0; step < 4; step++) cost = trainer.Step(V(70 * batch), U(3 * batch));
        return $"{Line($"{name}, batch of {batch}", cost)} {Ends(network.Parameters)}";
    }

    private static IEnumerable<string> OfFit(KernelVariant kernels)
    {
        const int samples = 30;
        Network network = Dense([4, 8, 3], Activation.Relu, Activation.Softmax, seed: 1, Initializer.He, kernels);
        var trainer = new Trainer(network, new Adam(0.01f), Cost.CrossEntropy);
        float[] targets = [.. from s in Enumerable.Range(0, samples) from i in Enumerable.Range(0, 3) select i == s % 3 ? 1f : 0f];
        var options = new FitOptions { Epochs = 5, BatchSize = 23, Seed = 3, ValidationSplit = 0.2f, Patience = 5 };
        FitResult result = trainer.Fit(V(4 * samples), targets, options);
        Metrics metrics = result.Validation!.Value;
        yield return Line("the last epoch's cost, the validation's cost", result.History[^1].TrainingCost, metrics.Cost);
        yield return $"parameters = {Ends(network.Parameters)}";
        yield return $"accuracy, R² = {Bits(metrics.Accuracy!.Value)} {Bits(metrics.R2)}";
    }

    private static Network Dense(
        int[] widths, Activation hidden, Activation output, int seed, Initializer initializer, KernelVariant kernels) =>
        new(widths, hidden, output, seed, initializer, kernels);

    /// <summary>The first value, the last one, and the sum of the bits of all.</summary>
    private static string Ends(ReadOnlySpan<float> values)
    {
        uint sum = 0;
        foreach (float value in values) sum = unchecked(sum + BitConverter.SingleToUInt32Bits(value));
        return $"{Bits([values[0], values[^1]])} {sum:X8}";
    }

    /// <summary>v(0), v(1), … of the page.</summary>
    private static float[] V(int count) => [.. Enumerable.Range(0, count).Select(k => (37 * k % 101 - 50) / 64f)];

    /// <summary>u(0), u(1), … of the page.</summary>
    private static float[] U(int count) => [.. Enumerable.Range(0, count).Select(k => 29 * k % 64 / 64f)];

    private static string Line(string name, params float[] values) => $"{name} = {Bits(values)}";

    private static string Bits(double value) => $"{BitConverter.DoubleToInt64Bits(value):X16}";

    private static string Bits(float[] values) => string.Join(' ', values.Select(value => $"{BitConverter.SingleToUInt32Bits(value):X8}"));
}
