namespace FastNN.Files;

/// <summary>The tensors of a file that nobody has taken yet, by their names.</summary>
/// <remarks>
/// It copies no name, because names are most of what a header takes in memory. Names are put together in a buffer of the stack.
/// </remarks>
internal sealed class SafetensorsTensors
{
    private const int MostShown = 10;
    private readonly IReadOnlyList<SafetensorsEntry> _all;
    private readonly Dictionary<string, SafetensorsEntry> _left;

    /// <param name="tensors">Tensors of different names.</param>
    internal SafetensorsTensors(IReadOnlyList<SafetensorsEntry> tensors)
    {
        _all = tensors;
        _left = new(tensors.Count);
        foreach (SafetensorsEntry tensor in tensors) _left.Add(tensor.Name, tensor);
    }

    /// <summary>Those that are left, in the order of the file.</summary>
    internal IEnumerable<SafetensorsEntry> Left => _all.Where(IsLeft);

    internal bool IsLeft(SafetensorsEntry tensor) => _left.ContainsKey(tensor.Name);

    /// <summary>The tensor whose name has these parts; null if it is not there, or was taken.</summary>
    internal SafetensorsEntry? Find(ReadOnlySpan<char> group, ReadOnlySpan<char> word, ReadOnlySpan<char> tail = default)
    {
        Span<char> name = stackalloc char[SafetensorsHeader.MaxName];
        int length = group.Length + word.Length + tail.Length;
        if (length > name.Length) return null;

        group.CopyTo(name);
        word.CopyTo(name[group.Length..]);
        tail.CopyTo(name[(group.Length + word.Length)..]);
        _left.GetAlternateLookup<ReadOnlySpan<char>>().TryGetValue(name[..length], out SafetensorsEntry? tensor);
        return tensor;
    }

    /// <summary>The same. The tensor is then taken.</summary>
    internal SafetensorsEntry? Take(ReadOnlySpan<char> group, ReadOnlySpan<char> word, ReadOnlySpan<char> tail = default)
    {
        SafetensorsEntry? tensor = Find(group, word, tail);
        if (tensor is not null) _left.Remove(tensor.Name);
        return tensor;
    }

    /// <summary>Quoted names as a list for a message: the first <see cref="MostShown"/>, or "none".</summary>
    internal static string Names(IEnumerable<string> names)
    {
        string[] shown = [.. names.Take(MostShown + 1)];
        return shown.Length == 0 ? "none" : string.Join(", ", shown.Take(MostShown)) + (shown.Length > MostShown ? ", …" : "");
    }
}
