using System.Runtime.CompilerServices;
using System.Runtime.Intrinsics;

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

    /// <summary>
    /// Not inlined: a caller that seldom allocates would prepare for a call to the garbage collector each time, which takes 0.1 µs.
    /// </summary>
    [MethodImpl(MethodImplOptions.NoInlining)]
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

    /// <summary>Whether all numbers are finite.</summary>
    internal bool IsFinite => AreFinite(Pointer, Length);

    /// <summary>Whether numbers are finite. Then each x·0 is 0. For the others it is NaN, and NaN stays in a sum.</summary>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    internal static bool AreFinite(float* numbers, int count)
    {
        Vector512<float> zeros0 = default, zeros1 = default, zeros2 = default, zeros3 = default; // four, so that no sum waits
        int k = 0;
        for (; k <= count - 64; k += 64)
        {
            zeros0 = AddZeros(numbers + k, zeros0);
            zeros1 = AddZeros(numbers + k + 16, zeros1);
            zeros2 = AddZeros(numbers + k + 32, zeros2);
            zeros3 = AddZeros(numbers + k + 48, zeros3);
        }

        for (; k <= count - 16; k += 16) zeros0 = AddZeros(numbers + k, zeros0);
        Vector512<float> zeros = zeros0 + zeros1 + (zeros2 + zeros3);
        bool areFinite = zeros == default;
        for (; k < count; k++) areFinite &= float.IsFinite(numbers[k]);
        return areFinite;
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static Vector512<float> AddZeros(float* at, Vector512<float> zeros) =>
        Vector512.FusedMultiplyAdd(Vector512.Load(at), default, zeros);
}
