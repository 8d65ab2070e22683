namespace FastNN.Hardware;

/// <summary>What somebody says of the caches of one core, in bytes. 0 if nothing is said.</summary>
/// <param name="L1">The data cache of the first level.</param>
/// <param name="L2">The whole cache of the second level. Some processors have one for several cores.</param>
/// <param name="L3">The whole cache of the third level, as the core sees it. On AMD that is the cache of one complex.</param>
/// <param name="Line">A line of the first cache that is named.</param>
internal readonly record struct CacheSizes(long L1, long L2, long L3, long Line)
{
    /// <summary>Whether the answer is one. Then a level that it does not name is not there.</summary>
    internal bool AreKnown => L1 > 0 || L2 > 0;

    /// <summary>With one more cache. The first of each level counts: the same level of other cores may follow.</summary>
    internal CacheSizes With(int level, long bytes, long line)
    {
        CacheSizes all = Line > 0 ? this : this with { Line = line };
        return level switch
        {
            1 when L1 == 0 => all with { L1 = bytes },
            2 when L2 == 0 => all with { L2 = bytes },
            3 when L3 == 0 => all with { L3 = bytes },
            _ => this,
        };
    }
}
