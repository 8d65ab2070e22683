using System.Runtime.CompilerServices;

namespace FastNN.Plumbing;

/// <summary>
/// Zeroed floats that never move. They are aligned to a cache line of 64 bytes, and a vector may be read behind the last one. The memory is
/// on the pinned heap of the garbage collector. A span over it keeps it alive. A pointer does not, so keep the buffer alive beside it.
/// </summary>
internal sealed unsafe class AlignedBuffer
{
    private const int Alignment = 64;
    private const int Slack = 2 * Alignment / sizeof(float);
    private readonly float[] _array;
    private readonly int _start;

    internal AlignedBuffer(int length)
    {
        Length = length;
        _array = GC.AllocateArray<float>(checked(length + Slack), pinned: true);
        var address = (nuint)Unsafe.AsPointer(ref _array[0]);
        _start = (int)((nuint)(-(nint)address) % Alignment / sizeof(float));
        Pointer = (float*)address + _start;
    }

    /// <summary>The largest number of floats in a buffer.</summary>
    internal static int MaxLength => Array.MaxLength - Slack;

    internal int Length { get; }

    internal float* Pointer { get; }

    internal Span<float> Span => new(_array, _start, Length);

    /// <summary>The first float of the next cache line, or of this one if it starts one.</summary>
    internal static float* AlignUp(float* start) => (float*)((nuint)start + Alignment - 1 & ~(nuint)(Alignment - 1));

    internal bool IsFinite
    {
        get
        {
            foreach (float value in Span)
            {
                if (!float.IsFinite(value)) return false;
            }

            return true;
        }
    }
}
