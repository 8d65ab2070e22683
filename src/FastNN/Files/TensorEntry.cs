namespace FastNN.Files;

/// <summary>A tensor as the header describes it.</summary>
/// <param name="name">Its key.</param>
/// <param name="type">How its numbers are written.</param>
/// <param name="shape">Its dimensions, each at least 0, the last the one whose numbers are neighbours.</param>
/// <param name="begin">Where it starts in the data.</param>
/// <param name="end">Where it ends.</param>
internal sealed class TensorEntry(string name, TensorType type, long[] shape, long begin, long end)
{
    internal string Name => name;

    internal TensorType Type => type;

    internal long[] Shape => shape;

    internal long Begin => begin;

    internal long End => end;

    /// <inheritdoc/>
    public override string ToString() => $"tensor {FileText.Quote(name)} [{string.Join(", ", shape)}]";
}
