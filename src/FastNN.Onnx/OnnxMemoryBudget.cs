namespace FastNN.Onnx;

/// <summary>
/// The memory that a file may take at any time: twice its size, and <see cref="Allowance"/> for everything else. While the data are parsed,
/// one size is for the content and one is for the parsed data. Then the content is freed, and its place is for the network. Every need is
/// booked before it is allocated. So a small file is refused if it claims much, or if it has very many parts.
/// </summary>
internal sealed class OnnxMemoryBudget(int size)
{
    // The reserve is for what is not booked: exceptions, the objects of the network, this object, and everything that exists once.
    private const long Allowance = 1 << 20, Reserve = 1 << 16;
    private readonly long _total = 2L * size + Allowance - Reserve;
    private long _booked = size; // the content

    /// <param name="bytes">The bytes to book.</param>
    /// <param name="what">What there is too much of, if the bytes exceed the budget.</param>
    /// <exception cref="ModelFormatException">The bytes exceed what is left.</exception>
    internal void Book(long bytes, string what)
    {
        _booked += bytes;
        if (_booked > _total)
        {
            throw OnnxFault.Of(
                "The model", $"it has too many {what}: they take {_booked} bytes of memory, more than twice the file's {size} and 1 MB");
        }
    }

    /// <summary>The content has been parsed, and is freed.</summary>
    internal void ReleaseContent() => _booked -= size;
}
