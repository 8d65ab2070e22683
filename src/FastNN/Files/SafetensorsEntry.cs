namespace FastNN.Files;

/// <summary>A tensor, as the header describes it.</summary>
/// <param name="name">Its name in the file.</param>
/// <param name="type">The type of its numbers.</param>
/// <param name="shape">Its dimensions, each at least 0. The numbers of the last dimension are neighbours.</param>
/// <param name="begin">Its first byte in the data.</param>
/// <param name="end">The byte after its last byte.</param>
/// <param name="members">The dimension before the shape, if that is of one member of an ensemble. Otherwise null.</param>
internal sealed class SafetensorsEntry(string name, SafetensorsType type, long[] shape, long begin, long end, long? members = null)
{
    internal string Name => name;

    internal SafetensorsType Type => type;

    internal long[] Shape => shape;

    internal long? Members => members;

    internal long Begin => begin;

    internal long End => end;

    /// <summary>The tensor as one of members, which the first dimension counts. Without dimensions it has none.</summary>
    internal SafetensorsEntry OfMembers() => shape is [var count, .. var ofOne] ? new(name, type, ofOne, begin, end, count) : this;

    /// <inheritdoc/>
    public override string ToString() =>
        $"tensor {FileText.Quote(name)} [{string.Join(", ", members is { } count ? [count, .. shape] : shape)}]";
}
