using FastNN.Simd;

namespace FastNN.Vectorised;

/// <summary>
/// target[c][r] = source[r][c] for r &lt; rows and c &lt; columns, and nothing beside it is touched: samples into the lanes and back. Blocks of a
/// vector's rows by four columns, the last of them over the ones before where rows or columns leave a rest; less than four go one by one.
/// </summary>
internal static unsafe class Transpose
{
    /// <param name="source">[rows][columns], rows sourceStride floats apart.</param>
    /// <param name="sourceStride">At least columns.</param>
    /// <param name="rows">At least 1.</param>
    /// <param name="columns">At least 1.</param>
    /// <param name="target">[columns][rows], rows targetStride floats apart; apart from the source.</param>
    /// <param name="targetStride">At least rows.</param>
    internal static void Run<S, V>(float* source, nint sourceStride, int rows, int columns, float* target, nint targetStride)
        where S : struct, ISimd<V>
        where V : struct
    {
        if (columns < 4 || rows < S.Count)
        {
            Narrow(source, sourceStride, rows, columns, target, targetStride);
            return;
        }

        for (int r = 0; ; r = Math.Min(r + S.Count, rows - S.Count))
        {
            for (int c = 0; ; c = Math.Min(c + 4, columns - 4))
            {
                float* from = source + r * sourceStride + c, to = target + c * targetStride + r;
                V v0 = S.LoadQuads(from, 4 * sourceStride), v1 = S.LoadQuads(from + sourceStride, 4 * sourceStride);
                V v2 = S.LoadQuads(from + 2 * sourceStride, 4 * sourceStride), v3 = S.LoadQuads(from + 3 * sourceStride, 4 * sourceStride);
                S.TransposeQuads(ref v0, ref v1, ref v2, ref v3);
                S.Store(v0, to);
                S.Store(v1, to + targetStride);
                S.Store(v2, to + 2 * targetStride);
                S.Store(v3, to + 3 * targetStride);
                if (c == columns - 4) break;
            }

            if (r == rows - S.Count) break;
        }
    }

    private static void Narrow(float* source, nint sourceStride, int rows, int columns, float* target, nint targetStride)
    {
        if (columns >= 4 && rows >= 4)
        {
            Run<Simd128, System.Runtime.Intrinsics.Vector128<float>>(source, sourceStride, rows, columns, target, targetStride);
            return;
        }

        for (int c = 0; c < columns; c++)
        {
            for (int r = 0; r < rows; r++) target[c * targetStride + r] = source[r * sourceStride + c];
        }
    }
}
