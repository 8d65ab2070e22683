using System.Runtime.CompilerServices;

namespace FastNN.Plumbing;

/// <summary>
/// Floats of the calling thread for the duration of one call, aligned to a cache line. They are not cleared. A thread keeps the largest
/// buffer that it has needed, and uses it for one call at a time. ArrayPool.Shared would release its arrays at some garbage collections,
/// and the next call would allocate again. A test has seen this. No other thread sees the buffer, so it needs no barrier.
/// </summary>
internal static unsafe class ThreadScratch
{
    [ThreadStatic]
    private static AlignedBuffer? t_buffer;

    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    internal static float* Get(int length)
    {
        if (t_buffer is not { } buffer || buffer.Length < length) t_buffer = buffer = new AlignedBuffer(length);
        return buffer.Pointer;
    }
}
