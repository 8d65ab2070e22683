using System.Runtime.InteropServices;

namespace FastNN.Onnx;

/// <summary>
/// The whole content of a stream in native memory. The memory is freed after the model has been parsed, before the network is made. It
/// doubles when it is full, whatever length the stream claims. Memory that is not yet written takes only addresses. So a read asks for
/// little, because some systems touch all that is asked for.
/// </summary>
internal sealed unsafe class OnnxStreamContent : IDisposable
{
    private const int Least = 1 << 16, MostAsked = 1 << 20;
    private byte* _start;
    private int _capacity;
    private int _length;

    /// <exception cref="IOException">The stream says that it has read more bytes than it was asked for. Nobody wrote the rest.</exception>
    /// <exception cref="ModelFormatException">The stream has more bytes than a span can hold.</exception>
    internal OnnxStreamContent(Stream stream)
    {
        try
        {
            int read;
            do
            {
                Grow();
                int asked = Math.Min(_capacity - _length, MostAsked);
                read = stream.Read(new Span<byte>(_start + _length, asked));
                if ((uint)read > (uint)asked)
                    throw new IOException($"The stream, {stream.GetType()}, read {read} bytes, but only {asked} were asked for.");

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
        if (_length == int.MaxValue) throw OnnxFault.Of("The stream", $"it has {int.MaxValue} bytes or more, but a model must have fewer");
        int capacity = (int)Math.Clamp(2L * _capacity, Least, int.MaxValue);
        _start = (byte*)NativeMemory.Realloc(_start, (nuint)capacity);
        _capacity = capacity;
    }
}
