namespace FastNN;

/// <summary>
/// Floats for the duration of a call, the calling thread's own, with whatever was left in them. A thread keeps the largest it has needed:
/// ArrayPool.Shared lets go of its arrays at some garbage collections, and the next call allocates again (a test saw it).
/// </summary>
internal static class ThreadScratch
{
    [ThreadStatic]
    private static float[]? t_floats;

    internal static float[] Get(int length) =>
        t_floats is { } floats && floats.Length >= length ? floats : t_floats = GC.AllocateUninitializedArray<float>(length);
}
