using System.Runtime.CompilerServices;
using System.Runtime.Intrinsics.X86;

namespace FastNN.Simd;

/// <summary>Hints to the caches of the processor. They change no result. A processor that takes no hints does nothing.</summary>
internal static unsafe class Prefetch
{
    /// <summary>Begins to bring the line of an address into the L1 cache. Any address is allowed, even if no memory is there.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    internal static void Line(float* address)
    {
        if (Sse.IsSupported) Sse.Prefetch0(address);
    }
}
