using System.Runtime.CompilerServices;
using System.Runtime.Intrinsics;
using FastNN.Simd;

namespace FastNN.Vectorised;

/// <summary>
/// target[c][r] = source[r][c] for r &lt; rows and c &lt; columns, and nothing beside these is touched: samples into the lanes and back. Blocks of a
/// vector's rows by four columns, the last of them over the ones before where rows or columns leave a rest. Written by the vector wherever
/// possible: a load of a vector must wait until floats stored one by one have reached the cache.
/// </summary>
internal static unsafe class Transpose
{
    /// <param name="source">[rows][columns], rows sourceStride floats apart.</param>
    /// <param name="sourceStride">At least columns.</param>
    /// <param name="rows">At least 1.</param>
    /// <param name="columns">At least 1.</param>
    /// <param name="target">[columns][rows], rows targetStride floats apart; apart from the source.</param>
    /// <param name="targetStride">At least rows.</param>
    [MethodImpl(MethodImplOptions.NoInlining)]
    internal static void Run<S, V>(float* source, nint sourceStride, int rows, int columns, float* target, nint targetStride)
        where S : struct, ISimd<V>
        where V : struct
    {
        if (rows < S.Count)
        {
            if (rows >= 4) Run<Simd128, Vector128<float>>(source, sourceStride, rows, columns, target, targetStride);
            else OneByOne(source, sourceStride, rows, columns, target, targetStride);
            return;
        }

        for (int r = 0; ; r = Math.Min(r + S.Count, rows - S.Count))
        {
            float* from = source + r * sourceStride;
            if (columns >= 4)
            {
                for (int c = 0; ; c = Math.Min(c + 4, columns - 4))
                {
                    Block<S, V>(from + c, sourceStride, 0, 4, target + c * targetStride + r, targetStride);
                    if (c == columns - 4) break;
                }
            }
            else
            {
                // Four columns are loaded all the same, into the next row, or where there is none from the row before.
                int missing = 4 - columns;
                if ((rows - S.Count - r) * sourceStride >= missing) Block<S, V>(from, sourceStride, 0, columns, target + r, targetStride);
                else if (r * sourceStride >= missing) Block<S, V>(from - missing, sourceStride, missing, 4, target + r, targetStride);
                else OneByOne(from, sourceStride, S.Count, columns, target + r, targetStride);
            }

            if (r == rows - S.Count) break;
        }
    }

    /// <summary>A vector's rows, of whose four columns those from first to end are stored.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static void Block<S, V>(float* source, nint sourceStride, int first, int end, float* target, nint targetStride)
        where S : struct, ISimd<V>
        where V : struct
    {
        V v0 = S.LoadQuads(source, 4 * sourceStride), v1 = S.LoadQuads(source + sourceStride, 4 * sourceStride);
        V v2 = S.LoadQuads(source + 2 * sourceStride, 4 * sourceStride), v3 = S.LoadQuads(source + 3 * sourceStride, 4 * sourceStride);
        S.TransposeQuads(ref v0, ref v1, ref v2, ref v3);
        target -= first * targetStride;
        if (first == 0) S.Store(v0, target);
        if (first <= 1 && end > 1) S.Store(v1, target + targetStride);
        if (first <= 2 && end > 2) S.Store(v2, target + 2 * targetStride);
        if (end > 3) S.Store(v3, target + 3 * targetStride);
    }

    private static void OneByOne(float* source, nint sourceStride, int rows, int columns, float* target, nint targetStride)
    {
        for (int c = 0; c < columns; c++)
        {
            for (int r = 0; r < rows; r++) target[c * targetStride + r] = source[r * sourceStride + c];
        }
    }
}
