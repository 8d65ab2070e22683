namespace FastNN.Onnx;

/// <summary>
/// The memory that a file may take: twice its size, once for the data as it is parsed and once for the network, and <see cref="Allowance"/> for all else. Every
/// need is booked before it is allocated, so that a small file that claims much, or consists of very many parts, is refused instead.
/// </summary>
internal sealed class MemoryBudget(int size)
{
    private const long Allowance = 1 << 20, Reserve = 1 << 16; // what is not booked: exceptions, the network's own objects, this one, what is there once
    private readonly long _total = 2L * size + Allowance - Reserve;
    private long _booked;

    /// <param name="bytes">Of the part.</param>
    /// <param name="what">Of which there are too many if they are too many bytes.</param>
    /// <exception cref="ModelFormatException">It is more than is left.</exception>
    internal void Book(long bytes, string what)
    {
        _booked += bytes;
        if (_booked > _total)
            throw Fault.Of("The model", $"it has too many {what}: they take {_booked} bytes of memory, over twice the file's {size} and 1 MB");
    }
}
