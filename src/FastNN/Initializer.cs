using FastNN.Plumbing;

namespace FastNN;

/// <summary>
/// How the parameters of a new network are drawn, from SplitMix64: the same numbers for a seed on every platform and in every version of .NET. Layer by layer,
/// first W, then b, in their order in <see cref="Network.Parameters"/>. Immutable and thread-safe.
/// </summary>
public sealed class Initializer
{
    private readonly Func<int, int, double> _weightLimit;
    private readonly Func<int, int, double> _biasLimit;

    private Initializer(string name, Func<int, int, double> weightLimit, Func<int, int, double>? biasLimit = null) =>
        (Name, _weightLimit, _biasLimit) = (name, weightLimit, biasLimit ?? ((_, _) => 0));

    /// <summary>Glorot and Bengio (2010), Keras' default: weights uniform in ±√(6/(n_in + n_out)), biases 0. For tanh, sigmoid and softmax.</summary>
    public static Initializer Glorot { get; } = new(nameof(Glorot), (nIn, nOut) => Math.Sqrt(6.0 / ((double)nIn + nOut)));

    /// <summary>He et al. (2015): weights uniform in ±√(6/n_in), biases 0. For ReLU and its relatives.</summary>
    public static Initializer He { get; } = new(nameof(He), (nIn, _) => Math.Sqrt(6.0 / nIn));

    /// <summary>LeCun et al. (1998): weights uniform in ±√(3/n_in), of variance 1/n_in; biases 0.</summary>
    public static Initializer LeCun { get; } = new(nameof(LeCun), (nIn, _) => Math.Sqrt(3.0 / nIn));

    /// <summary>What PyTorch's <c>nn.Linear</c> begins with: weights and biases uniform in ±1/√n_in.</summary>
    public static Initializer PyTorch { get; } = new(nameof(PyTorch), (nIn, _) => 1 / Math.Sqrt(nIn), (nIn, _) => 1 / Math.Sqrt(nIn));

    /// <summary>The article's: weights and biases uniform in [−3, 3).</summary>
    public static Initializer Article { get; } = Uniform(3f);

    /// <summary>What it is called.</summary>
    public string Name { get; }

    /// <summary>Weights and biases uniform in [−<paramref name="limit"/>, <paramref name="limit"/>).</summary>
    /// <param name="limit">Finite and greater than 0.</param>
    /// <returns>The initialiser.</returns>
    /// <exception cref="ArgumentOutOfRangeException"><paramref name="limit"/> is not finite and greater than 0.</exception>
    public static Initializer Uniform(float limit)
    {
        if (!(limit > 0 && float.IsFinite(limit)))
            throw new ArgumentOutOfRangeException(nameof(limit), limit, $"limit must be finite and greater than 0, but is {limit}.");
        return new Initializer($"Uniform({limit})", (_, _) => limit, (_, _) => limit);
    }

    /// <inheritdoc/>
    public override string ToString() => Name;

    /// <summary>
    /// Draws all parameters: of each number the upper 24 bits as a fraction u, and 2·limit·u − limit rounded once from double precision. Where the limit is 0
    /// none is drawn.
    /// </summary>
    internal void Draw(IEnumerable<Layer> layers, int seed)
    {
        var random = new SplitMix64(seed);
        foreach (Layer layer in layers)
        {
            Draw(ref random, layer.Weights, _weightLimit(layer.Inputs, layer.Outputs));
            Draw(ref random, layer.Biases, _biasLimit(layer.Inputs, layer.Outputs));
        }
    }

    private static void Draw(ref SplitMix64 random, Span<float> values, double limit)
    {
        if (limit == 0) values.Clear();
        else foreach (ref float value in values) value = random.NextUniform(limit);
    }
}
