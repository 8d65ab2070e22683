namespace FastNN.Bench.Machine;

/// <summary>What calls allocate on their thread, in the bench and in tests.</summary>
internal static class Allocated
{
    /// <summary>
    /// The fewest bytes that this thread allocates in one of three series of calls: what a call allocates, it allocates in each of them.
    /// Once, under load, 824 bytes appeared in one of many hundred series and never again, most likely the runtime's own while it replaced
    /// the code of a method.
    /// </summary>
    internal static long Fewest(Action series)
    {
        long fewest = long.MaxValue;
        for (int k = 0; k < 3 && fewest > 0; k++)
        {
            long before = GC.GetAllocatedBytesForCurrentThread();
            series();
            fewest = Math.Min(fewest, GC.GetAllocatedBytesForCurrentThread() - before);
        }

        return fewest;
    }
}
