namespace FastNN.Contract;

/// <summary>
/// How the squares of a gradient are added up. Each component is clipped first. Blocks of 4096 components are summed in single precision,
/// in sixteen lanes (<see cref="VirtualLanes"/>). The sums of the blocks are added in double precision, in ascending order. If the sum is
/// too large for a float, it is computed once more in double precision. The same happens if it is so small that squares lost bits to
/// underflow. Double precision holds the square of any float.
/// </summary>
internal static unsafe class NormBlocks
{
    /// <summary>Components of a block.</summary>
    internal const int Count = 4096;

    private const double MinNormal = 1.1754943508222875e-38; // 2⁻¹²⁶

    /// <summary>
    /// Whether the sum of <paramref name="count"/> squares is finite and at least count·2⁻¹²⁶. A square loses at most 2⁻¹⁵⁰ to underflow.
    /// So all squares together lose no more than one rounding of the sum.
    /// </summary>
    internal static bool IsExact(double sum, nint count) => double.IsFinite(sum) && sum >= count * MinNormal;

    /// <summary>
    /// Whether the sum counts: it is exact, or it is surely less than <paramref name="least"/>. The exact sum is less than 2·count·2⁻¹²⁶ if
    /// this one is less than count·2⁻¹²⁶. So a gradient of zeros is not summed twice.
    /// </summary>
    internal static bool Suffices(double sum, nint count, double least) =>
        IsExact(sum, count) || (sum < count * MinNormal && 4 * count * MinNormal <= least);

    /// <summary>The sum in double precision, in ascending order, without blocks and lanes.</summary>
    internal static double InDouble(float* g, nint count, float clip)
    {
        double sum = 0;
        for (nint k = 0; k < count; k++)
        {
            double x = Clip(g[k], clip);
            sum += x * x;
        }

        return sum;
    }

    /// <summary>min(clip, max(−clip, g)). NaN stays NaN.</summary>
    internal static float Clip(float g, float clip)
    {
        float x = -clip > g ? -clip : g;
        return clip < x ? clip : x;
    }
}
