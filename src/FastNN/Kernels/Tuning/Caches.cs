using FastNN.Simd;

namespace FastNN.Tuning;

/// <summary>The sizes of the caches of one core, in floats.</summary>
/// <param name="L1">The data cache of the first level.</param>
/// <param name="L2">The cache of the second level.</param>
internal readonly record struct Caches(int L1, int L2)
{
    /// <summary>Floats in a line of a cache: 64 bytes.</summary>
    internal const int LineFloats = 64 / sizeof(float);

    private const int KiB = 1024;

    /// <summary>For a processor that does not say its sizes. Nearly all processors have at least these.</summary>
    internal static Caches Usual => OfBytes(32 * KiB, 512 * KiB);

    internal static Caches OfBytes(int l1, int l2) => new(l1 / sizeof(float), l2 / sizeof(float));

    /// <summary>
    /// The sizes that the processor says. Some virtual machines do not name a level, or name a size that no core has. Then the level counts
    /// as in <see cref="Usual"/>.
    /// </summary>
    internal static Caches Measure()
    {
        Caches measured = OfBytes(Processor.CacheSize(level: 1), Processor.CacheSize(level: 2));
        bool isL1 = measured.L1 is >= 4 * KiB and <= 128 * KiB, isL2 = measured.L2 is >= 32 * KiB and <= 32 * KiB * KiB;
        return new Caches(isL1 ? measured.L1 : Usual.L1, isL2 ? measured.L2 : Usual.L2);
    }
}
