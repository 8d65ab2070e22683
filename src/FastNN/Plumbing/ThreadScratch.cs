namespace FastNN.Plumbing;

/// <summary>
/// Floats for the duration of a call, the calling thread's own, with whatever was left in them, aligned to a cache line. A thread keeps the
/// most it has needed, one call at a time: ArrayPool.Shared lets go of its arrays at some garbage collections, and the next call allocates again
/// (a test saw it).
/// </summary>
internal static unsafe class ThreadScratch
{
    [ThreadStatic]
    private static AlignedBuffer? t_buffer;

    internal static float* Get(int length)
    {
        if (t_buffer is not { } buffer || buffer.Length < length) t_buffer = buffer = new AlignedBuffer(length);
        return buffer.Pointer;
    }
}
