using System.Runtime.InteropServices;

namespace FastNN.Onnx;

/// <summary>
/// All of a stream in native memory, which is given back when the model is parsed, before its network is made. It doubles when it is full, whatever length
/// the stream claims; what is not written to yet costs addresses, and no memory.
/// </summary>
internal sealed unsafe class StreamContent : IDisposable
{
    private const int Least = 1 << 16;
    private byte* _start;
    private int _capacity;
    private int _length;

    /// <exception cref="IOException">The stream says that it read more bytes than were asked for, which nobody wrote.</exception>
    /// <exception cref="ModelFormatException">The stream has more bytes than a span holds.</exception>
    internal StreamContent(Stream stream)
    {
        try
        {
            int read;
            do
            {
                Grow();
                int asked = _capacity - _length;
                read = stream.Read(new Span<byte>(_start + _length, asked));
                if ((uint)read > (uint)asked) throw new IOException($"The stream, {stream.GetType()}, read {read} bytes where {asked} were asked for.");
                _length += read;
            }
            while (read > 0);
        }
        catch
        {
            Dispose();
            throw;
        }
    }

    internal ReadOnlySpan<byte> Span => new(_start, _length);

    public void Dispose()
    {
        NativeMemory.Free(_start);
        _start = null;
        _capacity = _length = 0;
    }

    private void Grow()
    {
        if (_length < _capacity) return;
        if (_length == int.MaxValue) throw Fault.Of("The stream", $"it has {int.MaxValue} bytes or more, and a model has less");
        int capacity = (int)Math.Clamp(2L * _capacity, Least, int.MaxValue);
        _start = (byte*)NativeMemory.Realloc(_start, (nuint)capacity);
        _capacity = capacity;
    }
}
