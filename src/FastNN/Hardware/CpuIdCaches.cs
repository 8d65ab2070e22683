namespace FastNN.Hardware;

/// <summary>The caches as an x86 or x64 processor says them: leaf 4 of Intel, or the leaf of AMD with the same form.</summary>
internal static class CpuIdCaches
{
    private const uint IntelLeaf = 4, AmdLeaf = 0x8000001D, HighestExtendedLeaf = 0x80000000;

    /// <summary>More than any processor has. A virtual machine may answer without an end.</summary>
    private const int MostCaches = 32;

    /// <summary>A leaf describes one cache for each number, until there are no more.</summary>
    /// <param name="cpuId">The instruction. It takes a leaf and a number.</param>
    internal static CacheSizes Read(Func<uint, int, (int Eax, int Ebx, int Ecx, int Edx)> cpuId)
    {
        bool isIntel = cpuId(0, 0).Eax >= IntelLeaf && KindOf(cpuId(IntelLeaf, 0)) != 0;
        if (!isIntel && (uint)cpuId(HighestExtendedLeaf, 0).Eax < AmdLeaf) return default;

        var known = default(CacheSizes);
        for (int number = 0; number < MostCaches; number++)
        {
            (int Eax, int Ebx, int Ecx, int Edx) cache = cpuId(isIntel ? IntelLeaf : AmdLeaf, number);
            const int none = 0, data = 1, unified = 3;
            if (KindOf(cache) == none) break;
            if (KindOf(cache) is not (data or unified)) continue;

            long ways = (cache.Ebx >> 22 & 0x3FF) + 1, partitions = (cache.Ebx >> 12 & 0x3FF) + 1, line = (cache.Ebx & 0xFFF) + 1;
            Int128 sets = (uint)cache.Ecx + 1L, bytes = Int128.Min(ways * partitions * line * sets, long.MaxValue);
            known = known.With(cache.Eax >> 5 & 7, (long)bytes, line);
        }

        return known;
    }

    private static int KindOf((int Eax, int Ebx, int Ecx, int Edx) cache) => cache.Eax & 0x1F;
}
