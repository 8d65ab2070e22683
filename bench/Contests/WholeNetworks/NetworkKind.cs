namespace FastNN.Bench.WholeNetworks;

/// <summary>What a network of given widths is for: its activations, the cost, and how it learns.</summary>
/// <param name="Name">What tables add to its widths; none for the article's kind.</param>
/// <param name="Hidden">The activation of all layers but the last.</param>
/// <param name="Output">That of the last.</param>
/// <param name="Cost">What a step makes smaller.</param>
public sealed record NetworkKind(string? Name, Activation Hidden, Activation Output, Cost Cost)
{
    /// <summary>Sigmoid in every layer, squared error, SGD.</summary>
    internal static NetworkKind Article { get; } = new(null, Activation.Sigmoid, Activation.Sigmoid, Cost.SquaredError);

    /// <summary>For values of any size.</summary>
    internal static NetworkKind Tanh { get; } = new("tanh", Activation.Tanh, Activation.Identity, Cost.SquaredError);

    /// <summary>Products and nothing else, to compare routes.</summary>
    internal static NetworkKind Linear { get; } = new("identity", Activation.Identity, Activation.Identity, Cost.SquaredError);

    internal static NetworkKind Classifier { get; } = new("ReLU softmax", Activation.Relu, Activation.Softmax, Cost.CrossEntropy);

    internal static NetworkKind ClassifierByAdam { get; } = Classifier with { Name = "ReLU softmax, Adam", Adam = true };

    /// <summary>Those that are compared besides the article's.</summary>
    internal static IReadOnlyList<NetworkKind> Others { get; } = [Tanh, Classifier, ClassifierByAdam];

    /// <summary>Whether it learns by Adam, not by SGD. Its forward pass is then that of another kind, and not timed again.</summary>
    internal bool Adam { get; private init; }

    /// <summary>What tables call such a network.</summary>
    internal static string NameOf(string size, string? kind) => kind is null ? size : $"{size} {kind}";
}
