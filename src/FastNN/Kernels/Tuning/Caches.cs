using FastNN.Simd;

namespace FastNN.Tuning;

/// <summary>The caches of one core, in floats.</summary>
/// <param name="L1">Of the first level, for data.</param>
/// <param name="L2">Of the second level.</param>
internal readonly record struct Caches(int L1, int L2)
{
    /// <summary>Floats in a line of a cache: 64 bytes.</summary>
    internal const int LineFloats = 64 / sizeof(float);

    private const int KiB = 1024;

    /// <summary>For a processor that does not say: what nearly all have at least.</summary>
    internal static Caches Usual => OfBytes(32 * KiB, 512 * KiB);

    internal static Caches OfBytes(int l1, int l2) => new(l1 / sizeof(float), l2 / sizeof(float));

    /// <summary>
    /// What the processor says. A level that it does not name, or names with a size that no core has, as some virtual machines do, counts as
    /// <see cref="Usual"/>.
    /// </summary>
    internal static Caches Measure()
    {
        Caches measured = OfBytes(Processor.CacheSize(level: 1), Processor.CacheSize(level: 2));
        return new Caches(
            measured.L1 is >= 4 * KiB and <= 128 * KiB ? measured.L1 : Usual.L1, measured.L2 is >= 32 * KiB and <= 32 * KiB * KiB ? measured.L2 : Usual.L2);
    }
}
