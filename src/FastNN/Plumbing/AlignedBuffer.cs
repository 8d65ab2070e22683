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

    /// <summary>Whether all numbers are finite. Then x − x is +0. For the others it is NaN, which has bits that are not 0.</summary>
    internal bool IsFinite
    {
        [MethodImpl(MethodImplOptions.AggressiveOptimization)]
        get
        {
            Vector512<uint> bits0 = default, bits1 = default, bits2 = default, bits3 = default; // four, so that no load waits
            int k = 0;
            for (; k <= Length - 64; k += 64)
            {
                bits0 |= BitsOfDifference(Pointer + k);
                bits1 |= BitsOfDifference(Pointer + k + 16);
                bits2 |= BitsOfDifference(Pointer + k + 32);
                bits3 |= BitsOfDifference(Pointer + k + 48);
            }

            bool isFinite = (bits0 | bits1 | bits2 | bits3) == default;
            for (; k < Length; k++) isFinite &= float.IsFinite(Pointer[k]);
            return isFinite;
        }
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static Vector512<uint> BitsOfDifference(float* at)
    {
        var x = Vector512.Load(at);
        return (x - x).AsUInt32();
    }
}
