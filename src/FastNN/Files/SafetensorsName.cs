namespace FastNN.Files;

/// <summary>
/// The name of a tensor in three parts: group, word and tail. "net.0.weight" is "net.0.", "weight" and "". "net.W1" is "net.", "W" and "1".
/// In "dense/kernel:0", the tail is ":0", which Keras adds. The tensors of a layer, or of a norm, differ in the word alone.
/// </summary>
internal readonly ref struct SafetensorsName
{
    /// <summary>The names that are read, as a sentence for messages.</summary>
    internal const string Expected =
        "Weights must be named \"X.weight\" [n_out, n_in] or \"X.kernel\" [n_in, n_out], and their biases \"X.bias\"; "
        + "or with numbers, as \"W1\" and \"b1\", \"weights.0\" and \"biases.0\", or \"coefs_0\" and \"intercepts_0\".";

    internal const string Weight = "weight", Kernel = "kernel", Bias = "bias", KerasTail = ":0";
    private const string Separators = "./", Digits = "0123456789";
    private readonly ReadOnlySpan<char> _name;
    private readonly int _word, _tail; // where they start

    internal SafetensorsName(ReadOnlySpan<char> name)
    {
        _name = name;
        _tail = name.EndsWith(KerasTail) ? name.Length - KerasTail.Length : name.Length;
        _word = name[.._tail].LastIndexOfAny(Separators) + 1;
        if (BiasWord is not null || _tail < name.Length) return;

        int tail = name.TrimEnd(Digits).Length;
        if (tail == name.Length) return;

        if (tail > 0 && (name[tail - 1] == '_' || Separators.Contains(name[tail - 1]))) tail--;
        int word = name[..tail].LastIndexOfAny(Separators) + 1;
        if (Numbered(name[word..tail]).Biases is null) return;

        (_word, _tail, IsNumbered) = (word, tail, true);
    }

    /// <summary>What stands before the word, with the separator: all tensors of a layer without a number have the same.</summary>
    internal ReadOnlySpan<char> Group => _name[.._word];

    internal ReadOnlySpan<char> Word => _name[_word.._tail];

    internal ReadOnlySpan<char> Tail => _name[_tail..];

    /// <summary>Whether the number of the layer stands behind the word.</summary>
    internal bool IsNumbered { get; }

    /// <summary>The name of the layer, if these are its weights: the group, or the whole name if that has the number.</summary>
    internal ReadOnlySpan<char> Layer => IsNumbered ? _name : Owner;

    /// <summary>The group without the separator: the name of the module that has the tensor.</summary>
    internal ReadOnlySpan<char> Owner => _name[..Math.Max(_word - 1, 0)];

    /// <summary>The word of the biases, if these are weights; else null.</summary>
    internal string? BiasWord => IsNumbered ? Numbered(Word).Biases : Word is Weight or Kernel ? Bias : null;

    /// <summary>The order of the dimensions, if these are weights.</summary>
    internal SafetensorsOrder Order => IsNumbered ? Numbered(Word).Order
        : Word is Kernel ? SafetensorsOrder.InputsFirst
        : SafetensorsOrder.OutputsFirst;

    /// <summary>The number of leading words that two groups share.</summary>
    internal static int SharedWords(ReadOnlySpan<char> group, ReadOnlySpan<char> other)
    {
        ReadOnlySpan<char> shared = group[..group.CommonPrefixLength(other)];
        return shared.Count('.') + shared.Count('/');
    }

    private static (string? Biases, SafetensorsOrder Order) Numbered(ReadOnlySpan<char> word) => word switch
    {
        "W" or "w" => ("b", SafetensorsOrder.Unknown),
        "weights" => ("biases", SafetensorsOrder.Unknown),
        Weight => (Bias, SafetensorsOrder.Unknown),
        Kernel => (Bias, SafetensorsOrder.InputsFirst),
        "coefs" => ("intercepts", SafetensorsOrder.InputsFirst),
        "coefs_" => ("intercepts_", SafetensorsOrder.InputsFirst),
        _ => default,
    };
}
