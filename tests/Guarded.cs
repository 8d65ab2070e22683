using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;
using Xunit;

namespace FastNN.Tests;

/// <summary>
/// Floats that never move, at a chosen distance from a cache line, with NaN-filled guard zones before and behind: a kernel that uses
/// what it finds there ends in NaN, and one that writes there is found out. A delta has a pad before the guards behind it, zeros that stay zeros.
/// </summary>
internal sealed unsafe class Guarded
{
    private const int Zone = 48;
    private const int Guard = 0x7F80DEAD; // signalling: arithmetic makes it quiet, so a guard that was computed from another shows, too
    private readonly float[] _floats;
    private readonly float[] _before;
    private readonly int _start;
    private readonly int _length;
    private readonly int _end;

    internal Guarded(ReadOnlySpan<float> values, int offset = 0, int pad = 0)
    {
        _floats = GC.AllocateUninitializedArray<float>(values.Length + pad + 2 * Zone, pinned: true);
        MemoryMarshal.Cast<float, int>(_floats.AsSpan()).Fill(Guard);
        nuint line = (nuint)Unsafe.AsPointer(ref _floats[0]) / sizeof(float) % 16;
        _start = 16 + (int)((16 - line) % 16) + offset;
        _length = values.Length;
        Offset = offset;
        _end = _start + values.Length + pad;
        values.CopyTo(Span);
        Pad.Clear();
        _before = [.. _floats];
    }

    internal float* Pointer => (float*)Unsafe.AsPointer(ref _floats[_start]);

    internal Span<float> Span => _floats.AsSpan(_start, _length);

    private Span<float> Pad => _floats.AsSpan(_start + _length, _end - _start - _length);

    /// <summary>Floats between the last cache line's start and the first value.</summary>
    private int Offset { get; }

    /// <summary>The values as they are now, at another offset.</summary>
    internal Guarded Copy() => new(Span, (Offset + 5) % 16, Pad.Length);

    /// <summary>What was only to be read is as it was, guards included.</summary>
    internal static void AssertUntouched(params ReadOnlySpan<Guarded> buffers)
    {
        foreach (Guarded buffer in buffers)
            Assert.True(Bits(buffer._floats).SequenceEqual(Bits(buffer._before)), "a buffer that is only read was written to");
    }

    /// <summary>What was to be written was written nowhere else.</summary>
    internal static void AssertGuards(params ReadOnlySpan<Guarded> buffers)
    {
        foreach (Guarded buffer in buffers)
        {
            Assert.True(Bits(buffer._floats.AsSpan(0, buffer._start)).IndexOfAnyExcept(Guard) < 0, "written before the first value");
            Assert.True(Bits(buffer._floats.AsSpan(buffer._end)).IndexOfAnyExcept(Guard) < 0, "written behind the last value");
            Assert.True(buffer.Pad.IndexOfAnyExcept(0f) < 0, "the pad is not zero any more");
        }
    }

    private static ReadOnlySpan<int> Bits(ReadOnlySpan<float> floats) => MemoryMarshal.Cast<float, int>(floats);
}
