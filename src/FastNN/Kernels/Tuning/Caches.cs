using System.Numerics;
using FastNN.Hardware;

namespace FastNN.Tuning;

/// <summary>The caches of one core that routes count with.</summary>
/// <param name="L1">Floats in the data cache of the first level.</param>
/// <param name="L2">Floats in the cache of the second level, at least <paramref name="L1"/>.</param>
/// <param name="L3">
/// Floats in the cache of the third level, at least <paramref name="L2"/>. All cores that share it share these floats. If there is no such
/// cache, it counts as <paramref name="L2"/>: what exceeds this comes from memory.
/// </param>
/// <param name="Line">Bytes in a line.</param>
internal readonly record struct Caches(int L1, int L2, int L3, int Line)
{
    /// <summary>
    /// Floats that kernels take for a line: 64 bytes. Where <see cref="Line"/> is another, some prefetches are too many or too few.
    /// </summary>
    internal const int LineFloats = UsualLine / sizeof(float);

    private const int UsualLine = 64;

    private const long KiB = 1024, MiB = 1024 * KiB, GiB = 1024 * MiB;

    /// <summary>Nearly all processors have at least these L1 and L2.</summary>
    private const long UsualL1 = 32 * KiB, UsualL2 = 512 * KiB, UsualL3 = 8 * MiB;

    /// <summary>Larger caches would not fit the numbers above. No processor has them.</summary>
    internal const long MostBytes = 2 * GiB;

    /// <summary>Whether there is a third level.</summary>
    internal bool HasL3 => L3 > L2;

    /// <param name="l1">The first level.</param>
    /// <param name="l2">The second level.</param>
    /// <param name="l3">The third level. 0 if there is none.</param>
    /// <param name="line">A line.</param>
    internal static Caches OfBytes(long l1, long l2, long l3 = 0, int line = UsualLine) =>
        new((int)(l1 / sizeof(float)), (int)(l2 / sizeof(float)), (int)(Math.Max(l2, l3) / sizeof(float)), line);

    /// <summary>
    /// The sizes that somebody says. Some virtual machines do not name a level, or name a size that no core has. Then the usual
    /// size counts. If other levels are named, but no L3, there is none.
    /// </summary>
    internal static Caches Of(in CacheSizes said)
    {
        long l1 = said.L1 is >= 16 * KiB and <= 512 * KiB ? said.L1 : UsualL1;
        long l2 = said.L2 is >= 128 * KiB and <= 128 * MiB ? said.L2 : UsualL2;
        bool isL3 = said.L3 is > 0 and <= MostBytes || said.L3 == 0 && said.AreKnown;
        bool isLine = said.Line is >= 16 and <= 256 && BitOperations.IsPow2(said.Line);
        return OfBytes(l1, Math.Max(l1, l2), isL3 ? said.L3 : UsualL3, isLine ? (int)said.Line : UsualLine);
    }

    /// <summary>Such as "L1d 48 KiB, L2 1 MiB, L3 32 MiB, line 64 bytes".</summary>
    public override string ToString() =>
        $"L1d {InWords(L1)}, L2 {InWords(L2)}, {(HasL3 ? $"L3 {InWords(L3)}" : "no L3")}, line {Line} bytes";

    private static string InWords(int floats) => ByteSize.InWords((long)floats * sizeof(float));
}
