namespace FastNN.Contract;

/// <summary>
/// The promised order of H = JᵀJ. The rows of J are cut into segments of <see cref="Rows"/>. Within a segment each h_ji is one chain of
/// floats over the rows r in ascending order. The sums of the segments are added in double precision, in ascending order:
/// <code>
/// g = +0,   g ← fma(J_rj, J_ri, g) for each r of the segment
/// h_ji ← h_ji + g, in double
/// </code>
/// Nothing else decides the bits. Only the lower triangle exists, i ≤ j.
/// </summary>
internal static class GramSegments
{
    /// <summary>The most rows of a segment. This is part of the contract: another number gives other bits.</summary>
    internal const int Rows = 1024;
}
