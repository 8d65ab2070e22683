namespace FastNN.Onnx;

/// <summary>
/// The memory that a file may take at any time: twice its size, and <see cref="Allowance"/> for everything else. While the data are parsed,
/// one size is for the content and one is for the parsed data. Then the content is freed, and its place is for the network. Every need is
/// booked before it is allocated. So a small file is refused if it claims much, or if it has very many parts. External data count as a part
/// of the file. The time is bounded in the same way: the work on constants is booked before it is done.
/// </summary>
internal sealed class OnnxMemoryBudget(int size)
{
    // The reserve is for what is not booked: exceptions, the objects of the network, this object, and everything that exists once.
    private const long Allowance = 1 << 20, Reserve = 1 << 16, WorkAllowance = 1 << 23, WorkPerByte = 16;
    private long _size = size;
    private long _booked = size; // the content
    private long _work;

    /// <summary>The files beside the model; null if its path is not known.</summary>
    internal OnnxExternalData? External { get; init; }

    /// <param name="bytes">The bytes to book.</param>
    /// <param name="what">What there is too much of, if the bytes exceed the budget.</param>
    /// <exception cref="ModelFormatException">The bytes exceed what is left.</exception>
    internal void Book(long bytes, string what)
    {
        _booked += bytes;
        if (_booked > 2 * _size + Allowance - Reserve)
        {
            throw OnnxFault.Of(
                "The model", $"it has too many {what}: they take {_booked} bytes of memory, more than twice the file's {_size} and 1 MB");
        }
    }

    /// <summary>Books values that are computed from constants.</summary>
    internal void BookValues(long count, int bytes = sizeof(double)) => Book(64 + count * bytes, "constants that are computed");

    /// <summary>Books a number of operations on constants.</summary>
    /// <exception cref="ModelFormatException">The model computes more than its size allows.</exception>
    internal void BookWork(long operations)
    {
        _work += operations;
        if (_work > WorkAllowance + WorkPerByte * _size)
            throw OnnxFault.Of("The model", $"it computes more with constants than its size of {_size} bytes allows");
    }

    /// <summary>A file of external data belongs to the model. It adds to the size of the file.</summary>
    internal void AddContent(long bytes) => _size += bytes;

    /// <summary>The content has been parsed, and is freed.</summary>
    internal void ReleaseContent() => _booked -= size;
}
