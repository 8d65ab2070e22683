namespace FastNN;

/// <summary>
/// A BatchNorm1d in a file, for <see cref="LoadOptions.Norms"/>. A trained one is y = x·s + t for each value, so loading folds it into a
/// layer: s = weight/√(running_var + ε), t = bias − running_mean·s. Its file does not tell where it stands. You say it: <c>new
/// BatchNorm("1") { After = "0" }</c>, or <c>new BatchNorm("2") { Before = "3" }</c>. Immutable.
/// </summary>
/// <remarks>
/// Its tensors are <c>X.running_mean</c> and <c>X.running_var</c> [n], and perhaps <c>X.weight</c> and <c>X.bias</c> [n]. Without them, the
/// weight is 1 and the bias is 0. <c>X.num_batches_tracked</c> is not needed. The names of Keras are read too: <c>moving_mean</c>,
/// <c>moving_variance</c>, <c>gamma</c> and <c>beta</c>.
/// </remarks>
public sealed record BatchNorm
{
    /// <summary>Names a norm.</summary>
    /// <param name="name">Its name in the file, without ".running_mean".</param>
    /// <exception cref="ArgumentNullException"><paramref name="name"/> is null.</exception>
    public BatchNorm(string name)
    {
        ArgumentNullException.ThrowIfNull(name);
        Name = name;
    }

    /// <summary>The name of the norm in the file, without ".running_mean".</summary>
    public string Name { get; }

    /// <summary>
    /// The name of the layer that the norm directly follows: it takes the layer's sums, before the activation. It has as many values as the
    /// layer has outputs.
    /// </summary>
    public string? After { get; init; }

    /// <summary>
    /// The name of the layer that the norm directly precedes: it takes the outputs of the layer before, behind their activation, or the
    /// inputs of the network. It has as many values as the layer has inputs.
    /// </summary>
    public string? Before { get; init; }

    /// <summary>ε, which is added to each variance: at least 0. By default 1e-5, as in PyTorch. Keras has 1e-3.</summary>
    /// <exception cref="ArgumentOutOfRangeException">The value is less than 0, or not finite.</exception>
    public double Epsilon
    {
        get;
        init => field = value >= 0 && double.IsFinite(value)
            ? value
            : throw new ArgumentOutOfRangeException(nameof(Epsilon), value, "Epsilon must be at least 0 and finite.");
    } = 1e-5;
}
