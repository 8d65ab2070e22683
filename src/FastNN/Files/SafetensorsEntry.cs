namespace FastNN.Files;

/// <summary>A tensor, as the header describes it.</summary>
/// <param name="name">Its name in the file.</param>
/// <param name="type">The type of its numbers.</param>
/// <param name="shape">Its dimensions, each at least 0. The numbers of the last dimension are neighbours.</param>
/// <param name="begin">Its first byte in the data.</param>
/// <param name="end">The byte after its last byte.</param>
internal sealed class SafetensorsEntry(string name, SafetensorsType type, long[] shape, long begin, long end)
{
    internal string Name => name;

    internal SafetensorsType Type => type;

    internal long[] Shape => shape;

    internal long Begin => begin;

    internal long End => end;

    /// <inheritdoc/>
    public override string ToString() => $"tensor {FileText.Quote(name)} [{string.Join(", ", shape)}]";
}
