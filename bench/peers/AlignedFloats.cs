using System.Runtime.InteropServices;

namespace FastNN.Bench.Peers;

/// <summary>Zeroed floats that never move, aligned to a cache line.</summary>
internal sealed unsafe class AlignedFloats : IDisposable
{
    private readonly int _length;

    internal AlignedFloats(int length)
    {
        _length = length;
        Pointer = (float*)NativeMemory.AlignedAlloc((nuint)length * sizeof(float), alignment: 64);
        Span.Clear();
    }

    internal float* Pointer { get; }

    internal Span<float> Span => new(Pointer, _length);

    public void Dispose() => NativeMemory.AlignedFree(Pointer);
}
