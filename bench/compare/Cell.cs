namespace FastNN.Bench.Compare;

/// <summary>What is timed: a call of Forward or Step of a network on a batch.</summary>
/// <param name="Widths">Neurons in each layer, inputs first.</param>
/// <param name="Batch">Samples of a call.</param>
/// <param name="Trains">Whether it is Step, not Forward.</param>
/// <param name="Hidden">The activation of all layers but the last.</param>
/// <param name="Output">That of the last.</param>
/// <param name="Optimizer">How Step updates.</param>
internal sealed record Cell(
    int[] Widths, int Batch, bool Trains, string Hidden = "Sigmoid", string Output = "Sigmoid", string Optimizer = "Sgd")
{
    /// <summary>So small that networks stay what they are, however many steps a run makes.</summary>
    private const float TimedRate = 1e-7f;

    private static readonly int[] s_article = [2, 4, 3, 2], s_small = [8, 16, 16, 1], s_ragged = [17, 33, 9, 5];
    private static readonly int[] s_deep = [32, 64, 64, 64, 16], s_raggedClassifier = [100, 129, 7], s_digits = [784, 128, 10];
    private static readonly int[] s_wide = [1024, 1024, 1024];

    internal static IReadOnlyList<Cell> All { get; } =
    [
        new(s_article, 1, false), new(s_article, 1, true), new(s_article, 64, false), new(s_article, 1024, true),
        new(s_small, 1, false), new(s_small, 1, true), new(s_small, 1024, false),
        new(s_ragged, 1, false), new(s_ragged, 1, true, "Tanh", "Identity", "Adam"), new(s_ragged, 64, true, "Tanh", "Identity"),
        new(s_deep, 1, false), new(s_deep, 1, true), new(s_deep, 64, false), new(s_deep, 1024, true),
        new(s_raggedClassifier, 64, true, "Relu", "Softmax"),
        new(s_digits, 1, false), new(s_digits, 1, true, "Relu", "Softmax"), new(s_digits, 64, false, "Relu", "Softmax"),
        new(s_digits, 64, true, "Relu", "Softmax", "Adam"),
        new(s_wide, 1, false), new(s_wide, 1, true), new(s_wide, 64, false),
    ];

    /// <summary>What tables call it.</summary>
    internal string Name => $"{string.Join('-', Widths)} × {Batch} {Kind}{(Trains ? $"step {Optimizer}" : "forward")}";

    private string Kind => Hidden == "Sigmoid" ? "" : $"{Hidden} {Output} ";

    private string Cost => Output == "Softmax" ? "CrossEntropy" : "SquaredError";

    /// <summary>The call that is timed, on the data of all builds.</summary>
    internal Call CreateCall(Build build, string variant, float[] inputs, float[] targets) =>
        Create(build, variant, inputs, targets, TimedRate).Call;

    /// <summary>What three calls leave behind: outputs and all parameters.</summary>
    internal float[] Results(Build build, string variant)
    {
        float[] inputs = Data.Inputs(Batch * Widths[0]), targets = Data.Targets(Batch, Widths[^1]);
        (Call call, object network) = Create(build, variant, inputs, targets, 0.01f);
        call.Repeat(3);
        ReadOnlySpan<float> parameters = network.GetType().GetProperty("Parameters")!.GetMethod!.CreateDelegate<ParametersOf>(network)();
        return [.. parameters, .. targets];
    }

    private (Call Call, object Network) Create(Build build, string variant, float[] inputs, float[] targets, float learningRate)
    {
        object network = build.CreateNetwork(Widths, Hidden, Output, variant);
        object? trainer = Trains ? build.CreateTrainer(network, build.CreateOptimizer(Optimizer, learningRate), Cost) : null;
        return (new Call(network, trainer, inputs, targets), network);
    }

    private delegate Span<float> ParametersOf();
}
