using System.Runtime.CompilerServices;
using System.Runtime.Intrinsics;
using FastNN.Simd;

namespace FastNN.Batch;

/// <summary>
/// target[c][r] = source[r][c] for r &lt; rows and c &lt; columns: copies samples into the lanes and back. No other memory is touched, with
/// one exception: if there are fewer than four rows and the target has a fourth, it may be filled up to the fourth.
/// <para>
/// A block has the rows of one vector by four columns. If rows or columns leave a rest, the last block overlaps the one before. Vectors are
/// written wherever possible: after floats are stored one by one, a load of a vector must wait until they have reached the cache.
/// </para>
/// </summary>
internal static unsafe class Transpose
{
    /// <param name="source">[rows][columns]. Rows are sourceStride floats apart.</param>
    /// <param name="sourceStride">At least columns.</param>
    /// <param name="rows">At least 1.</param>
    /// <param name="columns">At least 1.</param>
    /// <param name="target">[columns][rows]. Rows are targetStride floats apart. It does not overlap the source.</param>
    /// <param name="targetStride">At least rows. If there are fewer than four rows, it is their number, or at least four.</param>
    [MethodImpl(MethodImplOptions.NoInlining | MethodImplOptions.AggressiveOptimization)]
    internal static void Copy<S, V>(float* source, nint sourceStride, int rows, int columns, float* target, nint targetStride)
        where S : struct, ISimd<V>
        where V : struct
    {
        if (rows < S.Count)
        {
            if (rows >= 4) Copy<Simd128, Vector128<float>>(source, sourceStride, rows, columns, target, targetStride);
            else FewRows(source, sourceStride, rows, columns, target, targetStride);
            return;
        }

        for (int r = 0; ; r = Math.Min(r + S.Count, rows - S.Count))
        {
            if (columns >= 4) WholeVectors<S, V>(source + r * sourceStride, sourceStride, columns, target + r, targetStride);
            else FewColumns<S, V>(source, sourceStride, r, rows, columns, target, targetStride);
            if (r == rows - S.Count) break;
        }
    }

    /// <summary>As many rows as a vector has lanes, four columns at a time.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static void WholeVectors<S, V>(float* source, nint sourceStride, int columns, float* target, nint targetStride)
        where S : struct, ISimd<V>
        where V : struct
    {
        nint row2 = 2 * sourceStride, row3 = 3 * sourceStride, row4 = 4 * sourceStride;
        nint to2 = 2 * targetStride, to3 = 3 * targetStride;
        for (int c = 0; ; c = Math.Min(c + 4, columns - 4))
        {
            float* from = source + c, to = target + c * targetStride;
            V a = S.LoadQuads(from, row4), b = S.LoadQuads(from + sourceStride, row4), ab = S.UnpackLow(a, b);
            V d = S.LoadQuads(from + row2, row4), e = S.LoadQuads(from + row3, row4), de = S.UnpackLow(d, e);
            S.Store(S.UnpackLowPairs(ab, de), to);
            S.Store(S.UnpackHighPairs(ab, de), to + targetStride);
            ab = S.UnpackHigh(a, b);
            de = S.UnpackHigh(d, e);
            S.Store(S.UnpackLowPairs(ab, de), to + to2);
            S.Store(S.UnpackHighPairs(ab, de), to + to3);
            if (c == columns - 4) break;
        }
    }

    /// <summary>
    /// As many rows as a vector has lanes, from row r on, and fewer than four columns. Four floats are loaded all the same. The further
    /// ones are in the next row. If there is none, the load starts earlier, in the previous row.
    /// </summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static void FewColumns<S, V>(float* source, nint sourceStride, int r, int rows, int columns, float* target, nint targetStride)
        where S : struct, ISimd<V>
        where V : struct
    {
        int missing = 4 - columns;
        bool before = (rows - S.Count - r) * sourceStride < missing;
        float* from = source + r * sourceStride;
        if (before && r * sourceStride < missing)
        {
            OneByOne(from, sourceStride, S.Count, columns, target + r, targetStride);
            return;
        }

        if (before) from -= missing;
        V a = S.LoadQuads(from, 4 * sourceStride), b = S.LoadQuads(from + sourceStride, 4 * sourceStride);
        V d = S.LoadQuads(from + 2 * sourceStride, 4 * sourceStride), e = S.LoadQuads(from + 3 * sourceStride, 4 * sourceStride);
        V low = S.UnpackLow(a, b), high = S.UnpackLow(d, e);
        V c0 = S.UnpackLowPairs(low, high), c1 = S.UnpackHighPairs(low, high);
        low = S.UnpackHigh(a, b);
        high = S.UnpackHigh(d, e);
        V c2 = S.UnpackLowPairs(low, high), c3 = S.UnpackHighPairs(low, high);
        if (before) (c0, c1, c2) = columns == 1 ? (c3, c3, c3) : columns == 2 ? (c2, c3, c3) : (c1, c2, c3);
        S.Store(c0, target + r);
        if (columns > 1) S.Store(c1, target + targetStride + r);
        if (columns > 2) S.Store(c2, target + 2 * targetStride + r);
    }

    /// <summary>
    /// Fewer than four rows. Four floats of each column are written all the same. The next column overwrites the surplus, or the target has
    /// a fourth place.
    /// </summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static void FewRows(float* source, nint sourceStride, int rows, int columns, float* target, nint targetStride)
    {
        if (rows == 1 && targetStride == 1)
        {
            new Span<float>(source, columns).CopyTo(new Span<float>(target, columns));
            return;
        }

        for (; columns > 4; columns -= 4, source += 4, target += 4 * targetStride)
        {
            Vector128<float> a = Simd128.Load(source), b = a, d = a;
            if (rows > 1) b = Simd128.Load(source + sourceStride);
            if (rows > 2) d = Simd128.Load(source + 2 * sourceStride);
            Vector128<float> ab = Simd128.UnpackLow(a, b), dd = Simd128.UnpackLow(d, d);
            Simd128.Store(Simd128.UnpackLowPairs(ab, dd), target);
            Simd128.Store(Simd128.UnpackHighPairs(ab, dd), target + targetStride);
            ab = Simd128.UnpackHigh(a, b);
            dd = Simd128.UnpackHigh(d, d);
            Simd128.Store(Simd128.UnpackLowPairs(ab, dd), target + 2 * targetStride);
            Simd128.Store(Simd128.UnpackHighPairs(ab, dd), target + 3 * targetStride);
        }

        OneByOne(source, sourceStride, rows, columns, target, targetStride);
    }

    /// <summary>Float by float. The longer loop is the inner one.</summary>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private static void OneByOne(float* source, nint sourceStride, int rows, int columns, float* target, nint targetStride)
    {
        if (columns > rows)
        {
            for (int r = 0; r < rows; r++) CopyFloats(source + r * sourceStride, 1, target + r, targetStride, columns);
        }
        else
        {
            for (int c = 0; c < columns; c++) CopyFloats(source + c, sourceStride, target + c * targetStride, 1, rows);
        }
    }

    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private static void CopyFloats(float* source, nint sourceStep, float* target, nint targetStep, int count)
    {
        for (; count > 0; count--, source += sourceStep, target += targetStep) *target = *source;
    }
}
