using System.Runtime.CompilerServices;
using System.Runtime.Intrinsics.X86;

namespace FastNN.Simd;

/// <summary>Hints to the processor's caches, which change no result; nothing where it takes none.</summary>
internal static unsafe class Prefetch
{
    /// <summary>Begins to bring the line of an address into the L1 cache. Any address will do, also one that nothing lies at.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    internal static void Line(float* address)
    {
        if (Sse.IsSupported) Sse.Prefetch0(address);
    }
}
