using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;
using Xunit;

namespace FastNN.Tests.Support;

/// <summary>
/// Floats that never move, at a chosen distance from a cache line. Guard zones full of NaN lie before and behind them. If a kernel uses a
/// guard, its result is NaN. If it writes to one, the test finds out. Behind a delta lies a pad of zeros and then the guards. The zeros
/// must stay zeros.
/// <para>
/// A process may want <see cref="GuardPages"/>. If the offset is even, the last float then lies directly before such a page. If it is odd,
/// the first float lies directly behind one. So one float too far ends the process, read or written, used or not. The length then gives the
/// distance from a cache line.
/// </para>
/// </summary>
internal sealed unsafe class Guarded
{
    /// <summary>
    /// With this environment variable kernels get memory that begins one float behind the values, or one before. The guard pages must
    /// notice.
    /// </summary>
    internal const string OffByOneVariable = "FASTNN_OFF_BY_ONE";

    private const int Zone = 48, Recent = 64;
    private const int Guard = 0x7F80DEAD; // a signalling NaN: arithmetic makes it quiet, so a guard computed from another one shows, too

    private static readonly int s_offByOne =
        Environment.GetEnvironmentVariable(OffByOneVariable) switch { "behind" => 1, "before" => -1, _ => 0 };

    // A pointer or a span does not keep its buffer alive. This keeps the last buffers alive. Otherwise a kernel might still read memory
    // that another test writes already.
    [ThreadStatic]
    private static Guarded?[]? t_recent;
    [ThreadStatic]
    private static int t_made;

    private readonly object _owner;
    private readonly float* _floats;
    private readonly int _count, _start, _length, _end;
    private readonly float[] _before;

    /// <param name="values">What the buffer holds.</param>
    /// <param name="offset">How many floats lie between the start of the last cache line and the first value.</param>
    /// <param name="pad">How many zeros lie behind the values.</param>
    /// <param name="slack">How many guards behind the zeros may be read, but not used.</param>
    internal Guarded(ReadOnlySpan<float> values, int offset = 0, int pad = 0, int slack = 0)
    {
        int used = values.Length + pad;
        if (GuardPages.Wanted)
        {
            var pages = new GuardPages(used + slack + Zone);
            (_owner, _count) = (pages, pages.Count);
            _floats = pages.First;
            _start = offset % 2 == 0 ? _count - slack - used : 0;
        }
        else
        {
            float[] array = GC.AllocateUninitializedArray<float>(used + 2 * Zone, pinned: true);
            (_owner, _count) = (array, array.Length);
            _floats = (float*)Unsafe.AsPointer(ref array[0]);
            nuint line = (nuint)_floats / sizeof(float) % 16;
            _start = 16 + (int)((16 - line) % 16) + offset;
        }

        _length = values.Length;
        Offset = offset;
        Slack = slack;
        _end = _start + used;
        MemoryMarshal.Cast<float, int>(All).Fill(Guard);
        values.CopyTo(Span);
        Pad.Clear();
        _before = [.. All];
        (t_recent ??= new Guarded?[Recent])[t_made++ % Recent] = this;
    }

    /// <summary>Where the values are, for a kernel.</summary>
    internal float* Pointer => _floats + _start + s_offByOne;

    /// <summary>The same for a method that users call.</summary>
    internal Span<float> Lent => new(Pointer, _length);

    /// <summary>The values, for the test itself.</summary>
    internal Span<float> Span => new(_floats + _start, _length);

    private Span<float> Pad => new(_floats + _start + _length, _end - _start - _length);

    private Span<float> All => new(_floats, _count);

    private int Offset { get; }

    private int Slack { get; }

    /// <summary>The values as they are now, at another offset.</summary>
    internal Guarded Copy() => new(Span, (Offset + 5) % 16, Pad.Length, Slack);

    /// <summary>Memory that may only be read is as it was. So are its guards.</summary>
    internal static void AssertUntouched(params ReadOnlySpan<Guarded> buffers)
    {
        foreach (Guarded buffer in buffers)
            Assert.True(Bits(buffer.All).SequenceEqual(Bits(buffer._before)), "A kernel wrote to a buffer that it may only read.");
    }

    /// <summary>Memory was written only where it may be.</summary>
    internal static void AssertGuards(params ReadOnlySpan<Guarded> buffers)
    {
        foreach (Guarded buffer in buffers)
        {
            Assert.True(Bits(buffer.All[..buffer._start]).IndexOfAnyExcept(Guard) < 0, "A kernel wrote before the first value.");
            Assert.True(Bits(buffer.All[buffer._end..]).IndexOfAnyExcept(Guard) < 0, "A kernel wrote behind the last value.");
            Assert.True(buffer.Pad.IndexOfAnyExcept(0f) < 0, "The pad is not zero any more.");
            GC.KeepAlive(buffer._owner);
        }
    }

    private static ReadOnlySpan<int> Bits(ReadOnlySpan<float> floats) => MemoryMarshal.Cast<float, int>(floats);
}
